"""What is compared for the groups that the address of the review page names: rules and thresholds, or a pair scorer."""

from __future__ import annotations

from dataclasses import dataclass

from product_matching.app.address import SURENESS, Address
from product_matching.app.shared.deciding import Deciding
from product_matching.app.shared.kept_groups import comparison_key
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
    """What the pairs of a catalogue are compared by.

    Attributes
    ----------
    key
        Names the catalogue and all that the comparison follows from: the same key has the same result.
    rules, given
        The rules, and the thresholds that were set by hand.
    scorer
        Name of the pair scorer that decides instead; None for none.
    least
        Its least probability of a match, which the comparison does not depend on.
    """

    key: str
    rules: Rules
    given: Thresholds
    scorer: str | None = None
    least: float = 1.0

    @property
    def what(self) -> str:
        """What accepts a pair, in a few words."""
        if self.scorer is not None:
            return f"from {percent_text(self.least)} on"
        given = (("photo", self.given.photo), ("title", self.given.title), ("mean", self.given.fused))
        by_hand = ", ".join(f"{side} up to {value:.3f}" for side, value in given if value is not None)
        return f"by distance ({by_hand})" if by_hand else "by distance"


def request_groups(bundle: Bundle, address: Address, deciding: Deciding) -> GroupRequest:
    """The rules and thresholds of an address in a catalogue, or the pair scorer with its least probability."""
    rules, given = catalogue_rules(address), given_thresholds(address)
    if deciding.chosen is None or deciding.by != SURENESS:
        return GroupRequest(key=f"pairs {bundle.fingerprint} {rules} {given}", rules=rules, given=given)
    name = deciding.chosen.name
    return GroupRequest(
        key=comparison_key(bundle, name),
        rules=PLAIN,
        given=Thresholds(),
        scorer=name,
        least=deciding.least,
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
    """Say what comparing the pairs does."""
    return (
        f"All {count_text(len(bundle), 'listing')} are compared with each other, once for these settings. The work "
        "runs in the background while you use other pages, and shows how far it is."
    )


def say_decided(bundle: Bundle, decisions: BundleDecisions) -> str:
    """Say how many decisions are applied and where they contradict each other, as Markdown; "" for none."""
    counted, contradicting = say_decisions(decisions), say_contradictions(bundle, decisions.pairs.contradictions)
    return " ".join(filter(None, [f"{counted}." if counted else "", plain(contradicting)]))


def say_thresholds(request: GroupRequest, used: Thresholds) -> str:
    """Say what decided, with the thresholds that were used."""
    if request.scorer is not None:
        return f"Pairs are the same product with at least {percent_text(request.least)}."
    given = request.given
    chosen = "tuned for the rules" if request.rules.vectors.is_on else "the catalogue's default"
    sides = (("photo", used.photo, given.photo), ("title", used.title, given.title), ("mean", used.fused, given.fused))
    distances = [
        f"{side} distance up to {value:.3f} ({'set by hand' if own is not None else chosen})"
        for side, value, own in sides
        if value is not None
    ]
    return f"Decided by {' or '.join(distances)}."
