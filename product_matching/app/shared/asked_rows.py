"""Which listings an address asks for: by a text, by columns, by an area of the map."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import streamlit as st

from product_matching.app.address import MAP_SIDES, Address
from product_matching.app.map.places import places_of, rows_in_area
from product_matching.app.resources import BY_BUNDLE, facets_of
from product_matching.app.shared.facets import listings_kept
from product_matching.listings.titles import decode_byte_escapes
from product_matching.store.bundle import Bundle


def rows_asked_for(bundle: Bundle, address: Address) -> npt.NDArray[np.bool_] | None:
    """Which listings the text, the columns and the area of an address ask for, shape (N,); None for all."""
    kept, _ = listings_kept(facets_of(bundle), address.where)
    asked = [each for each in (kept, _in_area(bundle, address)) if each is not None]
    if address.text:
        asked.append(rows_with(bundle, address.text))
    return np.logical_and.reduce(asked) if asked else None


def _in_area(bundle: Bundle, address: Address) -> npt.NDArray[np.bool_] | None:
    if address.area is None:
        return None
    sides = [
        side for side in MAP_SIDES if (bundle.photo_vectors if side == "photo" else bundle.title_matrix) is not None
    ]
    if not sides:
        return None
    side = address.side if address.side in sides else sides[0]
    inside = np.zeros(len(bundle), dtype=np.bool_)
    inside[rows_in_area(places_of(bundle, "title" if side == "title" else "photo"), address.area)] = True
    return inside


@st.cache_data(max_entries=32, show_spinner=False, hash_funcs=BY_BUNDLE)
def rows_with(bundle: Bundle, text: str) -> npt.NDArray[np.bool_]:
    """Which listings have a text in their title or id, whatever its case; shape (N,)."""
    wanted, ids = text.casefold(), bundle.listings["posting_id"]
    titles = bundle.listings["title"] if "title" in bundle.listings else [""] * len(bundle)
    found = [
        wanted in f"{decode_byte_escapes(str(title))} {name}".casefold()
        for title, name in zip(titles, ids, strict=True)
    ]
    return np.array(found, dtype=np.bool_)
