"""One listing with its duplicates: what the app does, shown on the open catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from product_matching.app.resources import BY_BUNDLE, starts_of
from product_matching.app.shared.gallery import draw_picture, listing_name
from product_matching.app.shared.wording import plain, shorten
from product_matching.matching.calibration import percent_text
from product_matching.matching.grouping.description import Group
from product_matching.search.neighbours import FloatArray
from product_matching.store.bundle import PHOTO_SHA256, Bundle
from product_matching.workflows.catalogue_groups import CatalogueGroups

#: Duplicates that are shown at most, and those that a good example has at least.
SHOWN, ENOUGH = 4, 3
_TITLE_CHARS = 60
#: What the duplicates are called where nothing says how probable they are.
_NEAREST = ("nearest", "2nd nearest", "3rd nearest", "4th nearest")
_STARTS = 12


@dataclass(frozen=True, kw_only=True)
class Example:
    """A listing and its duplicates.

    Attributes
    ----------
    row
        The listing.
    matches
        The duplicates, the likeliest first, each with its probability; None where no pair scorer decided.
    """

    row: int
    matches: Sequence[tuple[int, float | None]]


def example_of(bundle: Bundle, found: CatalogueGroups | None) -> Example | None:
    """Choose an example: a sure group whose photos differ, else the nearest listings of one to start from.

    Where the catalogue has label groups, they have to say the same of the group.
    """
    if found is not None and found.scored is not None:
        labels = bundle.labels
        for group, farthest in zip(found.groups, found.farthest, strict=True):
            rows = _different(bundle, group)
            confirmed = labels is None or len({*labels[rows], ""}) == 2
            if len(rows) > ENOUGH and farthest.probability > 0.8 and confirmed:
                near, distances = found.scored.of(rows[0])
                known = dict(zip(near.tolist(), (1 - distances).tolist(), strict=True))
                matches = sorted(((row, known.get(row, 0.0)) for row in rows[1:]), key=lambda each: -each[1])
                return Example(row=rows[0], matches=[(row, round(p, 6)) for row, p in matches[:SHOWN]])
    return _nearest(bundle)


@st.cache_data(max_entries=16, show_spinner=False, hash_funcs=BY_BUNDLE)
def _nearest(bundle: Bundle) -> Example | None:
    starts = starts_of(bundle, _STARTS)
    if not starts:
        return None
    row = starts[0]
    order = [int(other) for other in np.argsort(_distances(bundle, row), kind="stable") if other != row]
    return Example(row=row, matches=[(other, None) for other in order[:SHOWN]])


def _distances(bundle: Bundle, row: int) -> FloatArray:
    if bundle.photo_vectors is not None and bundle.has_photo[row]:
        near: FloatArray = (bundle.photo_vectors @ bundle.photo_vectors[row]).astype(np.float64)
        return 1.0 - near
    if bundle.title_matrix is None:
        return np.ones(len(bundle))
    products: FloatArray = (bundle.title_matrix @ bundle.title_matrix[[row]].T).toarray().ravel()
    return 1.0 - products


def _different(bundle: Bundle, group: Group) -> list[int]:
    """Rows of a group, one of each photo and title."""
    seen: set[tuple[str, str]] = set()
    rows = []
    for row in group.rows:
        record = bundle.listings.iloc[row]
        shown = (str(record.get(PHOTO_SHA256, "")), str(record.get("title", "")))
        if shown not in seen:
            rows.append(row)
        seen.add(shown)
    return rows


def draw_example(bundle: Bundle, example: Example) -> bool:
    """Draw the listing and its duplicates beside it; returns whether they were just asked for."""
    with st.container(border=True, key="example"):
        with st.grid(min_column_width=130, gap="small") as grid:
            with grid.cell():
                st.markdown(":material/photo_camera: **Your listing**")
                _draw(bundle, example.row)
            for place, (row, probability) in enumerate(example.matches):
                with grid.cell():
                    if probability is None:
                        st.markdown(f":material/near_me: {_NEAREST[place]}")
                    else:
                        st.markdown(f":green-badge[{percent_text(probability)} same]")
                    _draw(bundle, row)
        return st.button("See this search", icon=":material/search:", type="tertiary")


def _draw(bundle: Bundle, row: int) -> None:
    name = listing_name(bundle.listing(row))
    draw_picture(bundle, row, name)
    st.caption(plain(shorten(name, _TITLE_CHARS)))
