"""A pair scorer in a folder: trees of LightGBM as text, and ``scorer.json`` with all else; nothing is executed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from product_matching.errors import InputError, said
from product_matching.files import read_json
from product_matching.folders import atomic_folder
from product_matching.matching.calibration import Calibration
from product_matching.matching.chain import VectorRules
from product_matching.matching.second_stage import SCORER_FILE, trees_file
from product_matching.matching.second_stage.listing_data import TITLE_SIDES, DenseSide
from product_matching.matching.second_stage.presets import Measured, Preset
from product_matching.matching.second_stage.scorer import PairModel, PairScorer
from product_matching.matching.second_stage.scorer_card import scorer_card
from product_matching.matching.second_stage.trees import BoostedTrees, check_trees
from product_matching.validation import Name, Sha256, Share, validate

Comparison = Literal["both", "photo", "title"]
CARD_FILE = "README.md"
MAX_SCORER_BYTES, MAX_TREES_BYTES = 1_000_000, 100_000_000


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, strict=True)


class _TitleSide(_Entry):
    name: Literal["words", "trigrams"]


class _DenseSide(_Entry):
    name: Literal["photo", "sentence"]
    dimension: Annotated[int, Field(ge=1, le=100_000)]
    model: Annotated[str, Field(max_length=200)]
    sha256: Annotated[str, Field(pattern="^([0-9a-f]{64})?$")]


class _Rules(_Entry):
    photo_bits: Annotated[int, Field(ge=0, le=64)] | None
    cross_mean: bool
    blend: Annotated[list[Share], Field(max_length=10)]
    expansion: Annotated[int, Field(ge=1, le=50)]
    alpha: Annotated[float, Field(ge=0, le=100)]
    neighbours: Annotated[int, Field(ge=2, le=1000)]


class _Tuned(_Entry):
    n: Annotated[int, Field(ge=1)]
    protocol: Name
    f1: Share


class _Calibration(_Entry):
    slope: Annotated[float, Field(gt=0, le=1000)]
    intercept: Annotated[float, Field(ge=-1000, le=1000)]
    n: Annotated[int, Field(ge=0)]
    growth: Annotated[float, Field(ge=0, le=100)]


class _Model(_Entry):
    features: Annotated[list[Name], Field(min_length=1, max_length=1000)]
    calibration: _Calibration
    trees_sha256: Sha256


class _Measured(_Entry):
    precision: Share | None
    recall: Share
    accepted: Annotated[int, Field(ge=0)]


class _Preset(_Entry):
    name: Literal["broad", "balanced", "precise"]
    probability: Share
    measured: dict[Comparison, _Measured]


class _Scorer(_Entry):
    """The fields of ``scorer.json``."""

    format: Literal[2]
    sides: Annotated[list[_TitleSide | _DenseSide], Field(min_length=2, max_length=4)]
    models: Annotated[dict[Comparison, _Model], Field(min_length=1)]
    rules: _Rules
    blend: Share | None
    threshold: Share
    tuned: _Tuned
    presets: Annotated[list[_Preset], Field(max_length=3)]
    catalogue_id: Annotated[str, Field(max_length=100)]


def write_scorer(scorer: PairScorer, folder: Path) -> None:
    """Write a scorer into a folder, which is made if it is not there.

    Raises
    ------
    InputError
        The folder holds something else than a scorer, or cannot be written.
    """
    check_target(folder)
    with atomic_folder(folder) as partial:
        for comparison, model in scorer.models.items():
            (partial / trees_file(comparison)).write_text(model.trees.text, encoding="utf-8", newline="\n")
        (partial / CARD_FILE).write_text(scorer_card(scorer, folder.name), encoding="utf-8", newline="\n")
        (partial / SCORER_FILE).write_text(describe_scorer(scorer), encoding="utf-8", newline="\n")


def check_target(folder: Path) -> None:
    """Raise an `InputError` for a target that is something else than a scorer or an empty folder."""
    if folder.exists() and not (folder / SCORER_FILE).is_file() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(f"{folder} exists and is not a pair scorer: give a folder that does not exist yet.")


def describe_scorer(scorer: PairScorer) -> str:
    """The text of ``scorer.json``."""
    rules = scorer.rules
    entry = _Scorer(
        format=2,
        sides=[
            *(_TitleSide(name=name) for name in TITLE_SIDES),  # type: ignore[arg-type]
            *(
                _DenseSide(name=side.name, dimension=side.dimension, model=side.model, sha256=side.sha256)  # type: ignore[arg-type]
                for side in scorer.dense
            ),
        ],
        models={comparison: _model_entry(model) for comparison, model in scorer.models.items()},  # type: ignore[misc]
        rules=_Rules(
            photo_bits=rules.photo_bits,
            cross_mean=rules.cross_mean,
            blend=list(rules.blend),
            expansion=rules.expansion,
            alpha=rules.alpha,
            neighbours=rules.neighbours,
        ),
        blend=scorer.blend,
        threshold=scorer.threshold,
        tuned=_Tuned(n=scorer.n, protocol=scorer.protocol, f1=scorer.f1),
        presets=[_preset_entry(preset) for preset in scorer.presets],
        catalogue_id=scorer.catalogue_id,
    )
    return json.dumps(entry.model_dump(), indent=2, ensure_ascii=False) + "\n"


def scorer_fingerprint(scorer: PairScorer) -> str:
    """SHA-256 of what a scorer is, its trees and its calibration included; its name and card are none of it."""
    return _sha256(describe_scorer(scorer))


def _model_entry(model: PairModel) -> _Model:
    calibration = _Calibration(**asdict(model.calibration))
    return _Model(features=list(model.names), calibration=calibration, trees_sha256=_sha256(model.trees.text))


def _preset_entry(preset: Preset) -> _Preset:
    measured = {kind: _Measured(**asdict(found)) for kind, found in preset.measured.items()}
    return _Preset(name=preset.name, probability=preset.probability, measured=measured)  # type: ignore[arg-type]


def read_scorer(folder: Path) -> PairScorer:
    """Read a scorer that `write_scorer` has written.

    Raises
    ------
    InputError
        The folder is missing, damaged, or holds something else.
    """
    if not (folder / SCORER_FILE).is_file():
        raise InputError(f"There is no pair scorer at {folder} (no {SCORER_FILE}): train-pairs makes one.")
    try:
        content = read_json(folder / SCORER_FILE, max_bytes=MAX_SCORER_BYTES)
        entry = validate(_Scorer, content, SCORER_FILE)
        models: dict[str, PairModel] = {
            comparison: _read_model(folder, comparison, model) for comparison, model in entry.models.items()
        }
    except (OSError, ValueError) as error:
        why = said(error, 200)
        raise InputError(f"The pair scorer {folder} cannot be read: {why}.") from error
    return _scorer(entry, models)


def _read_model(folder: Path, comparison: str, entry: _Model) -> PairModel:
    path = folder / trees_file(comparison)
    text = _read_trees(path)
    if _sha256(text) != entry.trees_sha256:
        raise ValueError(f"{path.name} is not the file that {SCORER_FILE} names")
    check_trees(text, entry.features)
    calibration = Calibration(**entry.calibration.model_dump())
    return PairModel(trees=BoostedTrees(text), names=tuple(entry.features), calibration=calibration)


def _scorer(entry: _Scorer, models: Mapping[str, PairModel]) -> PairScorer:
    dense = [
        DenseSide(side.name, side.dimension, side.model, side.sha256)
        for side in entry.sides
        if isinstance(side, _DenseSide)
    ]
    return PairScorer(
        models=models,
        dense=tuple(dense),
        rules=VectorRules(**entry.rules.model_dump() | {"blend": tuple(entry.rules.blend)}),
        blend=entry.blend,
        threshold=entry.threshold,
        n=entry.tuned.n,
        protocol=entry.tuned.protocol,
        f1=entry.tuned.f1,
        presets=tuple(
            Preset(
                name=preset.name,
                probability=preset.probability,
                measured={kind: Measured(**found.model_dump()) for kind, found in preset.measured.items()},
            )
            for preset in entry.presets
        ),
        catalogue_id=entry.catalogue_id,
    )


def _read_trees(path: Path) -> str:
    if path.stat().st_size > MAX_TREES_BYTES:
        raise ValueError(f"{path.name} has {path.stat().st_size:,} bytes, but at most {MAX_TREES_BYTES:,} are read")
    return path.read_text(encoding="utf-8")


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
