"""``train-pairs``: train a pair scorer on a labelled catalogue."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from product_matching.cli.arguments import LabelColumn, bundle_folder, is_bundle_name

if TYPE_CHECKING:
    from product_matching.workflows.train_pairs import TrainingData


def train_pairs(
    catalogue: Annotated[
        str,
        typer.Argument(
            help="Labelled catalogue: folder of a bundle, its name in embeddings/, or a CSV or Parquet file."
        ),
    ],
    out: Annotated[Path, typer.Option(help="Folder of the new pair scorer, for example models/pairs/NAME.")],
    label_column: LabelColumn = "label_group",
) -> None:
    """Train a pair scorer, the second stage of matching.

    Trained on a file it compares titles and pHashes, trained on a bundle also photo vectors. With the column `part` it
    is trained on train and tuned on validation. Where the photo model of the bundle was trained on train, the scorer is
    trained and tuned on validation by cross-fitting. The part test is not used. Without the column, it is trained on
    four fifths of the label groups and tuned on the last fifth.
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

    if is_bundle_name(catalogue):
        return bundle_training_data(open_bundle(bundle_folder(catalogue)))
    return table_training_data(read_catalogue(Path(catalogue), label_column=label_column).listings)
