"""The files of a bundle that hold the index of its photos, where that is an inverted file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from product_matching.damage import DAMAGES
from product_matching.errors import InputError, said
from product_matching.store.bundle import Bundle, live_rows
from product_matching.store.manifest import PHOTO_CODES_FILE, PHOTO_LISTS_FILE

if TYPE_CHECKING:
    from product_matching.search.inverted_lists import InvertedLists


def photo_lists(bundle: Bundle) -> InvertedLists | None:
    """Read the lists of a bundle's photos, and map their codes; None where photos are compared one by one.

    They hold what was built or compacted: of rows that were removed since they are rid, those that were added stand in
    none.

    Raises
    ------
    InputError
        They are damaged.
    """
    spec = bundle.manifest.index.photo
    if spec is None or spec.ivf is None:
        return None
    from product_matching.search.inverted_lists import InvertedLists

    base = bundle.folder / bundle.manifest.parts[0].folder
    try:
        lists = InvertedLists.load(base / PHOTO_LISTS_FILE, base / PHOTO_CODES_FILE)
        live = live_rows(bundle.folder, bundle.manifest)
        if live.is_whole:
            return lists
        rows = np.full(bundle.manifest.parts[0].n, -1, dtype=np.int64)
        seen = live.of_part(0)
        rows[seen] = np.arange(len(seen))
        return lists.renumbered(rows)
    except DAMAGES as error:
        raise InputError(f"The bundle {bundle.folder} is damaged ({said(error)}): build it anew.") from error
