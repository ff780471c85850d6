"""Checked listings one by one: photo beside photo, how sure, what is proposed, and what is decided."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st

from product_matching.app.find.checked import CheckedList, badge_of
from product_matching.app.navigation import current_address, go_to
from product_matching.app.shared.batches import Batch
from product_matching.app.shared.gallery import draw_picture, listing_name
from product_matching.app.shared.pictures import no_photo, shown_picture
from product_matching.app.shared.side_by_side import Side, draw_side_by_side
from product_matching.app.shared.wording import plain, readable_title, shorten
from product_matching.matching.bands import Bands
from product_matching.matching.calibration import percent_text
from product_matching.store.bundle import Bundle
from product_matching.workflows.check_listings import CheckedListing, Found
from product_matching.workflows.checked_table import ACCEPT, DECISIONS, OPEN, REJECT, note_on
from product_matching.workflows.find import Finder

PER_PAGE = 10
_PICTURE, _TITLE_CHARS = 104, 90
_DECISIONS = {ACCEPT: "Accept: same product", REJECT: "Reject: not the same", OPEN: "Open"}


def draw_rows(checked: CheckedList, shown: Sequence[CheckedListing]) -> None:
    """Draw a page of those listings of a checked list that pass the filter."""
    pages = max(-(-len(shown) // PER_PAGE), 1)
    key = f"batch_page_of_{pages}_{len(shown)}"
    page = int(st.session_state.get(key, 1))
    for each in shown[(page - 1) * PER_PAGE : page * PER_PAGE]:
        with st.container(border=True):
            if each.listing.usable:
                _draw_row(checked, each)
            else:
                _draw_unusable(checked, each)
    if pages > 1:
        st.pagination(pages, key=key)


def _draw_row(checked: CheckedList, each: CheckedListing) -> None:
    listing, bundle = each.listing, checked.finder.bundle
    best = each.found[0] if each.found else None
    name = readable_title(listing.title) or listing.posting_id
    with st.container(horizontal=True, vertical_alignment="top", gap="medium"):
        if bundle.thumbnails is not None:
            _draw_pictures(bundle, each, best, name)
        with st.container(width="stretch", gap="small"):
            sure = ""
            if best is not None and best.by_probability:
                sure = f" **{percent_text(best.level)}** same product"
            st.markdown(f"{badge_of(each.proposal(checked.bands))}{sure}")
            st.markdown(f"**{plain(shorten(name, _TITLE_CHARS))}**  \n:gray[New, {plain(listing.posting_id)}]")
            if best is not None:
                _draw_match(bundle, best)
            _draw_notes(each, checked.bands)
        _draw_decision(checked, each)
    if best is not None:
        _draw_comparison(checked.finder, each, best)


def _draw_unusable(checked: CheckedList, each: CheckedListing) -> None:
    """A row of the list that is no listing: what it says, and what is wrong with it."""
    listing = each.listing
    named = [readable_title(listing.title), listing.posting_id]
    name = next(filter(None, named), "A line without id and title")
    st.markdown(f"{badge_of(each.proposal(checked.bands))}  \n**{plain(shorten(name, _TITLE_CHARS))}**")
    st.caption(f":material/error: {plain(note_on(each))}")


def _draw_pictures(bundle: Bundle, each: CheckedListing, best: Found | None, name: str) -> None:
    with st.container(horizontal=True, gap="small", width="content"):
        picture = each.listing.picture
        alt = f"{'No photo' if picture is None else 'Photo'} of the new listing {name}"
        st.image(no_photo() if picture is None else shown_picture(picture), width=_PICTURE, alt=alt)
        if best is not None:
            draw_picture(bundle, best.row, _name_of(bundle, best.row), _PICTURE)


def _draw_match(bundle: Bundle, best: Found) -> None:
    name = plain(shorten(_name_of(bundle, best.row), _TITLE_CHARS))
    st.markdown(f"{name}  \n:gray[In the catalogue, {plain(best.posting_id)}]")


def _draw_notes(each: CheckedListing, bands: Bands) -> None:
    note = note_on(each)
    if note:
        st.caption(f":material/info: {plain(note)}")
    repeats = [plain(repeat.posting_id) for repeat in each.sure_repeats(bands)]
    if repeats:
        st.caption(f":material/content_copy: The same product in this list: {', '.join(repeats)}")


def _draw_decision(checked: CheckedList, each: CheckedListing) -> None:
    batch, posting_id = checked.batch, each.listing.posting_id
    proposed = DECISIONS[each.proposal(checked.bands)]
    key = f"batch_decision_{posting_id}"
    st.session_state[key] = batch.decisions.get(posting_id, proposed)
    st.selectbox(
        f"Decision on {plain(posting_id)}",
        list(_DECISIONS),
        format_func=_DECISIONS.__getitem__,
        key=key,
        label_visibility="collapsed",
        width=210,
        on_change=_decide,
        args=(batch, posting_id, key),
    )


def _decide(batch: Batch, posting_id: str, key: str) -> None:
    batch.decisions[posting_id] = st.session_state[key]


def _draw_comparison(finder: Finder, each: CheckedListing, best: Found) -> None:
    """The best match beside the new listing, and the further ones: drawn when they are asked for."""
    posting_id = each.listing.posting_id
    with st.expander("Compare", icon=":material/compare:", key=f"batch_compare_{posting_id}", on_change="rerun") as box:
        if not box.open:
            return
        listing = each.listing
        columns = {"posting_id": posting_id, "title": listing.title, **listing.columns}
        side = Side(name="the new listing", query=listing.query, picture=listing.picture, columns=columns)
        draw_side_by_side(finder, side, best.row, key=f"batch_{posting_id}")
        for found in each.found:
            sure = f"{percent_text(found.level)} · " if found.by_probability else ""
            name = plain(shorten(_name_of(finder.bundle, found.row), _TITLE_CHARS))
            st.button(
                f"{sure}{name}",
                key=f"batch_open_{posting_id}_{found.row}",
                type="tertiary",
                icon=":material/search:",
                help="Search with this listing of the catalogue.",
                on_click=partial(_open, found.posting_id),
            )


def _open(posting_id: str) -> None:
    go_to(current_address().of_listing(posting_id))


def _name_of(bundle: Bundle, row: int) -> str:
    return listing_name({str(name): value for name, value in bundle.listings.iloc[row].items()})
