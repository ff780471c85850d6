"""The audit: a random sample of accepted pairs is reviewed, and states how many of all are right."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

import numpy as np
import streamlit as st

from product_matching.app.resources import decisions_of
from product_matching.app.review.answering import answer_audit
from product_matching.app.review.pair_view import draw_answers, draw_pair
from product_matching.app.review.pairs import ReviewPairs
from product_matching.app.shared.deciding import Deciding
from product_matching.app.shared.wording import count_text, plain
from product_matching.app.writing import begin_audit
from product_matching.errors import InputError
from product_matching.metrics.sampled_precision import SampledPrecision
from product_matching.store.audits import Answer, Audit
from product_matching.store.bundle import Bundle
from product_matching.workflows.audit import accepted_pairs, read_audits, say_audit
from product_matching.workflows.audit_setting import Setting, say_other_setting
from product_matching.workflows.catalogue_groups import CatalogueGroups
from product_matching.workflows.find import Finder

#: Pairs of a sample unless another number is chosen, and the numbers that can be.
DEFAULT_SIZE, SIZES = 75, (30, 59, 75, 149, 299)
_EXPLANATION = (
    "An audit measures how far the result can be trusted. Pairs are drawn at random from all that are accepted "
    "without a decision, so that they stand for the others; the queue of doubtful pairs does not."
)


def draw_audit(
    finder: Finder,
    deciding: Deciding,
    review: ReviewPairs,
    groups: Callable[[], CatalogueGroups | None],
    *,
    setting: Setting,
    seed: int = 0,
) -> None:
    """Draw the audit of the catalogue, or the way to begin one.

    The finished one stands until another is finished too. The pairs of a begun one do not wait for the groups.

    Parameters
    ----------
    finder, deciding
        The catalogue and what decides.
    review
        Its candidate pairs.
    groups
        Makes its groups, or draws how far making them is and returns None.
    setting
        What accepts pairs.
    seed
        Of the first audit; each further one is drawn by the next.
    """
    audits = read_audits(finder.bundle)
    newest = audits.begun or audits.finished
    if audits.finished is not None:
        draw_statement(audits.finished, setting, begun=audits.begun)
    if audits.begun is not None:
        _draw_begun(finder, deciding, audits.begun, setting)
    if newest is None:
        _draw_beginning(finder.bundle, review, groups, setting=setting, seed=seed)
        return
    is_open = audits.begun is None
    new = st.expander(
        "A new audit", icon=":material/casino:", expanded=is_open, key=f"new_audit_{newest.number}", on_change="rerun"
    )
    if new.open:  # closed, it needs no groups
        with new:
            _draw_beginning(finder.bundle, review, groups, setting=setting, seed=newest.seed + 1)


def draw_statement(audit: Audit, setting: Setting, *, begun: Audit | None = None) -> None:
    """Draw what a finished audit shows; it is no good news where other pairs are accepted now.

    Parameters
    ----------
    audit
        The audit.
    setting
        What accepts pairs now.
    begun
        A newer audit that is not finished; None for none.
    """
    text, other = plain(say_audit(audit)), plain(say_other_setting(audit, setting))
    if not other:
        st.success(text, icon=":material/verified:")
    else:
        then = "Draw a new one for them." if begun is None else f"A newer one is begun: {say_progress(begun)}."
        st.warning(f"{text} {other} {then}", icon=":material/history:")
    st.caption(
        "An exact bound on the precision (Clopper and Pearson). What could not be told counts as wrong. Drawn on "
        f"{audit.time:%d %B %Y}."
    )


def say_progress(audit: Audit) -> str:
    """How far a begun audit is."""
    return f"{audit.reviewed:,} of {len(audit.pairs):,} reviewed"


def _draw_begun(finder: Finder, deciding: Deciding, audit: Audit, setting: Setting) -> None:
    """Draw how far a begun audit is, and its first pair without an answer."""
    st.progress(audit.reviewed / max(len(audit.pairs), 1), text=say_progress(audit))
    other = say_other_setting(audit, setting)
    if other:
        st.warning(plain(other), icon=":material/history:")
    place = next(place for place, pair in enumerate(audit.pairs) if pair.answer is None)
    _draw_pair_of(finder, deciding, audit, place)


def _draw_pair_of(finder: Finder, deciding: Deciding, audit: Audit, place: int) -> None:
    pair, bundle = audit.pairs[place], finder.bundle
    rows = [bundle.rows.get(name) for name in (pair.first, pair.second)]
    st.markdown(f"**Are these the same product?** Pair {place + 1:,} of {len(audit.pairs):,} of the sample")
    answers = st.container()  # filled last: no key answers a pair that is not there to be seen yet
    first, second = rows
    if first is None or second is None:
        gone = plain(pair.first if first is None else pair.second)
        st.warning(
            f"The listing {gone} is no longer in the catalogue: answer “can't tell”.", icon=":material/link_off:"
        )
    else:
        draw_pair(finder, deciding, (first, second), score=pair.score)
    with answers:
        draw_answers(
            same=partial(answer_audit, bundle, audit, place, Answer.same),
            different=partial(answer_audit, bundle, audit, place, Answer.different),
            unsure=partial(answer_audit, bundle, audit, place, Answer.unsure),
            key=f"audit_{audit.number}_{place}",
        )


def _draw_beginning(
    bundle: Bundle, review: ReviewPairs, groups: Callable[[], CatalogueGroups | None], *, setting: Setting, seed: int
) -> None:
    """Draw the way to begin an audit, once the groups are made."""
    explanation = st.container()
    found = groups()  # with what stands above it, which would move the explanation
    explanation.markdown(_EXPLANATION)
    if found is not None:
        _draw_choice(bundle, review, found, setting=setting, seed=seed)


def _draw_choice(bundle: Bundle, review: ReviewPairs, found: CatalogueGroups, *, setting: Setting, seed: int) -> None:
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
        f"{count_text(number, 'pair')} count as the same product ({plain(setting.words)}) without a decision. "
        f"If all {enough} are, with 95 % confidence."
    )
    if st.button("Draw the sample", type="primary", icon=":material/casino:"):
        listings = np.bincount(found.numbers, minlength=len(bundle))[found.numbers]
        try:
            begin_audit(bundle, accepted, listings, size, setting=setting, seed=seed)
        except InputError as error:
            st.error(plain(str(error)), icon=":material/error:")
            return
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
        help="Stratified by sureness and size of the group; each pair is as likely as any other, and a small group "
        "gives one at most.",
    )
    return size
