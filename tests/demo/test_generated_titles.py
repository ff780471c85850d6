"""The product reads what the demo's generator writes into titles: quantities and byte escapes."""

from __future__ import annotations

import random

import pytest

from demo_generator.title_edits import escape_bytes
from demo_generator.title_values import write_value
from product_matching.listings.quantities import quantities_agree, title_quantities
from product_matching.listings.titles import decode_byte_escapes


@pytest.mark.parametrize(
    ("attribute", "value", "base"),
    [("size", "250 ml", "250ml"), ("size", "1 l", "1l"), ("size", "50 g", "50g"), ("power", "22.5 W", "22.5w")],
)
def test_every_spelling_of_a_quantity_means_the_same(attribute: str, value: str, base: str) -> None:
    spellings = {write_value(attribute, value, bool(seed % 2), random.Random(seed)) for seed in range(300)}
    assert len(spellings) >= 5
    meant = title_quantities(base)
    agreeing = {written for written in spellings if quantities_agree(title_quantities(f"Sabun {written}"), meant)}
    assert agreeing == spellings


def test_byte_escapes_decode_to_the_title() -> None:
    written = {escape_bytes("❤ Mug Keramik", random.Random(seed)) for seed in range(20)}
    assert {decode_byte_escapes(title) for title in written} == {"❤ Mug Keramik"}
