import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from product_matching.errors import InputError
from product_matching.search.joins.phashes import MAX_SHARED, near_photos

#: Hashes of a few bits from end to end, so that pairs differ in any number of bits and on both sides of every band.
SPREAD_BITS = (0, 9, 12, 13, 21, 31, 32, 33, 42, 50, 51, 63)
HASHES = st.sets(st.sampled_from(SPREAD_BITS)).map(lambda bits: sum(1 << bit for bit in bits))


@given(st.lists(HASHES, max_size=20), st.integers(0, 8))
def test_it_finds_what_a_loop_over_all_pairs_finds(numbers: list[int], max_bits: int) -> None:
    near = near_photos([f"{number:016x}" for number in numbers], max_bits)
    for row, own in enumerate(numbers):
        bits = np.array([(own ^ other).bit_count() for other in numbers])
        rows, distances = near.of(row)
        assert sorted(rows.tolist()) == np.flatnonzero(bits <= max_bits).tolist()
        np.testing.assert_array_equal(distances, bits[rows] / 64)


def test_a_listing_without_a_photo_has_no_twin() -> None:
    near = near_photos(["", "00ff00ff00ff00ff", "", "00ff00ff00ff00ff"])
    assert [near.of(row)[0].tolist() for row in range(4)] == [[], [1, 3], [], [1, 3]]


def test_a_placeholder_says_nothing() -> None:
    near = near_photos(["0" * 16] * (MAX_SHARED + 1) + ["f" * 16] * 2)
    assert near.of(0)[0].tolist() == []
    assert near.of(MAX_SHARED + 1)[0].tolist() == [MAX_SHARED + 1, MAX_SHARED + 2]


@pytest.mark.parametrize("phash", ["xyz", "0" * 15, "g" * 16])
def test_what_is_no_phash_is_named(phash: str) -> None:
    with pytest.raises(InputError, match=f"listing 2 is '{phash}'"):
        near_photos(["0" * 16, phash])


def test_the_number_of_bits_is_checked() -> None:
    with pytest.raises(InputError, match="65"):
        near_photos(["0" * 16], 65)
