"""An audit is of a setting only if all that accepts a pair is as it was; what differs is said."""

from datetime import UTC, datetime

import pytest

from product_matching.store.audits import Audit
from product_matching.workflows.audit_setting import Setting, is_of_setting, say_other_setting

DISTANCES = {"photo distance": "0.316", "title distance": "0.5"}
SCORER = {"pair scorer": "demo (0123abcd)", "least probability": "37 %"}


def audit(words: str, facts: dict[str, str]) -> Audit:
    return Audit(number=1, time=datetime.now(UTC), what=words, population=9, seed=0, pairs=[], setting=facts)


@pytest.mark.parametrize(
    ("then", "now", "said"),
    [
        (("by distance", DISTANCES), ("by distance", DISTANCES), ""),
        (
            ("by distance", DISTANCES),
            ("by distance", {"photo distance": "0.28", "title distance": "0.5", "expansion": "2"}),
            "This audit was drawn under another setting: photo distance 0.316, now 0.28; expansion off, now 2.",
        ),
        (
            ("from 37 % on", SCORER),
            ("from 37 % on", {**SCORER, "pair scorer": "mine (4567abcd)"}),
            "This audit was drawn under another setting: pair scorer demo (0123abcd), now mine (4567abcd).",
        ),
        (
            ("from 37 % on", SCORER),
            ("from 37 % on", {**SCORER, "least probability": "37.12 %"}),
            "This audit was drawn under another setting: least probability 37 %, now 37.12 %.",
        ),
        (
            ("from 37 % on", SCORER),
            ("from 90 % on", {**SCORER, "least probability": "90 %"}),
            "This audit was drawn from the pairs accepted from 37 % on; now pairs are accepted from 90 % on.",
        ),
        (
            ("from 37 % on", SCORER),
            ("by distance", DISTANCES),
            "This audit was drawn from the pairs accepted from 37 % on; now pairs are accepted by distance.",
        ),
        (("from 37 % on", {}), ("from 37 % on", SCORER), ""),
        (
            ("from 37 % on", {}),
            ("by distance", DISTANCES),
            "This audit was drawn from the pairs accepted from 37 % on; now pairs are accepted by distance.",
        ),
    ],
)
def test_what_differs_between_the_settings_is_said(
    then: tuple[str, dict[str, str]], now: tuple[str, dict[str, str]], said: str
) -> None:
    setting = Setting(words=now[0], facts=now[1])
    assert say_other_setting(audit(*then), setting) == said
    assert is_of_setting(audit(*then), setting) is (said == "")
