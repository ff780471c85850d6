"""The groups that the address of the review page names: rules, thresholds, pair scorer."""

from __future__ import annotations

from dataclasses import dataclass

from product_matching.app.address import SURENESS, Address
from product_matching.app.resources import decisions_of
from product_matching.app.shared.deciding import Deciding
from product_matching.app.shared.scorers import version_of
from product_matching.app.shared.settings import pair_rules
from product_matching.app.shared.wording import count_text, plain
from product_matching.matching.calibration import percent_text
from product_matching.matching.chain import CANDIDATES, PLAIN, Rules, VectorRules
from product_matching.matching.thresholds import PHOTO_BITS, Thresholds
from product_matching.store.bundle import Bundle
from product_matching.workflows.decisions import BundleDecisions, say_contradictions, say_decisions

#: Distance of each stage of neighbourhood blending.
STAGE_DISTANCE = 0.4


@dataclass(frozen=True, kw_only=True)
class GroupRequest:
    """The settings that the groups of a catalogue are made with.

    Attributes
    ----------
    key
        Names the catalogue and everything that decides: the same key has the same groups.
    rules, given
        The rules, and the thresholds that were set by hand.
    decisions
        What people decided, which holds in any case.
    scorer
        Name of the pair scorer that decides instead; None for none.
    least
        Its least probability of a match.
    scores
        Names the scores that the groups are made of: those of another least probability are made of the same ones at
        once; "" without a pair scorer.
    """

    key: str
    rules: Rules
    given: Thresholds
    decisions: BundleDecisions
    scorer: str | None = None
    least: float = 1.0
    scores: str = ""


def request_groups(bundle: Bundle, address: Address, deciding: Deciding) -> GroupRequest:
    """The rules and thresholds of an address in a catalogue, or the pair scorer with its least probability.

    Raises
    ------
    InputError
        The decisions on the catalogue cannot be read.
    """
    rules, given = catalogue_rules(address), given_thresholds(address)
    decisions = decisions_of(bundle)
    if deciding.chosen is None or deciding.by != SURENESS:
        key = f"groups {bundle.fingerprint} {rules} {given} {decisions.version}"
        return GroupRequest(key=key, rules=rules, given=given, decisions=decisions)
    name, least = deciding.chosen.name, deciding.least
    scores = f"groups {bundle.fingerprint} {version_of(name)}"
    return GroupRequest(
        key=f"{scores} {least} {decisions.version}",
        rules=PLAIN,
        given=Thresholds(),
        decisions=decisions,
        scorer=name,
        least=least,
        scores=scores,
    )


def catalogue_rules(address: Address) -> Rules:
    """The rules of a whole catalogue; what is averaged over the same photo takes the bits of the rule on it."""
    bits = address.photo_bits if address.cross_mean else None
    return Rules(
        vectors=VectorRules(
            cross_mean=address.cross_mean,
            photo_bits=PHOTO_BITS if bits is None else bits,
            blend=(STAGE_DISTANCE,) * address.blend,
            expansion=address.expansion,
        ),
        pairs=pair_rules(address),
        mutual=CANDIDATES if address.mutual else None,
    )


def given_thresholds(address: Address) -> Thresholds:
    """The thresholds that were set by hand."""
    return Thresholds(address.photo_threshold, address.title_threshold, address.fused_threshold)


def say_request(bundle: Bundle) -> str:
    """Say what finding the groups will do."""
    return (
        f"All {count_text(len(bundle), 'listing')} are compared with each other under the settings of this page and "
        "partitioned into groups, once for each of them. The work runs in the background while you use other pages, "
        "and shows how far it is."
    )


def say_decided(bundle: Bundle, decisions: BundleDecisions) -> str:
    """Say how many decisions are applied and where they contradict each other, as Markdown; "" for none."""
    counted, contradicting = say_decisions(decisions), say_contradictions(bundle, decisions.pairs.contradictions)
    return " ".join(filter(None, [f"{counted}." if counted else "", plain(contradicting)]))


def say_thresholds(request: GroupRequest, used: Thresholds, seconds: float) -> str:
    """Say what decided, with the thresholds that were used, and how long it took."""
    found = f"found in {seconds:.1f} s"
    if request.scorer is not None:
        return f"Pairs are the same product with at least {percent_text(request.least)}, {found}."
    given = request.given
    chosen = "tuned for the rules" if request.rules.vectors.is_on else "the catalogue's default"
    sides = (("photo", used.photo, given.photo), ("title", used.title, given.title), ("mean", used.fused, given.fused))
    distances = [
        f"{side} distance up to {value:.3f} ({'set by hand' if own is not None else chosen})"
        for side, value, own in sides
        if value is not None
    ]
    return f"Decided by {' or '.join(distances)}, {found}."
