"""The sample photos of a bundle: in which order they are shown, what they are called, and what is true of them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

import numpy as np
import numpy.typing as npt

from product_matching.app.address import Address, as_typed
from product_matching.app.wording import count_text, readable_title
from product_matching.store.bundle import Bundle
from product_matching.store.sample_queries import SampleQueries, SampleQuery


def sample_order(samples: SampleQueries) -> list[int]:
    """Rows of the samples with one of each kind of goods first, then the second of each; whatever is in the catalogue.

    Within a kind they stay in their order.
    """
    kinds: dict[str, list[int]] = {}
    for row, kind in enumerate(samples.table["kind"]):
        kinds.setdefault(kind, []).append(row)
    return [row for rank in zip_longest(*kinds.values()) for row in rank if row is not None]


def samples_after(samples: SampleQueries, query_id: str, count: int) -> list[int]:
    """The next rows after a sample, in the order in which they are shown, from the last on to the first again."""
    order = sample_order(samples)
    ids = samples.table["query_id"]
    place = next((place for place, row in enumerate(order) if ids.iloc[row] == query_id), -1)
    return [order[(place + step) % len(order)] for step in range(1, min(count, len(order) - 1) + 1)]


def sample_address(address: Address, sample: SampleQuery, bundle: Bundle) -> Address:
    """Where a sample is searched for: by photo and title, as a new listing would be; by photo alone without titles."""
    return address.of_sample(sample.query_id, sample.title if bundle.title_matrix is not None else "")


def sample_name(sample: SampleQuery) -> str:
    """What a sample is called: its title, else its kind, else its id."""
    return readable_title(sample.title) or sample.kind or sample.query_id


def is_title_of(sample: SampleQuery, typed: str) -> bool:
    """Whether the title that is searched for beside a sample is none, or its own."""
    return typed in ("", as_typed(sample.title))


def describe_truth(bundle: Bundle, sample: SampleQuery, matches: Sequence[int] | npt.NDArray[np.int64]) -> str:
    """Say how much of what should be found was; empty in a catalogue without labels, where nobody knows."""
    if bundle.labels is None:
        return ""
    same = (bundle.labels == sample.label_group) & (sample.label_group != "")
    total, found = int(same.sum()), int(same[matches].sum())
    others = len(matches) - found
    if total == 0:
        outcome = f"but {count_text(others, 'listing does', 'listings do')}" if others else "and nothing does"
        return f"Known for this sample: its product is not in the catalogue. Nothing should match, {outcome}."
    wrong = f", and {count_text(others, 'listing')} of other products" if others else ""
    listings = "listing" if total == 1 else "listings"
    return f"Known for this sample: {found:,} of {total:,} {listings} of the same product found{wrong}."
