"""Single parameters of an address, read without trusting them: what cannot be used is told in a sentence."""

from __future__ import annotations

import math
from collections.abc import Mapping

#: The largest threshold of the sliders; at 1 photos or titles have nothing in common.
MAX_THRESHOLD = 0.999
#: Names in the address are cut here.
MAX_NAME_CHARS = 80
_THRESHOLD_DECIMALS = 3


def read_threshold(name: str, params: Mapping[str, str], problems: list[str]) -> float | None:
    """Read a distance from 0 to below 1; None where there is none."""
    text = params.get(name)
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 <= value < 1:  # NaN is refused here as well
        problems.append(
            f"The {name} distance {text!r:.40} in the address is not a number from 0 to below 1: the default is used."
        )
        return None
    return min(round(value, _THRESHOLD_DECIMALS), MAX_THRESHOLD)


def read_whole(name: str, params: Mapping[str, str], problems: list[str], accepted: range) -> int | None:
    """Read a whole number of a range; None where there is none."""
    text = params.get(name)
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text) in accepted):
        limits = f"from {accepted[0]} to {accepted[-1]}"
        problems.append(
            f"{name!r} in the address is {text!r:.40}, but must be a whole number {limits}: it is left out."
        )
        return None
    return int(text)


def read_switch(name: str, params: Mapping[str, str], problems: list[str]) -> bool:
    """Read what is on with 1; off where there is none."""
    text = params.get(name)
    if text not in (None, "", "0", "1"):
        problems.append(f"{name!r} in the address is {text!r:.40}, but must be 1 for on or 0 for off: it is off.")
    return text == "1"


def read_name(name: str, params: Mapping[str, str]) -> str | None:
    """Read a name, cut to `MAX_NAME_CHARS`; None where there is none."""
    return (params.get(name) or "")[:MAX_NAME_CHARS] or None


def written_threshold(threshold: float | None) -> str | None:
    """Write a distance as short as it reads the same."""
    return None if threshold is None else f"{threshold:.{_THRESHOLD_DECIMALS}f}".rstrip("0").rstrip(".")


def written_switch(on: bool) -> str | None:
    """Write what is on; nothing for off."""
    return "1" if on else None
