"""The audit: a random sample of accepted pairs is reviewed, and states how many of all are right."""

from __future__ import annotations

import math
from functools import partial

import numpy as np
import streamlit as st

from product_matching.app.resources import decisions_of
from product_matching.app.review.pair_view import draw_answers, draw_pair
from product_matching.app.review.pairs import ReviewPairs
from product_matching.app.review.recording import answer_audit
from product_matching.app.shared.deciding import Deciding
from product_matching.app.shared.wording import count_text, plain
from product_matching.metrics.sampled_precision import SampledPrecision
from product_matching.store.audits import Answer, Audit, AuditStore
from product_matching.store.bundle import Bundle
from product_matching.workflows.audit import accepted_pairs, audited_precision, begin_audit, say_audit
from product_matching.workflows.catalogue_groups import CatalogueGroups
from product_matching.workflows.find import Finder

#: Pairs of a sample unless another number is chosen, and the numbers that can be.
DEFAULT_SIZE, SIZES = 75, (30, 59, 75, 149, 299)
_EXPLANATION = (
    "An audit measures how far the result can be trusted. Pairs are drawn at random from all that are accepted "
    "without a decision, so that they stand for the others; the queue of doubtful pairs does not."
)


def draw_audit(
    finder: Finder, deciding: Deciding, review: ReviewPairs, found: CatalogueGroups, *, what: str, seed: int = 0
) -> None:
    """Draw the newest audit of the catalogue, or the way to begin one.

    Parameters
    ----------
    finder, deciding
        The catalogue and what decides.
    review
        Its candidate pairs.
    found
        Its groups.
    what
        What accepts pairs, in a few words.
    seed
        Of the first audit; each further one is drawn by the next.
    """
    audit = AuditStore().latest(finder.bundle.manifest.catalogue_id)
    if audit is None:
        _draw_beginning(finder.bundle, review, found, what=what, seed=seed)
        return
    _draw_statement(audit, what)
    open_places = [place for place, pair in enumerate(audit.pairs) if pair.answer is None]
    if open_places:
        _draw_pair_of(finder, deciding, audit, open_places[0])
    with st.expander("A new audit", icon=":material/casino:", expanded=not open_places):
        _draw_beginning(finder.bundle, review, found, what=what, seed=audit.seed + 1)


def _draw_statement(audit: Audit, what: str) -> None:
    found = audited_precision(audit)
    st.progress(audit.reviewed / max(len(audit.pairs), 1), text=f"{audit.reviewed:,} of {len(audit.pairs):,} reviewed")
    if audit.reviewed:
        text = plain(say_audit(audit))
        (st.success if found.reviewed == len(audit.pairs) else st.info)(text, icon=":material/verified:")
        st.caption(
            "An exact bound on the precision (Clopper and Pearson). What could not be told counts as wrong. Drawn on "
            f"{audit.time:%d %B %Y}."
        )
    if audit.what != what:
        st.warning(
            f"This audit was drawn from the pairs accepted {plain(audit.what)}; now pairs are accepted {plain(what)}. "
            "Draw a new one for them.",
            icon=":material/history:",
        )


def _draw_pair_of(finder: Finder, deciding: Deciding, audit: Audit, place: int) -> None:
    pair, bundle = audit.pairs[place], finder.bundle
    rows = [bundle.rows.get(name) for name in (pair.first, pair.second)]
    st.markdown(f"**Are these the same product?** Pair {place + 1:,} of {len(audit.pairs):,} of the sample")
    draw_answers(
        same=partial(answer_audit, bundle, audit, place, Answer.same),
        different=partial(answer_audit, bundle, audit, place, Answer.different),
        unsure=partial(answer_audit, bundle, audit, place, Answer.unsure),
        key=f"audit_{audit.number}_{place}",
    )
    first, second = rows
    if first is None or second is None:
        gone = plain(pair.first if first is None else pair.second)
        st.warning(
            f"The listing {gone} is no longer in the catalogue: answer “can't tell”.", icon=":material/link_off:"
        )
        return
    draw_pair(finder, deciding, (first, second), score=pair.score)


def _draw_beginning(bundle: Bundle, review: ReviewPairs, found: CatalogueGroups, *, what: str, seed: int) -> None:
    st.markdown(_EXPLANATION)
    accepted = accepted_pairs(review.pairs, review.least, decisions_of(bundle).pairs, found.numbers)
    number = len(accepted[0])
    if not number:
        st.info("No pair is accepted without a decision: there is nothing to audit.", icon=":material/search_off:")
        return
    size = _draw_size(number)
    shown = SampledPrecision(reviewed=min(size, number), wrong=0)
    enough = (
        f"{min(size, number):,} of the sample are right, at least {math.floor(1000 * shown.at_least) / 10:.1f} of 100"
    )
    st.caption(
        f"{count_text(number, 'pair')} count as the same product ({plain(what)}) without a decision. "
        f"If all {enough} are, with 95 % confidence."
    )
    if st.button("Draw the sample", type="primary", icon=":material/casino:"):
        listings = np.bincount(found.numbers, minlength=len(bundle))[found.numbers]
        begin_audit(bundle, accepted, listings, size, what=what, seed=seed)
        st.rerun()


def _draw_size(number: int) -> int:
    """Draw the choice of how many pairs are drawn, of so many; all of them where there are few."""
    offered = [each for each in SIZES if each < number]
    if not offered:
        return number
    size: int = st.select_slider(
        "Pairs to review",
        offered if number > SIZES[-1] else [*offered, number],
        min(DEFAULT_SIZE, number) if number in offered or number > DEFAULT_SIZE else number,
        key="audit_size",
        format_func=lambda n: f"{n} pairs",
        help="Stratified by sureness and size of the group, one pair of each group while that lasts.",
    )
    return size
