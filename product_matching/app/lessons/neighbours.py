"""The lesson on retrieval: the nearest listings of one, a threshold, and how many of those within it are right."""

from __future__ import annotations

import streamlit as st

from product_matching.app.address import NEIGHBOURS, Address
from product_matching.app.lessons.neighbour_chart import describe_neighbours, neighbour_chart
from product_matching.app.lessons.place import lesson_address
from product_matching.app.navigation import coupled
from product_matching.app.resources import BY_BUNDLE, starts_of
from product_matching.app.shared.controls import draw_distance, draw_whole
from product_matching.app.shared.gallery import draw_picture, listing_name
from product_matching.app.shared.refusals import saying_refusals
from product_matching.app.shared.settings import default_distance
from product_matching.app.shared.unusable import draw_unusable
from product_matching.app.shared.wording import count_text, plain, shorten
from product_matching.store.bundle import Bundle
from product_matching.workflows.find import Finder
from product_matching.workflows.lessons.distances import Side, lesson_side
from product_matching.workflows.lessons.neighbours import Neighbourhood, find_neighbours

_N_STARTS, _OFFERED, _SHOWN = 40, 12, 12
_NAME_CHARS, _PICTURE = 60, 104


@st.fragment
@saying_refusals()
def draw_neighbours(finder: Finder) -> None:
    """Draw the lesson on the catalogue's photos, or on its titles if it has none."""
    side = lesson_side(finder)
    offered = _offered(finder, side) if side is not None else []
    if side is None or not offered:
        return
    st.markdown(
        "The nearest listings are found, and a threshold says how near is near enough: all to its left are shown as "
        "matches, at most the nearest k. Move both, and watch what is gained and what slips in.",
        help="k nearest neighbours with a threshold on the cosine distance; exact search through the whole catalogue.",
    )
    address = lesson_address()
    row = _chosen(finder.bundle, address, offered)
    if address.around and address.around not in finder.bundle.rows:
        draw_unusable(f"The address names a listing {address.around!r:.60} that this catalogue does not have.")
    manifest = finder.bundle.manifest
    default = default_distance(manifest.photo_threshold if side == "photo" else manifest.title_threshold)
    within = default if address.within is None else address.within
    around = _neighbours(finder, row, side)
    settings, picture = st.columns([0.36, 0.64], gap="large")
    with settings:
        _draw_choice(finder.bundle, row, offered)
        draw_distance("within", "Threshold: largest distance", within, default=default)
        draw_whole("k", "k: at most so many", address.k, NEIGHBOURS)
    if around is None:
        picture.info(f"This listing has no {side} to compare.", icon=":material/search_off:")
        return
    shown = around.shown(address.k, within)
    with picture:
        st.plotly_chart(
            neighbour_chart(around, address.k, within),
            key="neighbours",
            config={"displayModeBar": False},
            alt=describe_neighbours(around, address.k, within),
        )
        st.markdown(say_right(around, shown), help=_RIGHT_HELP)
    _draw_matches(finder.bundle, around, shown)


_RIGHT_HELP = (
    "How many of what is shown is right is called precision; how many of the right ones are shown is called recall. A "
    "larger threshold raises the second at the cost of the first."
)


def say_right(around: Neighbourhood, shown: int) -> str:
    """How many of the listings shown are right, in words."""
    if around.right is None:
        return f"**{count_text(shown, 'listing')} shown.** This catalogue does not say which are right."
    right = around.n_right(shown)
    of_all = f"{right:,} of the {around.n_same:,} of the same product" if around.n_same else "it has no other listing"
    if shown == 0:
        return f"**Nothing shown**; {of_all}." if around.n_same else "**Nothing shown**, and rightly: it has no match."
    return f"**{right:,} of {shown:,} shown are right**; {of_all}."


@st.cache_data(max_entries=8, show_spinner=False, hash_funcs=BY_BUNDLE)
def _offered(finder: Finder, side: Side) -> list[int]:
    """Listings to choose from: those with several others of their product first."""
    bundle = finder.bundle
    has = bundle.has_photo if side == "photo" else bundle.has_title
    rows = [row for row in starts_of(bundle, _N_STARTS) if has[row]]
    if bundle.labels is not None:
        labels = bundle.labels
        sizes = {row: int((labels == labels[row]).sum()) if labels[row] else 0 for row in rows}
        rows.sort(key=lambda row: -min(sizes[row], 6))
    return rows[:_OFFERED]


@st.cache_data(max_entries=64, show_spinner=False, hash_funcs=BY_BUNDLE)
def _neighbours(finder: Finder, row: int, side: Side) -> Neighbourhood | None:
    return find_neighbours(finder, row, NEIGHBOURS[-1], side)


def _chosen(bundle: Bundle, address: Address, offered: list[int]) -> int:
    """The listing of the address; one that is not there gives way to the first that is offered."""
    return bundle.rows.get(address.around or "", offered[0])


def _draw_choice(bundle: Bundle, row: int, offered: list[int]) -> None:
    ids = bundle.listings["posting_id"]
    options = list(dict.fromkeys([*offered, row]))
    st.selectbox(
        "Listing",
        [str(ids.iloc[each]) for each in options],
        format_func=lambda posting_id: shorten(_name(bundle, bundle.rows[posting_id]), _NAME_CHARS),
        **coupled("around", str(ids.iloc[row])),
    )
    draw_picture(bundle, row, _name(bundle, row), width=150)


def _name(bundle: Bundle, row: int) -> str:
    return listing_name(bundle.listing(row))


def _draw_matches(bundle: Bundle, around: Neighbourhood, shown: int) -> None:
    if shown == 0:
        return
    has_pictures = bundle.thumbnails is not None
    with st.grid(min_column_width=_PICTURE if has_pictures else 240, gap="small") as grid:
        for place in range(min(shown, _SHOWN)):
            row, name = int(around.rows[place]), _name(bundle, int(around.rows[place]))
            mark = "" if around.right is None else ":green[✓]" if around.right[place] else ":orange[✗]"
            with grid.cell():
                draw_picture(bundle, row, name)
                words = "" if has_pictures else f" {plain(shorten(name, _NAME_CHARS))}"
                st.markdown(f"{mark} {around.distances[place]:.3f}{words}")
    if shown > _SHOWN:
        st.caption(f"The nearest {_SHOWN} of {shown}.")
