"""What sellers praise in their titles."""

from __future__ import annotations

#: What sellers praise, by kind.
PHRASES: dict[str, tuple[str, ...]] = {
    "pump_bottle": (
        "Wangi Tahan Lama", "untuk Kulit Kering", "Melembabkan", "Botol Pump", "Halal", "isi banyak",
        "Lembut di Kulit", "tanpa paraben", "Ukuran Jumbo", "for all skin type", "Anti Bakteri", "Kemasan Baru",
    ),
    "dropper_bottle": (
        "Mencerahkan", "Anti Aging", "Glowing", "untuk Jerawat", "Menghilangkan Flek Hitam", "Melembabkan",
        "skincare korea", "Cepat Meresap", "for dry skin", "Pipet", "Perawatan Malam", "Non Comedogenic",
    ),
    "spray_bottle": (
        "Semprot", "Serbaguna", "Tanpa Alkohol", "Wangi Segar", "Anti Kuman", "Mobil dan Rumah", "Refill",
        "Bebas Noda", "multi purpose", "Ramah Lingkungan", "Kamar Mandi", "Tahan Lama",
    ),
    "jar": (
        "Mencerahkan", "Perawatan", "Melembutkan", "Menutrisi", "untuk Kulit Kusam", "Aman Ibu Hamil",
        "Spa di Rumah", "Bahan Alami", "Whitening", "Anti Kusam", "moisturizer", "Kemasan Pot",
    ),
    "tube": (
        "untuk Pria dan Wanita", "Mencerahkan", "Tidak Lengket", "Travel Size", "Membersihkan", "Menyegarkan",
        "SPF 50", "Anti Minyak", "Kulit Sensitif", "Dermatologically Tested", "Lembut", "Isi Besar",
    ),
    "carton": (
        "Isi Banyak", "Cocok untuk Sarapan", "Rendah Gula", "Kemasan Kotak", "Oleh Oleh", "Halal", "Exp Panjang",
        "Makanan Sehat", "Anak Suka", "per box", "High Fiber", "Kemasan Ekonomis",
    ),
    "can": (
        "Kaleng", "Segar", "Siap Minum", "Minuman Dingin", "per kaleng", "Less Sugar", "Exp Lama", "Kemasan Kaleng",
        "1 can", "Isi Ulang Energi", "Rasa Baru", "Ecer",
    ),
    "pouch": (
        "Cemilan", "Renyah", "Oleh Oleh Khas", "Kemasan Pouch", "Fresh", "Gurih", "Tanpa MSG", "Produksi Rumahan",
        "Zip Lock", "Enak", "Snack Kekinian", "Halal",
    ),
    "mug": (
        "Lucu", "Kado Ulang Tahun", "Souvenir", "Tahan Panas", "Microwave Safe", "Aesthetic", "Gelas Minum",
        "Bahan Tebal", "Hadiah", "Korean Style", "Food Grade", "Gagang",
    ),
    "tumbler": (
        "Stainless", "Tahan Panas dan Dingin", "Anti Bocor", "BPA Free", "Anak Sekolah", "Olahraga",
        "Vacuum Insulated", "304", "Gym", "Sedotan", "Travel Bottle", "12 Jam",
    ),
    "notebook": (
        "Hard Cover", "Kertas Tebal", "Aesthetic", "Sekolah", "Kantor", "Bullet Journal", "Alat Tulis",
        "Paper 80gsm", "Polos", "Garis", "Kado", "Karet Pengikat",
    ),
    "phone_case": (
        "Anti Crack", "Silikon Lembut", "Bumper", "Premium", "Full Cover", "Anti Jamur", "Pelindung Kamera",
        "Shockproof", "TPU", "Transparan", "Softcase", "Tipis",
    ),
    "power_bank": (
        "Fast Charging", "Garansi Resmi 1 Tahun", "Dual USB", "Type C", "Real Capacity", "Portable", "LED Display",
        "Quick Charge", "Mini", "2 Port", "Original", "Polymer",
    ),
    "charger": (
        "Fast Charging", "Type C", "USB", "Garansi", "Quick Charge 3.0", "Original", "2 Port", "Universal", "PD",
        "Android", "SNI", "Tanpa Kabel",
    ),
    "headphones": (
        "Super Bass", "Mic", "Gaming", "Noise Cancelling", "Bluetooth 5.0", "Lipat", "Over Ear", "Garansi",
        "Foldable", "HiFi", "TF Card", "Stereo",
    ),
    "lamp": (
        "LED", "Cas USB", "Aesthetic", "Lampu Belajar", "3 Warna Cahaya", "Touch", "Dimmer", "Hemat Energi", "Kamar",
        "Rechargeable", "Fleksibel", "Minimalis",
    ),
    "bag": (
        "Wanita", "Pria", "Anti Air", "Kuliah", "Laptop 14 inch", "Bahan Tebal", "Korea", "Import", "Waterproof",
        "Kerja", "Resleting", "Unisex",
    ),
    "pot": (
        "Anti Lengket", "Tebal", "Tutup Kaca", "Kompor Induksi", "Gagang Kayu", "Stainless Steel", "Peralatan Dapur",
        "PFOA Free", "Serbaguna", "Alat Masak", "Cookware", "Die Cast",
    ),
    "toy": (
        "Anak", "Edukasi", "Kado Anak", "SNI", "Cowok Cewek", "Usia 3 Tahun", "Baterai", "Plastik ABS", "Musik",
        "Kids", "Aman", "Hadiah Ulang Tahun",
    ),
    "speaker": (
        "Super Bass", "Portable", "Wireless", "FM Radio", "Waterproof", "USB", "TWS", "Karaoke", "LED RGB", "Aux",
        "Garansi", "Extra Bass",
    ),
}  # fmt: skip

#: What sellers praise, by branch.
BRANCH_PHRASES: dict[str, tuple[str, ...]] = {
    "beauty": (
        "Perawatan Tubuh", "Bahan Organik", "Vegan", "Ekstrak Bengkoang", "Tidak Perih", "Formula Jepang",
        "Untuk Remaja", "Cruelty Free", "Harum Elegan", "Daily Use", "pH Balanced", "Sachet Bonus",
    ),
    "food": (
        "Resep Keluarga", "Tanpa Pengawet", "Bekal Sekolah", "Teman Nonton", "Jajanan Jadul", "Kiloan", "Vegetarian",
        "Rasa Mantap", "Asli Bandung", "Cocok Buat Lebaran", "Hampers", "Nikmat",
    ),
    "home": (
        "Perlengkapan Rumah", "Gaya Skandinavia", "Kado Pernikahan", "Mudah Dibersihkan", "Hotel dan Cafe",
        "Model Terbaru", "Anak Kos", "Ringan", "Kokoh", "Warna Pastel", "Desain Simple", "Impor Jepang",
    ),
    "electronics": (
        "Hemat Daya", "Chip Pintar", "Aksesoris HP", "Anti Panas", "Kualitas Premium", "Ringan Nyaman",
        "iOS Android", "Lampu Indikator", "Awet", "Kemasan Box", "Desain Elegan", "Nyaman Dipakai",
    ),
    "fashion": (
        "Muat Banyak", "Jahitan Rapi", "Santai", "Kado Pacar", "Jalan Jalan", "Bahan Kanvas", "Tali Panjang",
        "Banyak Kantong", "Gaya Korea", "Mahasiswa", "Ringan", "Bahan Dinier",
    ),
    "paper": (
        "Tidak Tembus", "Bisa Custom Nama", "Jilid Spiral", "Untuk Guru", "Souvenir Seminar", "Gambar Sketsa",
        "Isi Ulang", "Stationery", "Sampul Kulit", "Pita Pembatas", "Mini Lucu", "Diary Cewek",
    ),
    "toys": (
        "Melatih Motorik", "Balita", "Tarik Mundur", "Lampu Warna Warni", "Bisa Jalan", "Koleksi", "Non Toxic",
        "Mainan Viral", "Gift Box", "Sensorik", "Mudah Dimainkan", "Figur",
    ),
}  # fmt: skip
