"""Invented brand names, a pool for each branch of goods."""

from __future__ import annotations

BRANDS: dict[str, tuple[str, ...]] = {
    "beauty": (
        "Velmira", "Zorabi", "Onyrelle", "Lumbarae", "Talorae", "Quoriva", "Wibisara", "Ulmara", "Lavenka",
        "Serunika", "Pelloriva", "Amberuna", "Kanyasari", "Dewiraya", "Mirelune", "Yasorae", "Nuvelline", "Harumika",
        "Florindra", "Cempakara", "Sukmaya", "Elviona",
    ),
    "food": (
        "Brinoco", "Jemparo", "Felumo", "Nasirasa", "Kibantu", "Gurihku", "Tandoku", "Renyaho", "Mokkarai",
        "Tehlangit", "Sagumi", "Bukitaro", "Kopilaya", "Manisena", "Cemilora", "Warungko", "Sedapindo", "Lezatara",
    ),
    "home": (
        "Harzena", "Dapurina", "Kestumo", "Corvinda", "Setiqua", "Bersihlo", "Omahku", "Raptiva Home", "Gavellino",
        "Wangita", "Kilapro", "Ventorra", "Pancira", "Tungkuva", "Nyamanio",
    ),
    "electronics": (
        "Voltaruna", "Drasenko", "Mirokko", "Nalukta", "Ostrivo", "Kaluvio", "Ravendo", "Bexalto", "Fintora",
        "Jorvika", "Yondari", "Hosuma", "Zaptiko", "Pixoran", "Tekuvo", "Amperaku", "Sonquara", "Gelombara",
    ),
    "fashion": (
        "Dalmera", "Eskavo", "Sorvanti", "Ilvanta", "Rantauko", "Jelajahi", "Tasmira", "Bordilo", "Kanvaro", "Nomadika",
    ),
    "paper": ("Penaruma", "Kertasku", "Halamora", "Notavia", "Tulisani", "Lembarra", "Skribanto", "Catatio"),
    "toys": ("Bolakiku", "Mainaria", "Tobotika", "Cilukka", "Kancilo", "Playora", "Robokuma", "Gembirra"),
}  # fmt: skip
