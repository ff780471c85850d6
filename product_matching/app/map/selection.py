"""What is meant on the map: the card of a listing, and the listings that are found by a text or selected by an area."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import streamlit as st

from product_matching.app.address import AREA_LENGTHS, FIND, MAP_STEPS, REVIEW, Address, write_address
from product_matching.app.components.card import data_url
from product_matching.app.components.map import MapCard, MapNews, draw_relay
from product_matching.app.map.places import MapPlaces, rows_in_area
from product_matching.app.navigation import change_address, current_address, remember, remembered_address
from product_matching.app.shared.asked_rows import rows_with
from product_matching.app.shared.columns import column_label, told_columns
from product_matching.app.shared.gallery import draw_listing_choice, listing_name
from product_matching.app.shared.pictures import card_picture
from product_matching.app.shared.refusals import saying_refusals
from product_matching.app.shared.wording import count_text, plain, shorten
from product_matching.store.bundle import Bundle

#: Cards below the map, lines on the card of a point, and characters of each.
SHOWN, _LINES, _LINE_CHARS = 24, 3, 40
_ASKED, _OPENED = "map_asked", "map_opened"


@st.fragment
@saying_refusals()
def draw_selection(bundle: Bundle, places: MapPlaces, map_key: str) -> None:
    """Answer what the map asks, and draw what is selected below it; alone, as long as nothing else changes."""
    address = current_address()
    found = rows_with(bundle, address.text) if address.text else None
    news = MapNews(
        version=places.points.version,
        card=_asked_card(bundle),
        found=found,
        area=address.area,
        view=address.map_view,
    )
    draw_relay(map_key, news, on={"row": _ask, "open": _open, "area": _select, "view": _look})
    remember(address)
    opened = st.session_state.pop(_OPENED, None)
    if isinstance(opened, int) and 0 <= opened < len(bundle):
        _lead_to(str(bundle.listings["posting_id"].iloc[opened]))
    if address.area is not None or found is not None:
        _draw_chosen(bundle, places, address, found)


def _draw_chosen(bundle: Bundle, places: MapPlaces, address: Address, found: npt.NDArray[np.bool_] | None) -> None:
    """The listings that are selected, and of those the ones with the text, as cards."""
    rows = np.arange(len(bundle)) if address.area is None else rows_in_area(places, address.area)
    if found is not None:
        rows = rows[found[rows]]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(_heading(len(rows), address), anchor=False, width="content")
        st.space("stretch")
        if len(rows):
            params = write_address(remembered_address(), REVIEW)
            st.page_link(REVIEW, label=_review_label(address), icon=":material/rule:", query_params=params)
        if address.area is not None:
            st.button("Clear the selection", icon=":material/close:", on_click=_select, args=([],))
    if not len(rows):
        st.info(
            "No listing is there: draw around some points, or search for another text.", icon=":material/search_off:"
        )
        return
    if len(rows) > SHOWN:
        where = "the first ones" if address.area is None else "those nearest to the middle of the selection"
        st.caption(f"{SHOWN} of {len(rows):,} are shown, {where}.")
    chosen = draw_listing_choice(bundle, rows[:SHOWN].tolist())
    if chosen is not None:
        _lead_to(chosen)


def _heading(count: int, address: Address) -> str:
    listings = count_text(count, "listing")
    text = f" with “{plain(shorten(address.text, 40))}” in the title or id" if address.text else ""
    return f"{listings} selected{text}" if address.area is not None else f"{listings}{text}"


def _review_label(address: Address) -> str:
    return "Review these" if address.text or address.area else "Review the catalogue"


def _asked_card(bundle: Bundle) -> MapCard | None:
    """The card that the map has just asked for."""
    row = st.session_state.pop(_ASKED, None)
    if not isinstance(row, int) or not 0 <= row < len(bundle):
        return None
    return card_of(bundle, row)


def card_of(bundle: Bundle, row: int) -> MapCard:
    """What is shown of a listing beside its point."""
    record = bundle.listing(row)
    name, picture = listing_name(record), card_picture(bundle, row)
    lines = [f"{column_label(column)}: {value}" for column, value in told_columns(record).items()]
    return MapCard(
        row=row,
        title=shorten(name),
        lines=[shorten(line, _LINE_CHARS) for line in lines[:_LINES]],
        picture=None if picture is None else data_url(picture),
        alt=f"Photo of {shorten(name)}" if bundle.has_photo[row] else f"No photo of {shorten(name)}",
    )


def _ask(row: Any) -> None:
    st.session_state[_ASKED] = row


def _open(row: Any) -> None:
    st.session_state[_OPENED] = row


def _select(area: Any) -> None:
    """Select what is inside an area; none for one that is not of corners on the map."""
    change_address(area=_numbers(area) if len(area) in AREA_LENGTHS else None)


def _look(view: Any) -> None:
    numbers = _numbers(view)
    if numbers is not None and len(numbers) in (0, 3):
        change_address(map_view=numbers or None)


def _numbers(sent: Any) -> tuple[int, ...] | None:
    """Numbers as the browser sends them; None where one is none of the map."""
    if not isinstance(sent, list) or not all(type(number) is int and number in MAP_STEPS for number in sent):
        return None
    return tuple(sent)


def _lead_to(posting_id: str) -> None:
    st.switch_page(FIND, query_params=write_address(remembered_address().of_listing(posting_id), FIND))
