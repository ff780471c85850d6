"""What things cost in the demo catalogue, in rupiah."""

from __future__ import annotations

import math
import random

from demo_generator.kinds import KINDS
from demo_generator.products import Product

#: Usual price of a kind, in thousands of rupiah.
_USUAL: dict[str, int] = {
    "pump_bottle": 42, "dropper_bottle": 79, "spray_bottle": 28, "jar": 65, "tube": 34, "carton": 24, "can": 9,
    "pouch": 22, "mug": 35, "tumbler": 95, "notebook": 29, "phone_case": 39, "power_bank": 175, "charger": 89,
    "headphones": 210, "lamp": 85, "bag": 159, "pot": 145, "toy": 65, "speaker": 185,
}  # fmt: skip
#: Twice the amount costs this power of two as much.
_LARGER = 0.6
_MEASURES = ("size", "capacity")


def draw_price(product: Product, rng: random.Random) -> int:
    """One seller's price of a product, in rupiah: its line's, more for a larger variant, give or take a seventh."""
    line = random.Random(f"{product.line_seed} price")
    usual = _USUAL[product.kind] * line.uniform(0.7, 1.5) * _relative_size(product) ** _LARGER
    return max(2000, round(usual * rng.uniform(0.86, 1.16) * 2) * 500)


def format_price(rupiah: int) -> str:
    """A price as sellers write it: ``Rp 89.000``."""
    return f"Rp {rupiah:,}".replace(",", ".")


def _relative_size(product: Product) -> float:
    """How large a product is beside the geometric mean of its kind's sizes in the same unit; 1 for one without."""
    for name, values in next(kind for kind in KINDS if kind.name == product.kind).varies:
        if name in _MEASURES and (own := _amount(product.attributes[name])):
            unit = own[1]
            logs = [math.log(amount[0]) for value in values if (amount := _amount(value)) and amount[1] == unit]
            return own[0] / math.exp(sum(logs) / len(logs))
    return 1.0


def _amount(value: str) -> tuple[float, str] | None:
    """Number and unit of a value such as ``250 ml``, litres in millilitres; None where it holds no number."""
    number, _, unit = value.partition(" ")
    if not unit or not number.replace(".", "").isdigit():
        return None
    return (float(number) * 1000, "ml") if unit == "l" else (float(number), unit)
