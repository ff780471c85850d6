"""Work in parts."""

import pytest

from product_matching.search.threads import in_threads


@pytest.mark.parametrize("n", [0, 1, 2, 50])
def test_results_stand_in_the_order_of_the_parts(n: int) -> None:
    assert in_threads(lambda part: part * part, range(n)) == [part * part for part in range(n)]


def test_an_error_in_a_part_is_raised() -> None:
    with pytest.raises(ZeroDivisionError):
        in_threads(lambda part: 1 // part, [3, 0, 5])
