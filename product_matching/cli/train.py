"""``train``: train a photo model from a recipe and labelled catalogues."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from tqdm.contrib.logging import logging_redirect_tqdm

from product_matching.cli.arguments import AsJson, Device, DeviceOption
from product_matching.cli.progress import bars

if TYPE_CHECKING:
    from product_matching.listings.catalogue import Catalogue

_FIGURES = (("F1", "f1"), ("recall@1", "recall_at_1"), ("mAP@R", "map_at_r"))


def train(
    recipe: Annotated[Path, typer.Argument(help="Recipe in TOML, for example recipes/arcface_sampler.toml.")],
    catalogue: Annotated[list[Path], typer.Option(help="CSV or Parquet file of labelled listings; repeatable.")],
    images: Annotated[
        list[Path],
        typer.Option(help="Folder of the photos of a catalogue; once for each --catalogue, in the same order."),
    ],
    out: Annotated[Path, typer.Option(help="Folder of the training: checkpoints, curves, report and model.")],
    resume: Annotated[bool, typer.Option("--resume", help="Continue from the last checkpoint in --out.")] = False,
    score_test: Annotated[
        bool,
        typer.Option("--test", help="Measure the part test at the end; with --resume also after a finished training."),
    ] = False,
    weights: Annotated[
        Path | None, typer.Option(help="Safetensors file with the initial weights of the backbone.")
    ] = None,
    average_with: Annotated[
        list[Path] | None,
        typer.Option(
            help="Folder of a finished training with the same validation and test listings, whose weights are "
            "averaged with these; repeatable."
        ),
    ] = None,
    label_column: Annotated[
        list[str] | None,
        typer.Option(help="Column with the label group of each listing; once for all catalogues, or once for each."),
    ] = None,
    device: DeviceOption = Device.auto,
    as_json: AsJson = False,
) -> None:
    """Train a photo model on labelled catalogues.

    The column `part` (train, validation, test) divides a catalogue. Without it, five folds keep label groups together:
    folds 2-4 are train, fold 1 is validation, fold 0 is test. The epoch and the threshold are chosen on validation. The
    part test is measured with --test only: use it once, for the final recipe.
    """
    from product_matching.encoders.process import tune_process

    tune_process()
    from product_matching.training.methods import training_of
    from product_matching.training.options import TrainingOptions

    run_training = training_of(recipe)
    catalogues = _read_catalogues(catalogue, images, label_column or ["label_group"])
    options = TrainingOptions(
        weights=weights, resume=resume, score_test=score_test, average=average_with or (), device=device.value
    )
    logging.getLogger("product_matching.training").setLevel(logging.INFO)
    try:
        with logging_redirect_tqdm(), bars() as progress:
            report = run_training(catalogues, out, options, progress=progress)
    except KeyboardInterrupt:
        typer.echo(
            f"Interrupted. {out} keeps the last finished epoch: the same command with --resume continues.", err=True
        )
        raise typer.Exit(130) from None
    _report(report, out, as_json)


def _read_catalogues(files: list[Path], folders: list[Path], label_columns: list[str]) -> dict[str, Catalogue]:
    from product_matching.listings.catalogue import read_catalogue

    if len(files) != len(folders):
        raise typer.BadParameter(
            f"--catalogue is given {len(files)} times and --images {len(folders)} times: give each pair"
        )
    if len(label_columns) not in (1, len(files)):
        raise typer.BadParameter(
            f"--label-column is given {len(label_columns)} times for {len(files)} catalogues: give it once for all, "
            "or once for each"
        )
    columns = label_columns * len(files) if len(label_columns) == 1 else label_columns
    catalogues: dict[str, Catalogue] = {}
    for file, folder, column in zip(files, folders, columns, strict=True):
        name = "/".join(file.absolute().parts[-2:])
        while name in catalogues:
            name += "'"
        catalogues[name] = read_catalogue(file, images=folder, label_column=column)
    return catalogues


def _report(report: dict[str, Any], out: Path, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({"out": str(out), **report}, ensure_ascii=False))
        return
    typer.echo(f"{'model':<12} {out / 'model' if (out / 'model').is_dir() else '-'}")
    typer.echo(f"{'kept epoch':<12} {report['kept_epoch']} of {report['recipe']['epochs']}")
    typer.echo(f"{'speed':<12} {report['photos_per_second']} photos/s")
    for part, scores in report["figures"].items():
        shown = (f"{label} {scores[name]:.4f}" for label, name in _FIGURES)
        typer.echo(f"{part:<12} {', '.join(shown)} (threshold {scores['threshold']:.3f}, N {scores['n']:,})")
    if "test" not in report["figures"] and report["data"]["photos"]["test"]:
        typer.echo(f"{'test':<12} not measured: the same command with --resume --test adds its figures")
