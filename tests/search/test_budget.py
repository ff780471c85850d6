"""The choice of an index by budget: exact while it fits, an inverted file then, refused where nothing fits."""

import pytest

from product_matching.errors import InputError
from product_matching.search.budget import SearchBudget, choose_index, default_lists, flat_cost, ivf_cost, most_probes


def test_without_a_budget_every_vector_is_compared() -> None:
    assert choose_index(100_000_000, 1_280, SearchBudget()).kind == "flat"


def test_the_exact_index_is_kept_up_to_what_the_budget_takes() -> None:
    n, d = 200_000, 256
    memory, milliseconds = flat_cost(n, d)
    assert choose_index(n, d, SearchBudget(memory_mb=memory / 1e6, milliseconds=milliseconds)).kind == "flat"
    assert choose_index(n, d, SearchBudget(memory_mb=memory / 1e6 - 1)).kind == "ivf"
    assert choose_index(n, d, SearchBudget(milliseconds=milliseconds - 1)).kind == "ivf"


def test_an_inverted_file_keeps_to_the_budget_and_says_why() -> None:
    choice = choose_index(1_000_000, 256, SearchBudget(memory_mb=1_500.0, milliseconds=20.0))
    assert choice.kind == "ivf"
    probes = most_probes(1_000_000, 256, choice.lists, choice.milliseconds)
    taken, milliseconds = ivf_cost(1_000_000, 256, choice.lists, probes)
    assert (taken <= 1_500e6, milliseconds <= 20.0) == (True, True)
    assert ivf_cost(1_000_000, 256, choice.lists, probes + 1)[1] > 20.0
    assert choice.reason == "comparing all 1,000,000 takes 1,024 MB and 204.8 ms, which does not fit"


def test_without_a_limit_of_time_all_lists_may_be_searched() -> None:
    choice = choose_index(1_000_000, 256, SearchBudget(memory_mb=500.0))
    assert (choice.kind, most_probes(1_000_000, 256, choice.lists, None)) == ("ivf", choice.lists)


def test_no_more_is_counted_than_all_codes_once() -> None:
    """Near lists are larger than the mean, but all of them together are not."""
    all_read = ivf_cost(1_000_000, 64, 4_096, 4_096)
    assert all_read == ivf_cost(1_000_000, 64, 4_096, 2_000)
    assert most_probes(1_000_000, 64, 4_096, all_read[1]) == 4_096
    assert most_probes(1_000_000, 64, 4_096, 1.0) == 1


@pytest.mark.parametrize("budget", [SearchBudget(memory_mb=200.0), SearchBudget(milliseconds=2.0)])
def test_a_budget_that_nothing_fits_is_refused_with_what_is_needed(budget: SearchBudget) -> None:
    message = r"1,000,000 photos of 256 numbers do not fit the budget: .* at least 348 MB and 2.9 ms. Give more."
    with pytest.raises(InputError, match=message):
        choose_index(1_000_000, 256, budget)


def test_the_number_of_lists_grows_with_the_root() -> None:
    assert [default_lists(n) for n in (0, 1, 10_000, 1_000_000, 100_000_000)] == [1, 4, 512, 4096, 32768]
