"""``train-pairs``: the second stage learns from a labelled catalogue."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from product_matching.cli.arguments import LabelColumn, bundle_folder

if TYPE_CHECKING:
    from product_matching.workflows.train_pairs import TrainingData


def train_pairs(
    catalogue: Annotated[
        str, typer.Argument(help="Labelled bundle, by folder or by name in embeddings/, or CSV or Parquet file.")
    ],
    out: Annotated[Path, typer.Option(help="Folder of the scorer to write, for example models/pairs/NAME.")],
    label_column: LabelColumn = "label_group",
) -> None:
    """Train the pair scorer of the second stage, for find, match and the app.

    A file gives titles and pHashes, a bundle its photo vectors, too. With a column `part` the scorer learns from train
    and is tuned on validation; where the bundle's photo model has learned from train, it does both on validation, by
    cross-fitting. The part test is never looked at. Without parts it learns from four fifths of the label groups and
    is tuned on the last fifth.
    """
    from product_matching.matching.second_stage.scorer_file import check_target, write_scorer
    from product_matching.workflows.train_pairs import train_pairs as train

    check_target(out)
    scorer = train(_read(catalogue, label_column))
    write_scorer(scorer, out)
    typer.echo(f"{out}: compares {', '.join(scorer.sides)}; {scorer.protocol}")
    typer.echo(f"validation F1 {scorer.f1:.4f} at threshold {scorer.threshold:.3f}, N {scorer.n:,}")


def _read(catalogue: str, label_column: str) -> TrainingData:
    from product_matching.listings.catalogue import read_catalogue
    from product_matching.store.bundle import open_bundle
    from product_matching.workflows.train_pairs import bundle_training_data, table_training_data

    folder = bundle_folder(catalogue)
    if folder.is_dir():
        return bundle_training_data(open_bundle(folder))
    return table_training_data(read_catalogue(Path(catalogue), label_column=label_column).listings)
