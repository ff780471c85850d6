"""``train-pairs``: train a pair scorer on a labelled catalogue."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from product_matching.cli.arguments import LabelColumn, bundle_folder, is_bundle_name
from product_matching.cli.progress import bars

if TYPE_CHECKING:
    from product_matching.matching.second_stage.presets import Preset
    from product_matching.matching.second_stage.scorer import PairScorer
    from product_matching.workflows.train_pairs import TrainingData


def train_pairs(
    catalogue: Annotated[
        str,
        typer.Argument(
            help="Labelled catalogue: folder of a bundle, its name in embeddings/, or a CSV or Parquet file."
        ),
    ],
    out: Annotated[Path, typer.Option(help="Folder of the new pair scorer, for example models/pairs/NAME.")],
    also: Annotated[
        list[str] | None,
        typer.Option(
            help="Labelled bundle to train on, repeatable; CATALOGUE is then only tuned on (its part validation). Its "
            "vectors are of a model like that of CATALOGUE that has not seen its listings."
        ),
    ] = None,
    label_column: LabelColumn = "label_group",
) -> None:
    """Train a pair scorer, the second stage of matching.

    Trained on a file it compares titles and pHashes, trained on a bundle also photo vectors. With the column `part` it
    is trained on train and tuned on validation. Where the photo model of the bundle was trained on train, the scorer is
    trained and tuned on validation by cross-fitting. The part test is not used. Without the column, it is trained on
    four fifths of the label groups and tuned on the last fifth.

    A bundle without labels has the probabilities of the scorer that decides by default fitted to the decisions on its
    pairs, at least 40; the trees stay.
    """
    from product_matching.matching.second_stage.scorer_file import check_target, write_scorer
    from product_matching.workflows.train_pairs import train_pairs as train

    check_target(out)
    with bars() as progress:
        scorer = None if also else _fit_to_decisions(catalogue)
        if scorer is None:
            others = [_read(name, label_column) for name in also or []]
            scorer = train(_read(catalogue, label_column), others, progress=progress)
    write_scorer(scorer, out)
    typer.echo(f"{out}: compares {', '.join(scorer.sides)}; {scorer.protocol}")
    if any(preset.measured for preset in scorer.presets) or not scorer.presets:
        typer.echo(f"validation F1 {scorer.f1:.4f}, accepting from {scorer.least_probability:g} on, N {scorer.n:,}")
    for preset in scorer.presets:
        typer.echo(f"{preset.name}: {_tell_preset(preset)}")


def _fit_to_decisions(catalogue: str) -> PairScorer | None:
    """A scorer from the decisions on a bundle without labels; None where there are labels, or none of both."""
    from product_matching.store.bundle import open_bundle
    from product_matching.workflows.decisions import read_decisions
    from product_matching.workflows.fit_to_decisions import fit_to_decisions

    if not is_bundle_name(catalogue):
        return None
    bundle = open_bundle(bundle_folder(catalogue))
    decisions = read_decisions(bundle).pairs
    if bundle.labels is not None or not len(decisions):
        return None
    return fit_to_decisions(bundle, decisions)


def _tell_preset(preset: Preset) -> str:
    """Say what a preset came to on validation."""
    figures = [
        f"{sides} precision {'-' if found.precision is None else f'{found.precision:.3f}'} recall {found.recall:.3f}"
        for sides, found in preset.measured.items()
    ]
    return f"at least {100 * preset.probability:g} %" + (f" ({', '.join(figures)})" if figures else "")


def _read(catalogue: str, label_column: str) -> TrainingData:
    from product_matching.listings.catalogue import read_catalogue
    from product_matching.store.bundle import open_bundle
    from product_matching.workflows.train_pairs import bundle_training_data, table_training_data

    if is_bundle_name(catalogue):
        return bundle_training_data(open_bundle(bundle_folder(catalogue)))
    return table_training_data(read_catalogue(Path(catalogue), label_column=label_column).listings)
