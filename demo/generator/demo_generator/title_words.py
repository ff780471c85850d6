"""Words of titles: further names of things, what sellers offer, and Indonesian for values."""

from __future__ import annotations

#: Further names of a noun, English or Indonesian, that sellers add as keywords.
SYNONYMS: dict[str, tuple[str, ...]] = {
    "Body Lotion": ("Handbody", "Hand Body", "Lotion Badan"), "Shampoo": ("Shampo", "Pembersih Rambut"),
    "Hand Soap": ("Handsoap", "Sabun Cair", "Sabun Cuci Tangan"), "Body Wash": ("Sabun Mandi", "Sabun Cair"),
    "Face Serum": ("Serum Muka", "Serum"), "Hair Oil": ("Vitamin Rambut", "Hair Serum"),
    "Room Spray": ("Parfum Ruangan", "Pewangi Ruangan"),
    "Glass Cleaner": ("Cairan Pembersih Kaca", "Pembersih Cermin"),
    "Disinfectant": ("Desinfektan", "Cairan Anti Kuman"), "Face Cream": ("Cream Muka", "Cream Wajah", "Pelembab"),
    "Hair Mask": ("Creambath", "Masker Rambut"), "Body Scrub": ("Lulur Badan", "Scrub"),
    "Facial Wash": ("Pembersih Wajah", "Facial Foam", "Face Wash"),
    "Hand Cream": ("Cream Tangan", "Pelembab Tangan"), "Toothpaste": ("Odol", "Pasta Gigi"),
    "Sunscreen": ("Sunblock", "Sun Screen"), "Tea Bags": ("Teh", "Teh Kantong"),
    "Biscuits": ("Kue Kering", "Cookies"), "Cereal": ("Sarapan Sereal", "Cereal"),
    "Instant Porridge": ("Bubur", "Bubur Sarapan"), "Sparkling Drink": ("Soda", "Minuman Kaleng"),
    "Coffee Drink": ("Kopi Siap Minum", "Minuman Kopi"), "Isotonic Drink": ("Minuman Ion", "Minuman Kaleng"),
    "Snack Chips": ("Snack", "Kripik", "Cemilan"), "Ground Coffee": ("Kopi", "Coffee Powder"),
    "Granola": ("Oat", "Cemilan Sehat"), "Dried Fruit": ("Manisan Buah", "Buah Kering"),
    "Ceramic Mug": ("Gelas Keramik", "Mug", "Cangkir"), "Coffee Cup": ("Gelas Kopi", "Cangkir"),
    "Tumbler Bottle": ("Tumbler", "Botol Air", "Tempat Minum"), "Vacuum Flask": ("Termos Air Panas", "Botol Termos"),
    "Notebook": ("Buku Catatan", "Note Book"), "Journal": ("Buku Harian", "Diary"),
    "Planner": ("Buku Agenda", "Buku Catatan"), "Phone Case": ("Case", "Kesing", "Case HP"),
    "Soft Case": ("Silikon", "Case", "Casing"), "Power Bank": ("PB", "Pengisi Daya Portable"),
    "Wall Charger": ("Charger HP", "Adaptor", "Casan"),
    "Travel Adapter": ("Charger", "Batok Charger", "Travel Charger"),
    "Headphones": ("Headphone", "Headset Bluetooth"), "Wireless Headset": ("Headset Bluetooth", "Earphone Wireless"),
    "Desk Lamp": ("Lampu Belajar", "Lampu LED"), "Night Lamp": ("Lampu Kamar", "Lampu LED"),
    "Backpack": ("Ransel", "Tas Punggung", "Tas Sekolah"), "Tote Bag": ("Totebag", "Tas Jinjing", "Tas Bahu"),
    "Cooking Pot": ("Panci", "Panci Sup"), "Frying Pan": ("Penggorengan", "Teflon"),
    "Saucepan": ("Panci Kecil", "Milk Pan"), "Toy Robot": ("Robot", "Mainan Anak"),
    "Toy Car": ("Mobil Mobilan", "Mainan Anak"), "Stacking Toy": ("Mainan Edukasi", "Menara Susun"),
    "Bluetooth Speaker": ("Speaker Aktif", "Speaker Portable"), "Mini Speaker": ("Speaker", "Speaker Kecil"),
}  # fmt: skip

#: Offers, before or after the name.
OFFERS: tuple[str, ...] = (
    "READY STOCK", "COD", "PROMO", "ORIGINAL", "ORI", "100% ORIGINAL", "TERMURAH", "Murah", "GROSIR", "TERLARIS",
    "SALE", "NEW", "Best Seller", "Bisa COD", "READY", "Import", "Berkualitas", "Termurah", "Ecer", "Asli", "DISKON",
    "1pcs", "Bayar di Tempat", "Free Bubble Wrap", "Garansi Ori", "Stok Terbatas", "isi 1", "Premium", "Viral",
    "Kekinian",
)  # fmt: skip

#: Offers that only some branches make.
BRANCH_OFFERS: dict[str, tuple[str, ...]] = {
    "beauty": ("BPOM", "ORIGINAL BPOM", "Ready BPOM", "Glowing"), "food": ("HALAL", "Exp Baru", "Fresh", "BPOM"),
    "electronics": ("Garansi", "Original 100%", "GARANSI RESMI"), "fashion": ("Import", "REAL PICT", "Kekinian"),
}  # fmt: skip

#: Words of titles with nearly no information.
VAGUE: tuple[str, ...] = (
    "lucu", "murah", "terbaru", "bagus", "Cantik", "serbaguna", "Kekinian", "premium", "import", "",
)  # fmt: skip

#: Signs before a title.
EMOJI: tuple[str, ...] = (
    "🔥", "❤", "✨", "✅", "⭐", "💥", "【READY】", "🎁",
)  # fmt: skip

#: Indonesian for values of attributes that are not colours.
INDONESIAN_VALUES: dict[str, str] = {
    "Rose": "Mawar", "Lemon": "Jeruk Lemon", "Green Tea": "Teh Hijau", "Coconut": "Kelapa",
    "Aloe Vera": "Lidah Buaya", "Charcoal": "Arang", "Orange Blossom": "Bunga Jeruk", "Ocean": "Laut",
    "Vanilla": "Vanila", "Jasmine": "Melati", "Day": "Siang", "Night": "Malam", "Acne": "Jerawat",
    "Bright": "Mencerahkan", "Sensitive": "Sensitif", "Seaweed": "Rumput Laut", "Cheese": "Keju",
    "Sweet Corn": "Jagung Manis", "Salted Egg": "Telur Asin", "Chocolate": "Coklat", "Strawberry": "Stroberi",
    "Mango": "Mangga", "Lychee": "Leci", "Peach": "Persik", "Coffee": "Kopi", "Taro": "Talas", "Cat": "Kucing",
    "Star": "Bintang", "Leaf": "Daun", "Wave": "Ombak", "Stripe": "Garis", "Dots": "Polkadot", "Vitamin C": "Vit C",
    "BBQ": "Barbeque", "Hyaluronic": "Hyaluronic Acid",
}  # fmt: skip

#: Words that sellers put before a value.
LEADS: dict[str, tuple[str, ...]] = {
    "scent": ("", "", "Aroma", "Varian", "Wangi"), "flavour": ("", "", "Rasa", "Varian", "Rasa"),
    "colour": ("", "", "Warna"), "design": ("Motif", "", "Gambar"), "model": ("", "", "Tipe", "Type", "Seri"),
    "device": ("", "for", "untuk", "HP"), "active": ("", "", "with"), "sort": ("", "", "Varian", "Type"),
    "size": ("", "", "", "Isi", "@"), "power": ("", "", "", "Daya"),
}  # fmt: skip

#: What invented series names are made of.
SYLLABLES: tuple[str, ...] = (
    "al", "ba", "be", "ca", "da", "de", "el", "fi", "ga", "ha", "ki", "la", "le", "li", "lu", "ma", "mi", "na", "ni",
    "no", "pa", "pi", "ra", "re", "ri", "sa", "se", "si", "ta", "ti", "va", "vi", "wa", "ya", "za", "zi",
)  # fmt: skip

#: How invented series names end.
ENDINGS: tuple[str, ...] = (
    "na", "ra", "ro", "ta", "sy", "ndo", "rin", "va", "lle", "mi", "ka", "xa", "to", "nia", "s", "n",
)  # fmt: skip
