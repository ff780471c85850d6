"""The listings of a catalogue to browse: searched, filtered, in an order of choice, a page of cards at a time."""

from __future__ import annotations

import math
from functools import partial

import streamlit as st

from product_matching.app.address import FIND, MAX_FILTER_CHARS, Address, write_address
from product_matching.app.catalogue.overview import description_of
from product_matching.app.navigation import change_address, coupled, coupled_by_key, remembered_address
from product_matching.app.resources import BY_BUNDLE
from product_matching.app.shared.gallery import draw_listing_choice
from product_matching.app.shared.scroll import scroll_up_for
from product_matching.app.shared.wording import count_text, plain, shorten
from product_matching.store.bundle import PHOTO_SHA256, Bundle
from product_matching.workflows.browse import ONLY, Browsing, ListingBrowser
from product_matching.workflows.description.columns import ColumnFacts

LISTINGS_A_PAGE = 24
#: Columns that can be filtered by a value, and values that can be chosen of each: those that most listings have.
MAX_FILTERS, MAX_VALUES = 8, 500
_NOT_FILTERED = frozenset({"posting_id", "title", "image", "image_phash", PHOTO_SHA256})
_ONLY_NAMES = {
    "no_photo": "Without a photo that can be read",
    "unreadable_photo": "Photo could not be read",
    "repeated_photo": "Photo on several listings",
    "no_title": "Without a title",
}
_VALUE_CHARS = 40
_RISING, _FALLING = {True: ("smallest first", "largest first"), False: ("A to Z", "Z to A")}, "-"


@st.cache_resource(max_entries=4, show_spinner=False, hash_funcs=BY_BUNDLE)
def browser_of(bundle: Bundle) -> ListingBrowser:
    """The listings of a bundle, ready to be filtered; once for all sessions."""
    return ListingBrowser(bundle)


def draw_browse(bundle: Bundle, address: Address) -> None:
    """Draw the view."""
    browser = browser_of(bundle)
    _draw_controls(bundle, browser, address)
    rows = browser.rows(asked_by(address))
    pages = max(math.ceil(len(rows) / LISTINGS_A_PAGE), 1)
    page = min(address.listings_page, pages)
    first = (page - 1) * LISTINGS_A_PAGE
    shown = rows[first : first + LISTINGS_A_PAGE].tolist()
    scroll_up_for(f"{bundle.manifest.name} {page}")
    if not shown:
        st.info("No listing is like that: take a word or a filter away.", icon=":material/search_off:")
        return
    span = f", {first + 1:,} to {first + len(shown):,} shown" if pages > 1 else ""
    st.markdown(f"**{count_text(len(rows), 'listing')}**{span}. Choose one to find its duplicates.")
    chosen = draw_listing_choice(bundle, shown)
    if chosen is not None:
        st.switch_page(FIND, query_params=write_address(remembered_address().of_listing(chosen), FIND))
    if pages > 1:
        st.pagination(pages, **coupled_by_key("listings_page", page))


def asked_by(address: Address) -> Browsing:
    """The listings that an address asks for."""
    only = next((each for each in ONLY if each == address.only), None)
    return Browsing(
        text=address.text,
        values=dict(address.where),
        only=only,
        order=address.listing_order.removeprefix(_FALLING),
        falling=address.listing_order.startswith(_FALLING),
    )


def _draw_controls(bundle: Bundle, browser: ListingBrowser, address: Address) -> None:
    facts = description_of(bundle).columns
    filters = [each for each in facts if _can_be_filtered(each)][:MAX_FILTERS]
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.text_input(
            "Search titles and ids",
            max_chars=MAX_FILTER_CHARS,
            placeholder="A few words, or parts of words",
            icon=":material/search:",
            width=320,
            **coupled("text", address.text),
        )
        st.selectbox(
            "Listings",
            ONLY,
            index=None,
            placeholder="All listings",
            format_func=lambda only: _ONLY_NAMES[only],
            width=250,
            **coupled("only", address.only),
        )
        orders = _orders(facts)
        st.selectbox(
            "Order",
            list(orders),
            format_func=lambda order: orders[order],
            width=250,
            **coupled("listing_order", address.listing_order if address.listing_order in orders else ""),
        )
        if filters:
            with st.popover("Filters", icon=":material/filter_list:"):
                for each in filters:
                    _draw_filter(browser, each, address)
    _draw_chosen(address)


def _can_be_filtered(facts: ColumnFacts) -> bool:
    """A column whose values stand on several listings each, on average."""
    return facts.name not in _NOT_FILTERED and 1 < facts.distinct <= facts.filled / 2


def _orders(facts: tuple[ColumnFacts, ...]) -> dict[str, str]:
    """The orders that can be chosen: as the address writes each, with its name."""
    orders = {"": "As in the file"}
    for each in facts:
        if each.distinct > 1 and (each.name == "title" or each.name not in _NOT_FILTERED):
            rising, falling = _RISING[each.kind == "number"]
            orders |= {each.name: f"{each.name}, {rising}", f"{_FALLING}{each.name}": f"{each.name}, {falling}"}
    return orders


def _draw_filter(browser: ListingBrowser, facts: ColumnFacts, address: Address) -> None:
    counts = browser.values(facts.name)
    chosen = dict(address.where).get(facts.name)
    options = list(counts)[:MAX_VALUES]
    if chosen is not None and chosen not in options:
        options.append(chosen)
    st.selectbox(
        facts.name,
        options,
        index=None,
        placeholder="Any",
        format_func=lambda value: f"{shorten(value, _VALUE_CHARS)} ({counts.get(value, 0):,})",
        help=f"The {MAX_VALUES} most frequent of {facts.distinct:,} values." if facts.distinct > MAX_VALUES else None,
        **coupled("where", chosen, to=lambda value: with_value(address.where, facts.name, value), part=facts.name),
    )


def with_value(where: tuple[tuple[str, str], ...], name: str, value: str | None) -> tuple[tuple[str, str], ...]:
    """The values of columns with one changed, or without it for None."""
    others = {column: kept for column, kept in where if column != name}
    return tuple((others if value is None else {**others, name: value}).items())


def _draw_chosen(address: Address) -> None:
    """The values that were chosen, as buttons that take them away."""
    if not address.where:
        return
    with st.container(horizontal=True, gap="small"):
        for name, value in address.where:
            st.button(
                plain(f"{name}: {shorten(value, _VALUE_CHARS) or 'none'}"),
                key=f"without_{name}",
                icon=":material/close:",
                help="Take this filter away",
                on_click=partial(change_address, where=with_value(address.where, name, None)),
            )
