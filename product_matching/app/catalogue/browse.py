"""The listings of a catalogue to browse: searched, filtered, in an order of choice, a page of cards at a time."""

from __future__ import annotations

import math

import streamlit as st

from product_matching.app.address import FIND, MAX_FILTER_CHARS, Address, write_address
from product_matching.app.catalogue.changes import ask_to_remove
from product_matching.app.catalogue.overview import description_of
from product_matching.app.navigation import change_address, coupled, coupled_by_key, remembered_address
from product_matching.app.resources import BY_BUNDLE, facets_of
from product_matching.app.shared.facets import listings_kept
from product_matching.app.shared.filter_panel import draw_filters
from product_matching.app.shared.gallery import draw_listing_choice
from product_matching.app.shared.scroll import scroll_up_for
from product_matching.app.shared.unusable import draw_unusable, say_beyond, say_unknown
from product_matching.app.shared.wording import count_text, plain
from product_matching.store.bundle import PHOTO_SHA256, Bundle
from product_matching.workflows.browse import ONLY, Browsing, ListingBrowser
from product_matching.workflows.description.columns import ColumnFacts

LISTINGS_A_PAGE = 24
_NOT_ORDERED = frozenset({"posting_id", "title", "image", "image_phash", PHOTO_SHA256})
_ONLY_NAMES = {
    "no_photo": "Without a photo that can be read",
    "unreadable_photo": "Photo could not be read",
    "repeated_photo": "Photo on several listings",
    "no_title": "Without a title",
}
_RISING, _FALLING = {True: ("smallest first", "largest first"), False: ("A to Z", "Z to A")}, "-"


@st.cache_resource(max_entries=4, show_spinner=False, hash_funcs=BY_BUNDLE)
def browser_of(bundle: Bundle) -> ListingBrowser:
    """The listings of a bundle, ready to be filtered; once for all sessions."""
    return ListingBrowser(bundle)


def draw_browse(bundle: Bundle, address: Address, *, removable: bool = False) -> None:
    """Draw the view; listings that were searched for can be removed where the catalogue may be changed."""
    browser = browser_of(bundle)
    _draw_controls(bundle, browser, address)
    rows = browser.rows(asked_by(address))
    kept, problems = listings_kept(facets_of(bundle), address.where)
    if problems:
        st.warning("  \n".join(map(plain, problems)), icon=":material/filter_alt_off:")
    if kept is not None:
        rows = rows[kept[rows]]
    pages = max(math.ceil(len(rows) / LISTINGS_A_PAGE), 1)
    orders = _orders(description_of(bundle).columns)
    draw_unusable(say_unknown("order", address.listing_order, orders), say_beyond("at", address.listings_page, pages))
    page = min(address.listings_page, pages)
    first = (page - 1) * LISTINGS_A_PAGE
    shown = rows[first : first + LISTINGS_A_PAGE].tolist()
    scroll_up_for(f"{bundle.manifest.name} {page}")
    if not shown:
        st.info("No listing is like that: take a word or a filter away.", icon=":material/search_off:")
        return
    span = f", {first + 1:,} to {first + len(shown):,} shown" if pages > 1 else ""
    st.markdown(f"**{count_text(len(rows), 'listing')}**{span}. Choose one to find its duplicates.")
    if removable and len(rows) < len(bundle):
        ids = bundle.listings["posting_id"].iloc[rows].tolist()
        st.button("Remove these…", icon=":material/delete:", type="tertiary", on_click=ask_to_remove, args=(ids,))
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
        only=only,
        order=address.listing_order.removeprefix(_FALLING),
        falling=address.listing_order.startswith(_FALLING),
    )


def _draw_controls(bundle: Bundle, browser: ListingBrowser, address: Address) -> None:
    facts = description_of(bundle).columns
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.text_input(
            "Search titles and ids",
            max_chars=MAX_FILTER_CHARS,
            placeholder="A few words, or parts of words",
            icon=":material/search:",
            width=320,
            **coupled("text", address.text, typed=True),
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
        draw_filters(facets_of(bundle), address.where, of="where", every=True)
        if address.where:
            st.button(
                "Clear the filters",
                key="clear_filters",
                type="tertiary",
                icon=":material/close:",
                on_click=change_address,
                kwargs={"where": ()},
            )


def _orders(facts: tuple[ColumnFacts, ...]) -> dict[str, str]:
    """The orders that can be chosen: as the address writes each, with its name."""
    orders = {"": "As in the file"}
    for each in facts:
        if each.distinct > 1 and (each.name == "title" or each.name not in _NOT_ORDERED):
            rising, falling = _RISING[each.kind == "number"]
            orders |= {each.name: f"{each.name}, {rising}", f"{_FALLING}{each.name}": f"{each.name}, {falling}"}
    return orders
