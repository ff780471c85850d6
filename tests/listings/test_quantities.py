import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from product_matching.listings.quantities import COUNT, QuantityTable, quantities_agree, title_quantities


@pytest.mark.parametrize(
    "title", ["Kopi 250 gr", "Kopi 250gram", "Kopi 250g", "KOPI 0,25 KG", "Kopi 250.000 mg".replace(".000", "000")]
)
def test_one_weight_in_many_spellings(title: str) -> None:
    assert title_quantities(title) == {"weight": frozenset({250.0})}


@pytest.mark.parametrize(
    ("title", "dimension", "value"),
    [
        ("Botol 1,5 liter", "volume", 1500.0),
        ("Kabel 2 m", "length", 200.0),
        ("Flashdisk 16 GB", "memory", 16384.0),
        ("Lampu LED 12 watt", "power", 12.0),
        ("Masker isi 50", COUNT, 50.0),
        ("Masker 50pcs", COUNT, 50.0),
    ],
)
def test_each_dimension(title: str, dimension: str, value: float) -> None:
    assert title_quantities(title) == {dimension: frozenset({value})}


@pytest.mark.parametrize("title", ["iPhone 11 mini", "a1g", "250", "", "kemeja m", "G-Shock 5600"])
def test_no_quantity_where_there_is_none(title: str) -> None:
    assert title_quantities(title) == {}


@pytest.mark.parametrize(
    ("first", "second", "agree"),
    [
        ("Susu 250 g", "Susu 500 g", False),
        ("Susu 250 g", "Susu 0.25 kg", True),
        ("Susu 250 g", "Susu 250 ml", None),
        ("Susu 250 g 500 g", "Susu 500 g", True),
        ("Susu 250 g 1 l", "Susu 500 g 1000 ml", True),  # one shared dimension with a common value is enough
        ("Susu isi 10", "Susu isi 20", None),  # counts never veto
    ],
)
def test_the_veto(first: str, second: str, agree: bool | None) -> None:
    assert quantities_agree(title_quantities(first), title_quantities(second)) is agree


@given(
    st.lists(
        st.sampled_from(["250g", "0,5 kg", "500 g", "1l", "1000 ml", "2m", "isi 3", "susu"]), min_size=2, max_size=6
    ),
    st.randoms(),
)
def test_the_table_compares_pairs_as_one_by_one(parts: list[str], random) -> None:
    titles = [" ".join(random.sample(parts, random.randint(0, len(parts)))) for _ in range(5)]
    first, second = (part.ravel() for part in np.meshgrid(np.arange(5), np.arange(5)))
    compared = QuantityTable.of_measures(titles).compare(first, second)
    meaning = {True: 1, False: -1, None: 0}
    for a, b, state in zip(first, second, compared, strict=True):
        assert state == meaning[quantities_agree(title_quantities(titles[a]), title_quantities(titles[b]))]


def test_counts_are_compared_on_their_own() -> None:
    table = QuantityTable.of_counts(["isi 10", "10 pcs", "isi 20", "250 g"])
    assert table.compare([0, 0, 0], [1, 2, 3]).tolist() == [1, -1, 0]
