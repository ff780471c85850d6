"""What accepted the pairs of an audit, and how far that differs from what accepts pairs now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from product_matching.store.audits import Audit

#: Names of two facts: the pair scorer, where one decides, and its least probability of a match.
SCORER, LEAST = "pair scorer", "least probability"


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What accepts a pair without a decision.

    Attributes
    ----------
    words
        In a few words, as in "from 37 % on".
    facts
        All that it follows from, by name, as in ``{"photo distance": "0.316"}``; what is off is left out.
    """

    words: str
    facts: Mapping[str, str]


def is_of_setting(audit: Audit, setting: Setting) -> bool:
    """Whether an audit was drawn from what a setting accepts; by its words where an earlier version kept no more."""
    return audit.setting == setting.facts if audit.setting else audit.what == setting.words


def say_other_setting(audit: Audit, setting: Setting) -> str:
    """Say by which other setting the pairs of an audit were accepted, and what differs; "" where it is the same."""
    if is_of_setting(audit, setting):
        return ""
    same_words = audit.what == setting.words
    differing = "; ".join(
        f"{name} {then}, now {now}"
        for name, then, now in differing_facts(audit.setting, setting.facts)
        if same_words or name != LEAST  # the words have it
    )
    if same_words:
        return f"This audit was drawn under another setting: {differing}."
    said = f"This audit was drawn from the pairs accepted {audit.what}; now pairs are accepted {setting.words}."
    return f"{said} What differs: {differing}." if differing else said


def differing_facts(then: Mapping[str, str], now: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """The facts that differ between two settings, with both values; none where they have no kind in common."""
    if not then or (SCORER in then) != (SCORER in now):
        return []
    names = [*then, *(name for name in now if name not in then)]
    return [(name, then.get(name, "off"), now.get(name, "off")) for name in names if then.get(name) != now.get(name)]
