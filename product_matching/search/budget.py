"""Which index of dense vectors fits the memory and the time that a user has for a query: counted, not timed.

The constants are rounded down from one thread of a shared two-core machine (`benchmarks/index_budget.py`), so that the
same catalogue gets the same index everywhere; what the index finds is measured when it is built.
"""

from __future__ import annotations

import math
from dataclasses import dataclass as plain_dataclass
from typing import Annotated, Literal

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from product_matching.errors import InputError

#: Bytes of vectors, and of codes of one byte a number, that one thread multiplies in a millisecond.
VECTOR_BYTES_PER_MS, CODE_BYTES_PER_MS = 5_000_000, 4_000_000
#: Milliseconds of a query besides: exact distances of what was proposed, from a file in the system's cache.
BASE_MS = 2.0
#: Lists near a query are larger than the mean, and the slowest queries are to keep to the time as well.
SKEW = 3.0
#: Bytes that a search takes besides.
BASE_BYTES = 64_000_000
#: Number of each row in the lists, and of each distinct vector and its rows beside them.
_NUMBER_BYTES = 8 + 16
_MB = 1_000_000


@dataclass(frozen=True, config=ConfigDict(extra="forbid"), kw_only=True)
class SearchBudget:
    """What a search for photos may take; None for as much as it needs.

    Attributes
    ----------
    memory_mb
        Megabytes (10^6 bytes) that the index may take.
    milliseconds
        Milliseconds that one query may take, in one thread.
    """

    memory_mb: Annotated[float, Field(strict=True, gt=0, allow_inf_nan=False)] | None = None
    milliseconds: Annotated[float, Field(strict=True, gt=0, allow_inf_nan=False)] | None = None


@plain_dataclass(frozen=True, kw_only=True)
class IndexChoice:
    """The index that fits a budget.

    Attributes
    ----------
    kind
        Its kind.
    lists
        Lists of an inverted file, else 0.
    milliseconds
        What the budget gives a query; None for as much as it needs.
    reason
        One sentence.
    """

    kind: Literal["flat", "ivf"]
    lists: int = 0
    milliseconds: float | None
    reason: str


def choose_index(n: int, dimensions: int, budget: SearchBudget, *, must_fit: bool = True) -> IndexChoice:
    """Choose the exact index where it fits the budget, and otherwise an inverted file.

    Parameters
    ----------
    n, dimensions
        Vectors, and numbers of each.
    budget
        What a search may take.
    must_fit
        Whether a catalogue that nothing fits is refused; else it gets the smallest inverted file.

    Raises
    ------
    InputError
        Neither fits.

    Examples
    --------
    >>> choose_index(20_000, 256, SearchBudget(memory_mb=1500.0, milliseconds=20.0)).kind
    'flat'
    >>> choice = choose_index(1_000_000, 256, SearchBudget(memory_mb=1500.0, milliseconds=20.0))
    >>> choice.kind, choice.lists
    ('ivf', 4096)
    """
    memory = math.inf if budget.memory_mb is None else budget.memory_mb * _MB
    time = math.inf if budget.milliseconds is None else budget.milliseconds
    flat_bytes, flat_ms = flat_cost(n, dimensions)
    cost = f"comparing all {n:,} takes {flat_bytes / _MB:,.0f} MB and {flat_ms:,.1f} ms"
    if flat_bytes <= memory and flat_ms <= time:
        return IndexChoice(kind="flat", milliseconds=budget.milliseconds, reason=f"{cost}, which fits")
    lists = default_lists(n)
    least_bytes, least_ms = ivf_cost(n, dimensions, lists, 1)
    if must_fit and (least_bytes > memory or least_ms > time):
        raise InputError(
            f"{n:,} photos of {dimensions} numbers do not fit the budget: {cost}, an approximate index at least "
            f"{least_bytes / _MB:,.0f} MB and {least_ms:,.1f} ms. Give more."
        )
    return IndexChoice(kind="ivf", lists=lists, milliseconds=budget.milliseconds, reason=f"{cost}, which does not fit")


def most_probes(n: int, numbers: int, lists: int, milliseconds: float | None) -> int:
    """How many lists of an inverted file a query has the time to search; 1 where it has none.

    Parameters
    ----------
    n, numbers
        Vectors, and numbers of the code of each.
    lists
        Number of lists.
    milliseconds
        Time of a query; None for as much as it needs.

    Examples
    --------
    >>> most_probes(1_000_000, 256, 4096, 20.0), most_probes(1_000_000, 16, 4096, 20.0)
    (366, 4096)
    """
    if milliseconds is None or ivf_cost(n, numbers, lists, lists)[1] <= milliseconds:
        return max(1, lists)
    least, next_ms = (ivf_cost(n, numbers, lists, probes)[1] for probes in (1, 2))
    return max(1, min(lists, 1 + int((milliseconds - least) / (next_ms - least))))


def flat_cost(n: int, dimensions: int) -> tuple[int, float]:
    """Bytes and milliseconds of the flat index: each vector is kept, and read by each query."""
    return 4 * n * dimensions, 4 * n * dimensions / VECTOR_BYTES_PER_MS


def ivf_cost(n: int, numbers: int, lists: int, probes: int) -> tuple[int, float]:
    """Bytes and milliseconds of an inverted file: the codes, read as far as a query searches, and the centroids."""
    centroids = 4 * lists * numbers
    searched = min(SKEW * probes * (n / lists), n) * numbers
    milliseconds = BASE_MS + centroids / VECTOR_BYTES_PER_MS + searched / CODE_BYTES_PER_MS
    return n * (numbers + _NUMBER_BYTES) + centroids + BASE_BYTES, milliseconds


def default_lists(n: int) -> int:
    """Number of lists for `n` vectors: the power of two nearest to four times their root.

    Both parts of a search, comparing centroids and reading lists, then grow with the root.
    """
    return int(2 ** round(math.log2(4.0 * math.sqrt(n)))) if n else 1
