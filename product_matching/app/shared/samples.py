"""The sample photos of a bundle: in which order they are shown, what they are called, and what is true of them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

import numpy as np
import numpy.typing as npt

from product_matching.app.address import Address, as_typed
from product_matching.app.shared.wording import count_text, readable_title
from product_matching.store.bundle import Bundle
from product_matching.store.sample_queries import SampleQueries, SampleQuery

#: One of so many samples shown is one without a match.
_UNMATCHED_EVERY = 4
_LEAST_DISTANCE = 1e-6


def sample_order(bundle: Bundle) -> list[int]:
    """Rows of a bundle's samples in the order in which they are shown: what a first search should show comes first.

    Those whose nearest true match is found come before those that miss it; within both they come by how near it is by
    photo and title together, so that both have something to show, and one of each kind of goods before the second of
    each. Every fourth is one without a match, as long as there are any.
    """
    samples = bundle.samples
    if samples is None:
        return []
    shares = _nearest_shares(bundle, samples)
    nearest = shares.min(axis=0)
    rows = _in_turn(samples, np.lexsort((shares.mean(axis=0), nearest > 1)))
    queue = [row for row in rows if not np.isfinite(nearest[row])]
    order: list[int] = []
    for row in (row for row in rows if np.isfinite(nearest[row])):
        order.append(row)
        if len(order) % _UNMATCHED_EVERY == _UNMATCHED_EVERY - 1 and queue:
            order.append(queue.pop(0))
    return order + queue


def _in_turn(samples: SampleQueries, rows: npt.NDArray[np.int64]) -> list[int]:
    """One of each kind first, then the second of each; kinds, and rows within a kind, stay in their order."""
    kinds: dict[str, list[int]] = {}
    for row in rows:
        kinds.setdefault(samples.table["kind"].iloc[row], []).append(int(row))
    return [row for rank in zip_longest(*kinds.values()) for row in rank if row is not None]


def _nearest_shares(bundle: Bundle, samples: SampleQueries) -> npt.NDArray[np.float64]:
    """Distance of each sample's nearest true match as a share of the default distance, above 1 for one that is missed.

    Shape (S, M): a row by photo and one by title, as far as the bundle has them; infinite without a true match.
    """
    manifest, sides = bundle.manifest, []
    if bundle.photo_vectors is not None and manifest.photo_threshold is not None:
        sides.append((1 - samples.vectors @ bundle.photo_vectors.T, manifest.photo_threshold.distance))
    if bundle.title_encoder is not None and bundle.title_matrix is not None and manifest.title_threshold is not None:
        titles = bundle.title_encoder.encode(samples.table["title"].tolist())
        sides.append((1 - (titles @ bundle.title_matrix.T).toarray(), manifest.title_threshold.distance))
    if bundle.labels is None or not sides:
        return np.full((1, len(samples)), np.inf)
    labels = samples.table["label_group"].to_numpy()
    true = (labels[:, None] == bundle.labels[None, :]) & (labels != "")[:, None]
    nearest = [np.where(true, near, np.inf).min(axis=1) / max(most, _LEAST_DISTANCE) for near, most in sides]
    return np.stack(nearest)


def samples_after(samples: SampleQueries, order: Sequence[int], query_id: str, count: int) -> list[int]:
    """The next rows after a sample, in the order in which they are shown, from the last on to the first again."""
    ids = samples.table["query_id"]
    place = next((place for place, row in enumerate(order) if ids.iloc[row] == query_id), -1)
    return [order[(place + step) % len(order)] for step in range(1, min(count, len(order) - 1) + 1)]


def sample_address(address: Address, sample: SampleQuery, bundle: Bundle) -> Address:
    """The address of a search for a sample: by photo and title, or by photo alone in a catalogue without titles."""
    return address.of_sample(sample.query_id, title_as_typed(sample) if bundle.title_matrix is not None else "")


def sample_name(sample: SampleQuery) -> str:
    """The name of a sample: its title, else its kind, else its id."""
    return readable_title(sample.title) or sample.kind or sample.query_id


def is_title_of(sample: SampleQuery, typed: str) -> bool:
    """Whether the title that is searched for beside a sample is none, or its own."""
    return typed in ("", title_as_typed(sample))


def title_as_typed(sample: SampleQuery) -> str:
    """A sample's title as somebody would type it."""
    return as_typed(readable_title(sample.title))


def describe_truth(bundle: Bundle, sample: SampleQuery, matches: Sequence[int] | npt.NDArray[np.int64]) -> str:
    """Say how many listings of the same product were found; empty in a catalogue without labels."""
    true = true_rows(bundle, sample)
    if true is None:
        return ""
    total, found = len(true), len(true.intersection(np.asarray(matches, dtype=np.int64).tolist()))
    others = len(matches) - found
    if total == 0:
        outcome = f"but {count_text(others, 'listing does', 'listings do')}" if others else "and nothing does"
        return f"Known for this sample: its product is not in the catalogue. Nothing should match, {outcome}."
    wrong = f", and {count_text(others, 'listing')} of other products" if others else ""
    listings = "listing" if total == 1 else "listings"
    return f"Known for this sample: {found:,} of {total:,} {listings} of the same product found{wrong}."


def true_rows(bundle: Bundle, sample: SampleQuery) -> frozenset[int] | None:
    """Rows of the listings of a sample's product, none where it has none; None in a catalogue without labels."""
    if bundle.labels is None:
        return None
    same = (bundle.labels == sample.label_group) & (sample.label_group != "")
    return frozenset(np.flatnonzero(same).tolist())
