"""What each field of a recipe accepts, alone and together with the others."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

from product_matching.errors import InputError

Check = tuple[Callable[[Any], bool], str]


def whole(low: int, high: int) -> Check:
    """A whole number within both bounds."""

    def accepted(value: object) -> bool:
        return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high

    return accepted, f"a whole number from {low} to {high}"


def number(low: float, high: float, *, above: bool = False) -> Check:
    """A finite number within both bounds; with `above`, the lower one excluded."""

    def accepted(value: object) -> bool:
        if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
            return False
        return low < value <= high if above else low <= value <= high

    return accepted, f"a number {'above' if above else 'from'} {low:g}{' and' if above else ''} up to {high:g}"


def _one_of(*values: str) -> Check:
    return lambda value: isinstance(value, str) and value in values, f"one of {', '.join(values)}"


def _plain_arguments(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(entry, str | int | float | bool) for entry in value.values())


#: On or off.
SWITCH: Check = (lambda value: isinstance(value, bool), "true or false")
_NAME: Check = (
    lambda value: isinstance(value, str) and re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", value) is not None,
    "a name of letters, digits, '.', '_' and '-'",
)

#: For each field the test of its value and, in words, what is accepted.
CHECKS: dict[str, Check] = {
    "name": _NAME,
    "method": _one_of("arcface", "softmax", "autoencoder"),
    "image_size": whole(32, 1024),
    "embedding_size": whole(32, 1024),
    "epochs": whole(1, 10_000),
    "batch_size": whole(2, 4096),
    "learning_rate": number(0, 10, above=True),
    "backbone": _NAME,
    "backbone_arguments": (_plain_arguments, "a table of plain values"),
    "pretrained": SWITCH,
    "pooling": _one_of("avg", "gem"),
    "neck": _one_of("none", "batchnorm", "linear-batchnorm"),
    "dimension": whole(2, 4096),
    "freeze_batchnorm": SWITCH,
    "warmup_epochs": number(0, 10_000),
    "seed": whole(0, 2**31 - 1),
    "head_learning_rate": number(0, 10, above=True),
    "weight_decay": number(0, 1),
    "clip_norm": number(0, 1e6, above=True),
    "sampler_exponent": number(0, 2),
    "singles": SWITCH,
    "scale": number(1, 1000),
    "margin_start": number(0, 1.5),
    "margin_end": number(0, 1.5),
    "margin_epochs": number(0, 10_000),
    "class_margin_exponent": number(0, 1),
    "label_smoothing": number(0, 0.9),
    "flip": number(0, 1),
    "crop": number(0.05, 1),
    "colour_jitter": number(0, 0.9),
    "cutmix": number(0, 1),
    "picture_epochs": whole(1, 10_000),
    "licence": (lambda value: isinstance(value, str) and len(value) <= 500, "a text of at most 500 characters"),
}

#: Fields that are numbers and may be written without a decimal point.
NUMBERS = frozenset(name for name, (_, what) in CHECKS.items() if what.startswith("a number"))

_ARCFACE_ONLY = ("scale", "margin_start", "margin_end", "margin_epochs", "class_margin_exponent")
_CLASSES_ONLY = (
    *("backbone", "backbone_arguments", "pretrained", "pooling", "neck", "embedding_size"),
    *("freeze_batchnorm", "head_learning_rate", "label_smoothing", "cutmix", "singles", "sampler_exponent"),
)


def check_together(settings: dict[str, Any], origin: str) -> None:
    """Refuse fields that contradict each other or have no effect with the recipe's method.

    Raises
    ------
    InputError
        The sentence names the fields, the value and what is accepted.
    """
    method = settings["method"]
    idle = [
        *(_ARCFACE_ONLY if method != "arcface" else ()),
        *(_CLASSES_ONLY if method == "autoencoder" else ("picture_epochs",)),
    ]
    without_effect = [name for name in idle if name in settings]
    if without_effect:
        raise InputError(f"{origin}: {without_effect[0]} has no effect with method {method!r}: leave it out.")
    sets_dimension = method == "autoencoder" or settings.get("neck") == "linear-batchnorm"
    if sets_dimension != ("dimension" in settings):
        raise InputError(
            f"{origin}: dimension is {settings.get('dimension', 'missing')}, but must be given with the neck "
            "'linear-batchnorm' and with the autoencoder, and with nothing else."
        )
    for name in ("warmup_epochs", "margin_epochs"):
        if settings.get(name, 0) > settings["epochs"]:
            raise InputError(f"{origin}: {name} is {settings[name]}, but must be at most epochs, {settings['epochs']}.")
