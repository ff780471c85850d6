"""What things cost in the demo catalogue, in rupiah."""

from __future__ import annotations

import random

from tools.demo_catalogue.products import Product

#: Usual price of a kind, in thousands of rupiah.
_USUAL: dict[str, int] = {
    "pump_bottle": 42, "dropper_bottle": 79, "spray_bottle": 28, "jar": 65, "tube": 34, "carton": 24, "can": 9,
    "pouch": 22, "mug": 35, "tumbler": 95, "notebook": 29, "phone_case": 39, "power_bank": 175, "charger": 89,
    "headphones": 210, "lamp": 85, "bag": 159, "pot": 145, "toy": 65, "speaker": 185,
}  # fmt: skip
_LARGER = 0.35


def draw_price(product: Product, rng: random.Random) -> int:
    """One seller's price of a product, in rupiah: its line's, more for a larger variant, give or take a sixth."""
    line = random.Random(f"{product.line_seed} price")
    usual = _USUAL[product.kind] * line.uniform(0.7, 1.5)
    amounts = [float(word) for value in product.attributes.values() for word in value.split() if word.isdigit()]
    larger = sum(amount for amount in amounts if amount > 1) ** _LARGER / 5 if amounts else 1.0
    rupiah = usual * max(0.6, min(larger, 2.0)) * rng.uniform(0.85, 1.15) * 1000
    return max(2000, round(rupiah / 500) * 500)


def format_price(rupiah: int) -> str:
    """A price as sellers write it: ``Rp 89.000``."""
    return f"Rp {rupiah:,}".replace(",", ".")
