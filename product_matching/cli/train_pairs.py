"""``train-pairs``: the second stage learns from a labelled catalogue."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from product_matching.cli.arguments import LabelColumn
from product_matching.errors import InputError


def train_pairs(
    catalogue: Annotated[Path, typer.Argument(help="CSV or Parquet file with titles and label groups.")],
    out: Annotated[Path, typer.Option(help="File of the classifier to write, for example models/pairs/NAME.npz.")],
    label_column: LabelColumn = "label_group",
) -> None:
    """Train the pair classifier of the second stage on four fifths of a labelled catalogue, tuned on the last fifth.

    It is for use in find, match and the app; its figures come from evaluate --method chain+pairs.
    """
    from product_matching.evaluation.listings import labelled_listings
    from product_matching.evaluation.methods import Settings
    from product_matching.evaluation.second_stage import train_classifier
    from product_matching.listings.catalogue import read_catalogue

    if out.suffix != ".npz":
        raise InputError(f"The classifier is written to an .npz file, not to {out}.")
    listings = labelled_listings(read_catalogue(catalogue, label_column=label_column))
    classifier = train_classifier(listings, Settings())
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        classifier.save(out)
    except OSError as error:
        raise InputError(f"The file {out} cannot be written ({error.strerror}).") from error
    typer.echo(f"{out}: threshold {classifier.threshold:.3f} for N {classifier.n}")
