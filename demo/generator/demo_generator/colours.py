"""Colour names as sellers use them, in English and Indonesian, with their sRGB values."""

from __future__ import annotations

#: sRGB, 0..255, by English name.
RGB: dict[str, tuple[int, int, int]] = {
    "Black": (28, 28, 30), "White": (240, 240, 236), "Grey": (128, 130, 134), "Navy": (28, 42, 86),
    "Blue": (42, 98, 190), "Sky Blue": (128, 184, 226), "Green": (52, 130, 76), "Mint": (158, 214, 188),
    "Olive": (104, 108, 56), "Yellow": (240, 196, 48), "Orange": (232, 122, 44), "Red": (192, 38, 42),
    "Maroon": (108, 24, 36), "Pink": (240, 158, 184), "Purple": (112, 70, 150), "Lilac": (190, 168, 220),
    "Brown": (112, 72, 46), "Cream": (236, 222, 194), "Khaki": (178, 158, 114), "Teal": (24, 118, 124),
}  # fmt: skip

INDONESIAN: dict[str, str] = {
    "Black": "Hitam", "White": "Putih", "Grey": "Abu", "Navy": "Navy", "Blue": "Biru", "Sky Blue": "Biru Muda",
    "Green": "Hijau", "Mint": "Mint", "Olive": "Hijau Army", "Yellow": "Kuning", "Orange": "Oranye", "Red": "Merah",
    "Maroon": "Marun", "Pink": "Pink", "Purple": "Ungu", "Lilac": "Ungu Muda", "Brown": "Coklat", "Cream": "Krem",
    "Khaki": "Khaki", "Teal": "Tosca",
}  # fmt: skip

#: The colour that a scent, a flavour or a sort is shown in on a label.
SORT_COLOUR: dict[str, str] = {
    "Rose": "Pink", "Lavender": "Lilac", "Lemon": "Yellow", "Green Tea": "Green", "Coconut": "Cream",
    "Aloe Vera": "Mint", "Sakura": "Pink", "Charcoal": "Black", "Orange Blossom": "Orange", "Ocean": "Sky Blue",
    "Vanilla": "Cream", "Jasmine": "White", "Coffee": "Brown", "Strawberry": "Red", "Mango": "Orange",
    "Original": "Red", "Chocolate": "Brown", "Balado": "Red", "BBQ": "Maroon", "Seaweed": "Green", "Cheese": "Yellow",
    "Sweet Corn": "Yellow", "Matcha": "Green", "Lychee": "Pink", "Melon": "Mint", "Taro": "Lilac",
    "Salted Egg": "Orange", "Milk": "Sky Blue", "Ginger": "Khaki", "Peach": "Orange", "Night": "Navy",
    "Day": "Yellow", "Acne": "Green", "Bright": "Orange", "Sensitive": "Sky Blue",
    "Vitamin C": "Orange", "Hyaluronic": "Blue", "Retinol": "Purple",
    "Niacinamide": "Teal", "Collagen": "Pink",
}  # fmt: skip
