"""An attribute's value as one seller writes it: units in every spelling, colours in English or Indonesian."""

from __future__ import annotations

import random

from demo_generator.colours import INDONESIAN
from demo_generator.title_words import INDONESIAN_VALUES, LEADS

#: Spellings of a number and its unit, the likeliest several times.
_SPELLINGS: dict[str, tuple[str, ...]] = {
    "ml": ("{n}ml", "{n}ml", "{n}ml", "{n} ml", "{n} ml", "{n}ML", "{n} ML", "{n} mL", "{n} mili", "{litres}L"),
    "l": ("{n}L", "{n} L", "{n} liter", "{n} Liter", "{n}liter", "{n}lt", "{thousand}ml", "{thousand} ml"),
    "g": ("{n}g", "{n}g", "{n}gr", "{n}gr", "{n} gr", "{n} gr", "{n} gram", "{n}gram", "{n} g", "{n} GR", "{n} Gram"),
    "cm": ("{n}cm", "{n}cm", "{n} cm", "{n} cm", "{n} CM", "{n}CM", "uk {n}", "diameter {n}cm", "uk. {n} cm"),
    "mAh": ("{n}mAh", "{n}mAh", "{n} mAh", "{n} mAh", "{n}MAH", "{n} mah", "{n}mah"),
    "W": ("{n}W", "{n}W", "{n}W", "{n} W", "{n} Watt", "{n}watt", "{n} watt"),
    "sheets": ("{n} lembar", "{n} lembar", "isi {n}", "{n} sheets", "{n} lbr", "{n}lbr"),
}  # fmt: skip
_LETTER_SIZES: dict[str, tuple[str, ...]] = {
    "S": ("size S", "uk S", "Kecil", "Small", "Mini"),
    "M": ("size M", "uk M", "Sedang", "Medium", "ukuran M"),
    "L": ("size L", "uk L", "Besar", "Large", "Jumbo"),
}
_LEAD_SHARE = 0.6


def write_value(attribute: str, value: str, indonesian: bool, rng: random.Random) -> str:
    """Write an attribute's value, such as ``Rasa Coklat`` for the flavour Chocolate or ``250ml`` for a size."""
    if value in _LETTER_SIZES and attribute == "size":
        return rng.choice(_LETTER_SIZES[value])
    number, _, unit = value.partition(" ")
    if unit in _SPELLINGS:
        return _write_quantity(number, unit, rng)
    if attribute == "device":
        value = rng.choice((value, value, value.replace(" Pro", "Pro"), value.upper()))
    elif indonesian:
        value = INDONESIAN.get(value, INDONESIAN_VALUES.get(value, value))
    lead = rng.choice(LEADS[attribute]) if attribute in LEADS and rng.random() < _LEAD_SHARE else ""
    return f"{lead} {value}".strip()


def _write_quantity(number: str, unit: str, rng: random.Random) -> str:
    spelling = rng.choice(_SPELLINGS[unit])
    amount = float(number)
    litres = rng.choice((f"{amount / 1000:g}", f"{amount / 1000:g}".replace(".", ",")))
    return spelling.format(n=number, litres=litres, thousand=f"{amount * 1000:g}")
