"""The kinds of goods: what they are called, what describes a line of them, and what its variants differ in."""

from __future__ import annotations

from dataclasses import dataclass

from demo_generator.colours import RGB

COLOURS = tuple(RGB)
_SCENTS = (
    "Rose", "Lavender", "Lemon", "Green Tea", "Coconut", "Aloe Vera", "Sakura", "Charcoal", "Orange Blossom", "Ocean",
    "Vanilla", "Jasmine",
)  # fmt: skip
_ACTIVES = ("Vitamin C", "Hyaluronic", "Retinol", "Niacinamide", "Collagen")
_SORTS = ("Day", "Night", "Acne", "Bright", "Sensitive")
_SNACKS = ("Original", "Balado", "BBQ", "Seaweed", "Cheese", "Sweet Corn", "Salted Egg", "Chocolate")
#: What goods of these names are sold as; others come in every flavour of their kind.
FLAVOURS: dict[str, tuple[str, ...]] = {
    "Tea Bags": ("Original", "Lychee", "Peach", "Mango", "Strawberry"),
    "Biscuits": ("Original", "Chocolate", "Strawberry", "Matcha", "Taro", "Coffee"),
    "Cereal": ("Original", "Chocolate", "Strawberry", "Mango"),
    "Instant Porridge": ("Original", "Chocolate", "Strawberry", "Taro", "Mango"),
    "Sparkling Drink": ("Original", "Strawberry", "Mango", "Lychee", "Melon", "Peach"),
    "Coffee Drink": ("Original", "Chocolate", "Matcha", "Taro"),
    "Isotonic Drink": ("Original", "Lychee", "Melon", "Peach", "Mango"),
    "Ground Coffee": ("Original", "Chocolate", "Vanilla"),
    "Granola": ("Original", "Chocolate", "Strawberry", "Mango"),
    "Dried Fruit": ("Mango", "Strawberry", "Melon", "Peach"),
}
_DRINKS = ("Original", "Strawberry", "Mango", "Lychee", "Melon", "Peach", "Coffee", "Matcha", "Taro", "Chocolate")


@dataclass(frozen=True)
class Kind:
    """One kind of goods.

    Attributes
    ----------
    name
        Name of the kind, also of its shape.
    branch
        Pool of brands (see `brands.BRANDS`).
    nouns
        What it is called: English and Indonesian.
    features
        Words that describe a line.
    varies
        What the variants of a line may differ in: attribute and its values, the likeliest first.
    fixed
        What all variants of a line share.
    """

    name: str
    branch: str
    nouns: tuple[tuple[str, str], ...]
    features: tuple[str, ...]
    varies: tuple[tuple[str, tuple[str, ...]], ...]
    fixed: tuple[tuple[str, tuple[str, ...]], ...] = ()


KINDS: tuple[Kind, ...] = (
    Kind(
        "pump_bottle", "beauty",
        (("Body Lotion", "Losion Badan"), ("Shampoo", "Sampo"), ("Hand Soap", "Sabun Tangan"), ("Body Wash", "Sabun Mandi Cair")),
        ("Daily", "Moisture", "Gentle", "Silky", "Herbal", "Intensive"),
        (("scent", _SCENTS), ("size", ("250 ml", "500 ml", "400 ml", "1 l"))),
    ),
    Kind(
        "dropper_bottle", "beauty", (("Face Serum", "Serum Wajah"), ("Hair Oil", "Minyak Rambut")),
        ("Glow", "Radiant", "Repair", "Hydra", "Pure"), (("active", _ACTIVES), ("size", ("20 ml", "30 ml", "50 ml"))),
    ),
    Kind(
        "spray_bottle", "home", (("Room Spray", "Pengharum Ruangan"), ("Glass Cleaner", "Pembersih Kaca"), ("Disinfectant", "Disinfektan")),
        ("Fresh", "Ultra", "Active", "Natural", "Quick"), (("scent", _SCENTS), ("size", ("250 ml", "500 ml", "750 ml"))),
    ),
    Kind(
        "jar", "beauty", (("Face Cream", "Krim Wajah"), ("Hair Mask", "Masker Rambut"), ("Body Scrub", "Lulur")),
        ("Whipped", "Deep", "Velvet", "Botanical", "Aqua"), (("sort", _SORTS), ("size", ("50 g", "100 g", "250 g"))),
    ),
    Kind(
        "tube", "beauty", (("Facial Wash", "Sabun Muka"), ("Hand Cream", "Krim Tangan"), ("Toothpaste", "Pasta Gigi"), ("Sunscreen", "Tabir Surya")),
        ("Clear", "Mild", "Fresh", "Bio", "Expert"), (("sort", _SORTS), ("size", ("50 ml", "100 ml", "75 g", "120 g"))),
    ),
    Kind(
        "carton", "food", (("Tea Bags", "Teh Celup"), ("Biscuits", "Biskuit"), ("Cereal", "Sereal"), ("Instant Porridge", "Bubur Instan")),
        ("Premium", "Golden", "Classic", "Family", "Morning"), (("flavour", _DRINKS), ("size", ("100 g", "200 g", "350 g"))),
    ),
    Kind(
        "can", "food", (("Sparkling Drink", "Minuman Soda"), ("Coffee Drink", "Kopi Kaleng"), ("Isotonic Drink", "Minuman Isotonik")),
        ("Cool", "Zero", "Boost", "Fizz", "Tropical"), (("flavour", _DRINKS), ("size", ("240 ml", "330 ml"))),
    ),
    Kind(
        "pouch", "food", (("Snack Chips", "Keripik"), ("Ground Coffee", "Kopi Bubuk"), ("Granola", "Granola"), ("Dried Fruit", "Buah Kering")),
        ("Crunchy", "Homemade", "Spicy", "Special", "Village"), (("flavour", _SNACKS), ("size", ("70 g", "150 g", "250 g", "500 g"))),
    ),
    Kind(
        "mug", "home", (("Ceramic Mug", "Mug Keramik"), ("Coffee Cup", "Cangkir Kopi")), ("Retro", "Nordic", "Happy", "Cafe", "Forest"),
        (("colour", COLOURS), ("design", ("Cat", "Star", "Leaf", "Wave", "Stripe", "Dots")),), (("size", ("300 ml", "350 ml", "400 ml")),),
    ),
    Kind(
        "tumbler", "home", (("Tumbler Bottle", "Botol Minum"), ("Vacuum Flask", "Termos")), ("Thermo", "Steel", "Sport", "Urban", "Travel"),
        (("colour", COLOURS), ("size", ("350 ml", "500 ml", "750 ml", "1 l"))),
    ),
    Kind(
        "notebook", "paper", (("Notebook", "Buku Tulis"), ("Journal", "Buku Jurnal"), ("Planner", "Agenda")),
        ("Dotted", "Classic", "Minimal", "Vintage", "Creative"), (("colour", COLOURS), ("size", ("A5", "A6", "B5"))),
        (("pages", ("80 sheets", "100 sheets", "200 sheets")),),
    ),
    Kind(
        "phone_case", "electronics", (("Phone Case", "Casing HP"), ("Soft Case", "Softcase")), ("Armor", "Slim", "Matte", "Clear", "Shock"),
        (("device", ("Ponsa X1", "Ponsa X1 Pro", "Ponsa X2", "Gadira 5", "Gadira 5S", "Gadira 6")), ("colour", COLOURS)),
    ),
    Kind(
        "power_bank", "electronics", (("Power Bank", "Powerbank"),), ("Fast", "Mini", "Slim", "Max", "Go"),
        (("capacity", ("5000 mAh", "10000 mAh", "20000 mAh", "30000 mAh")), ("colour", COLOURS)), (("power", ("18 W", "22.5 W", "65 W")),),
    ),
    Kind(
        "charger", "electronics", (("Wall Charger", "Kepala Charger"), ("Travel Adapter", "Adaptor Charger")), ("Quick", "Turbo", "Dual", "Nano"),
        (("power", ("18 W", "20 W", "33 W", "65 W")), ("colour", ("White", "Black", "Navy", "Pink"))),
    ),
    Kind(
        "headphones", "electronics", (("Headphones", "Headphone Bluetooth"), ("Wireless Headset", "Headset Wireless")),
        ("Bass", "Studio", "Air", "Pulse", "Silent"), (("colour", COLOURS), ("model", ("100", "200", "300", "500"))),
    ),
    Kind(
        "lamp", "home", (("Desk Lamp", "Lampu Meja"), ("Night Lamp", "Lampu Tidur")), ("Arc", "Study", "Cosy", "Eye Care", "Loft"),
        (("colour", COLOURS), ("power", ("5 W", "7 W", "12 W"))),
    ),
    Kind(
        "bag", "fashion", (("Backpack", "Tas Ransel"), ("Tote Bag", "Tas Tote")), ("Canvas", "Urban", "Campus", "Trail", "Daily"),
        (("colour", COLOURS), ("size", ("S", "M", "L"))),
    ),
    Kind(
        "pot", "home", (("Cooking Pot", "Panci Masak"), ("Frying Pan", "Wajan"), ("Saucepan", "Panci Susu")), ("Granite", "Marble", "Non Stick", "Chef"),
        (("size", ("16 cm", "18 cm", "20 cm", "24 cm", "28 cm")), ("colour", COLOURS)),
    ),
    Kind(
        "toy", "toys", (("Toy Robot", "Mainan Robot"), ("Toy Car", "Mobil Mainan"), ("Stacking Toy", "Mainan Susun")),
        ("Turbo", "Happy", "Mega", "Junior", "Space"), (("colour", COLOURS), ("model", ("A1", "A2", "B7", "X9"))),
    ),
    Kind(
        "speaker", "electronics", (("Bluetooth Speaker", "Speaker Bluetooth"), ("Mini Speaker", "Speaker Mini")), ("Boom", "Wave", "Party", "Echoic", "Nano"),
        (("model", ("S1", "S2", "S5", "S10")), ("colour", COLOURS)), (("power", ("5 W", "10 W", "20 W")),),
    ),
)  # fmt: skip
