"""Every decision on the catalogue: found again, changed, taken back."""

from __future__ import annotations

import math
from functools import partial

import streamlit as st

from product_matching.app.address import Address
from product_matching.app.navigation import coupled_by_key
from product_matching.app.resources import decisions_of
from product_matching.app.review.recording import decide_named, withdraw
from product_matching.app.shared.gallery import draw_picture, listing_name
from product_matching.app.shared.unusable import draw_unusable, say_beyond
from product_matching.app.shared.wording import count_text, plain, shorten
from product_matching.matching.calibration import percent_text
from product_matching.store.audits import AuditStore
from product_matching.store.bundle import Bundle
from product_matching.store.decision import Change, Word
from product_matching.workflows.decisions import BundleDecisions, say_contradictions

A_PAGE = 12
_KINDS = {"all": "All", "same": "Same", "different": "Different", "stale": "Stale"}
_PICTURE, _TITLE_CHARS = 88, 90


def draw_decisions(bundle: Bundle, address: Address) -> None:
    """Draw the decisions that hold, the newest first, with the stale ones marked."""
    known = decisions_of(bundle)
    if not known.changes:
        st.info("Nothing is decided yet. Decisions that you make stand here.", icon=":material/how_to_reg:")
        return
    contradicting = say_contradictions(bundle, known.pairs.contradictions)
    if contradicting:
        st.warning(plain(contradicting), icon=":material/warning:")
    kind = st.segmented_control(
        "Show", list(_KINDS), format_func=lambda kind: _KINDS[kind], default="all", required=True, key="decisions_kind"
    )
    changes = _chosen(bundle, known, kind or "all", address.text)
    pages = max(math.ceil(len(changes) / A_PAGE), 1)
    page = min(address.page, pages)
    draw_unusable(say_beyond("page", address.page, pages))
    st.caption(
        f"{count_text(len(changes), 'decision')}. A stale one is not applied: the photo or title of a listing changed "
        "since, or the listing is gone. Those marked audit were given in an audit."
    )
    audited = AuditStore().answered(bundle.manifest.catalogue_id)
    for change in changes[(page - 1) * A_PAGE : page * A_PAGE]:
        decision = change.decision
        of_audit = str(audited.get(decision.pair)) == str(decision.word)
        _draw_change(bundle, change, stale=change.number in known.stale, of_audit=of_audit)
    if pages > 1:
        st.pagination(pages, **coupled_by_key("page", page))


def _chosen(bundle: Bundle, known: BundleDecisions, kind: str, text: str) -> list[Change]:
    wanted = text.casefold()

    def is_asked_for(change: Change) -> bool:
        stale = change.number in known.stale
        of_kind = kind == "all" or (stale if kind == "stale" else not stale and change.decision.word == kind)
        return of_kind and (
            not wanted or any(wanted in _name(bundle, each).casefold() for each in change.decision.pair)
        )

    return [change for change in known.changes if is_asked_for(change)]


def _name(bundle: Bundle, posting_id: str) -> str:
    row = bundle.rows.get(posting_id)
    if row is None:
        return posting_id
    return f"{listing_name(bundle.listing(row))} {posting_id}"


def _draw_change(bundle: Bundle, change: Change, *, stale: bool, of_audit: bool) -> None:
    decision, key = change.decision, f"change_{change.number}"
    with st.container(border=True, key=key):
        with st.container(horizontal=True, vertical_alignment="center"):
            same = decision.word is Word.same
            badges = [":green-badge[same product]" if same else ":red-badge[different]"]
            badges += [":gray-badge[stale]"] if stale else []
            badges += [":blue-badge[:material/fact_check: audit]"] if of_audit else []
            told = [f"{decision.time:%d %b %Y %H:%M}", plain(decision.who)]
            if decision.score is not None:
                told.append(f"was {percent_text(decision.score)}")
            st.markdown(" ".join(badges) + " " + " · ".join(filter(None, told)), width="content")
        with st.grid(min_column_width=150, gap="small") as grid:
            for posting_id in decision.pair:
                with grid.cell():
                    _draw_listing(bundle, posting_id)
        there = all(name in bundle.rows for name in decision.pair)
        with st.container(horizontal=True, gap="small"):
            for word, label in ((Word.same, "Same product"), (Word.different, "Different")):
                if there and (word is not decision.word or stale):
                    decide = partial(decide_named, bundle, [decision.pair], word)
                    st.button(label, key=f"{word}_{change.number}", on_click=decide)
            st.button("Take back", key=f"back_{change.number}", on_click=partial(withdraw, bundle, change))


def _draw_listing(bundle: Bundle, posting_id: str) -> None:
    row = bundle.rows.get(posting_id)
    if row is None:
        st.markdown(f"{plain(posting_id)} is no longer in the catalogue.")
        return
    name = _name(bundle, posting_id)
    draw_picture(bundle, row, name, _PICTURE)
    st.markdown(plain(shorten(name, _TITLE_CHARS)))
