"""The results of a training: the kept epoch as a model folder with its card, and a report of its figures."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from torch import nn

from product_matching.encoders.model_folder import WEIGHTS_FILE, PhotoModel, write_model_folder
from product_matching.files import file_sha256, write_text
from product_matching.metrics.retrieval import QueryScores
from product_matching.networks.weights import load_weights, save_weights
from product_matching.store.comparison import Scores
from product_matching.training.averaging import OtherTraining
from product_matching.training.curves import EpochRecord, kept_record
from product_matching.training.parts import TrainingParts
from product_matching.training.projection.recipe import ProjectionRecipe
from product_matching.training.recipe import Recipe
from product_matching.training.trained import TrainedTask

MODEL_FOLDER = "model"
#: Of the figures in the report.
_DECIMALS = 12
_KIND = {
    "arcface": "ArcFace",
    "softmax": "a softmax classifier",
    "autoencoder": "a convolutional autoencoder",
}


def round_weights(network: nn.Module, backbone: str, folder: Path) -> Path:
    """Write a network in half precision and read it back, so that the figures are those of what is shipped.

    Returns
    -------
    pathlib.Path
        The weights file in `folder`.
    """
    path = folder / WEIGHTS_FILE
    save_weights(network, path)
    load_weights(network, path, backbone)
    return path


def describe_training(
    recipe: Recipe | ProjectionRecipe,
    parts: TrainingParts,
    history: Sequence[EpochRecord],
    figures: Mapping[str, QueryScores],
    *,
    others: Sequence[OtherTraining] = (),
) -> dict[str, Any]:
    """Everything that a reader of the figures has to know, as plain values for JSON.

    Parameters
    ----------
    recipe, parts
        What was trained, on what.
    history
        All epochs; the speed is their mean.
    figures
        By part: ``validation`` and, where it was scored, ``test``.
    others
        Other trainings in the mean of the weights.
    """
    return {
        "recipe": asdict(recipe),
        "data": {
            "catalogues": list(parts.protocol),
            "photos": {"train": len(parts.train), "validation": len(parts.validation), "test": len(parts.test)},
            "classes": parts.train.n_groups,
            "sha256": parts.digest,
        },
        "kept_epoch": kept_record(history, recipe.keep).epoch,
        "averaged_with": [{"recipe": other.recipe, "checkpoint_sha256": other.checkpoint_sha256} for other in others],
        "figures": {part: asdict(Scores.of(scores, decimals=_DECIMALS)) for part, scores in figures.items()},
        "photos_per_second": round(sum(record.photos_per_second for record in history) / len(history), 1),
    }


def write_report(report: Mapping[str, Any], path: Path) -> None:
    """Write the report as JSON, whole or not at all."""
    write_text(path, json.dumps(report, indent=2, ensure_ascii=False) + "\n", what="report")


def export_model(trained: TrainedTask, weights: Path, report: Mapping[str, Any], folder: Path) -> PhotoModel:
    """Write the model folder: weights, settings, card.

    Parameters
    ----------
    trained
        How the network was trained, and how photos are prepared for it.
    weights
        File of `round_weights`.
    report
        Of `describe_training`.
    folder
        Where to; what is there is replaced.
    """
    recipe, preparation = trained.recipe, trained.preparation
    start = preparation.source or "random weights"
    model = PhotoModel(
        name=recipe.name,
        backbone=recipe.backbone,
        weights_sha256=file_sha256(weights),
        dimension=trained.task.network.dimension,
        image_size=recipe.evaluation_size,
        mean=preparation.mean,
        std=preparation.std,
        interpolation=preparation.interpolation,
        backbone_arguments=preparation.backbone_arguments,
        pooling=recipe.pooling,
        neck=recipe.neck,
        source=f"trained with {_KIND[recipe.method]} from {start}{_mean_of(report)}",
        licence=recipe.licence or preparation.licence,
        training=dict(report),
    )
    write_model_folder(folder, model, weights, card=model_card(model, report))
    return model


def model_card(model: PhotoModel, report: Mapping[str, Any]) -> str:
    """Text of the model card, in Markdown."""
    data, recipe = report["data"], report["recipe"]
    lines = [
        f"# {model.name}",
        "",
        f"Photo model of {model.dimension} dimensions: `{model.backbone}` at {model.image_size} px, {_ending(model)}; "
        f"{model.source}. Its vectors are compared by cosine distance.",
        "",
        f"Licence: {model.licence or 'not stated'}",
        "",
        "## Data",
        "",
        *(f"- {entry}" for entry in data["catalogues"]),
        f"- {data['photos']['train']:,} training photos in {data['classes']:,} classes, "
        f"{data['photos']['validation']:,} validation and {data['photos']['test']:,} test photos; no group is in two.",
        "",
        "## Figures",
        "",
        f"Epoch {report['kept_epoch']} of {recipe['epochs']}, "
        f"{'the last' if recipe['keep'] == 'last' else 'the one with the best validation F1'}"
        f"{_averaged_names(report)}. The threshold is "
        "chosen on the part validation as well, so that the validation figures are optimistic; "
        f"{'those of test are not' if 'test' in report['figures'] else 'the part test was not measured'}. F1 is the "
        "mean over listings of the F1 of the predicted set, which includes the listing itself. Brackets hold 95 % "
        "bootstrap intervals over groups.",
        "",
        "| part | N | queries | threshold | F1 | recall@1 | mAP@R |",
        "|---|---|---|---|---|---|---|",
        *(_figure_row(part, scores) for part, scores in report["figures"].items()),
        "",
        "## Use and limits",
        "",
        "For finding photos of the same product among photos of products. A threshold holds for photos like those "
        "above and for the size of the catalogue that it was chosen on: choose it again on your own labelled listings "
        "(`build` does). Not for people or faces.",
        "",
        "## Recipe",
        "",
        "```toml",
        *(f"{name} = {_as_toml(value)}" for name, value in recipe.items() if value is not None),
        "```",
        "",
    ]
    return "\n".join(lines)


def _ending(model: PhotoModel) -> str:
    if model.tower is None:
        return f"pooling {model.pooling}, neck {model.neck}"
    return f"frozen, its weights (SHA-256 {model.tower.weights_sha256}) in a folder of their own, and a projection"


def _mean_of(report: Mapping[str, Any]) -> str:
    others = len(report["averaged_with"])
    return f", the mean of {others + 1} trainings" if others else ""


def _averaged_names(report: Mapping[str, Any]) -> str:
    names = [f"`{other['recipe']}` (SHA-256 {other['checkpoint_sha256'][:12]})" for other in report["averaged_with"]]
    return f"; the weights are the mean of it and those of {' and '.join(names)}" if names else ""


def _figure_row(part: str, scores: Mapping[str, Any]) -> str:
    cells = [f"{scores[name]:.3f}{_interval(scores[name + '_interval'])}" for name in ("f1", "recall_at_1", "map_at_r")]
    return f"| {part} | {scores['n']:,} | {scores['queries']:,} | {scores['threshold']:.3f} | {' | '.join(cells)} |"


def _interval(bounds: tuple[float, float] | None) -> str:
    return f" [{bounds[0]:.3f}, {bounds[1]:.3f}]" if bounds else ""


def _as_toml(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_as_toml(entry)}" for key, entry in value.items()) + "}"
    return json.dumps(value, ensure_ascii=False)
