"""The setting that accepts pairs on the review page, with all that it follows from."""

from __future__ import annotations

import hashlib
from dataclasses import asdict

from product_matching.app.review.comparing import ComparedPairs
from product_matching.app.review.request import GroupRequest
from product_matching.app.shared.scorers import opened_scorer
from product_matching.matching.chain import PLAIN, Rules
from product_matching.matching.thresholds import Thresholds
from product_matching.store.bundle import Bundle
from product_matching.workflows.audit_setting import LEAST, SCORER, Setting

_RULES = {
    "cross_mean": "average over the same photo or title",
    "photo_bits": "bits of the same photo",
    "blend": "neighbourhood blending",
    "expansion": "expansion",
    "quantity_veto": "veto of other quantities",
    "min2": "nearest listing where none matches",
    "mutual": "mutual neighbours",
}


def setting_of(bundle: Bundle, request: GroupRequest, compared: ComparedPairs) -> Setting:
    """What accepts a pair: the pair scorer with its content and least probability, or thresholds as used, and rules."""
    if request.scorer is not None:
        return Setting(words=request.what, facts=_of_scorer(bundle, request.scorer, request.least))
    used = request.given if compared.matched is None else compared.matched.thresholds
    return Setting(words=request.what, facts=facts_of_distances(used, request.rules))


def facts_of_distances(used: Thresholds, rules: Rules) -> dict[str, str]:
    """The thresholds that are used, and the rules that are on, by name."""
    sides = (("photo", used.photo), ("title", used.title), ("mean", used.fused))
    facts = {f"{side} distance": f"{value:.6g}" for side, value in sides if value is not None}
    for part, plain in ((rules.vectors, PLAIN.vectors), (rules.pairs, PLAIN.pairs)):
        on = asdict(part).items() - asdict(plain).items()
        facts |= {_RULES.get(name, name): _text(value) for name, value in sorted(on)}
    return facts if rules.mutual is None else {**facts, _RULES["mutual"]: _text(rules.mutual)}


def _of_scorer(bundle: Bundle, name: str, least: float) -> dict[str, str]:
    from product_matching.matching.second_stage.scorer_file import describe_scorer

    content = hashlib.sha256(describe_scorer(opened_scorer(bundle, name)).encode()).hexdigest()
    return {SCORER: f"{name} ({content[:8]})", LEAST: f"{100 * least:.4g} %"}


def _text(value: object) -> str:
    if value is None or isinstance(value, bool):
        return "on" if value else "off"
    return ", ".join(map(str, value)) if isinstance(value, tuple | list) else str(value)
