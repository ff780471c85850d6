"""Listings under the same title, word for word once normalised."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from product_matching.listings.titles import title_words
from product_matching.search.joins.phashes import MAX_SHARED
from product_matching.search.neighbours import Neighbours, sort_neighbours


def same_titles(titles: Sequence[str]) -> Neighbours:
    """Find, for each listing, the listings whose title has the same words in the same order.

    Parameters
    ----------
    titles
        Raw titles, "" for none. A title on more than `MAX_SHARED` listings is not compared.

    Returns
    -------
    Neighbours
        Of each listing with a title, itself among them, at distance 0.
    """
    keys = [" ".join(title_words(title)) for title in titles]
    rows_of: dict[str, list[int]] = {}
    for row, key in enumerate(keys):
        if key:
            rows_of.setdefault(key, []).append(row)
    shared = [rows for rows in rows_of.values() if len(rows) <= MAX_SHARED]
    queries = np.array([row for rows in shared for row in rows for _ in rows], dtype=np.int64)
    found = np.array([row for rows in shared for _ in rows for row in rows], dtype=np.int64)
    return sort_neighbours(queries, found, np.zeros(len(found)), len(titles))
