"""``match``: every listing's duplicates, as the competition's submission file."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer
from tqdm import tqdm

from product_matching.cli.arguments import BundleArgument, PhotoThreshold, TitleThreshold, read_count
from product_matching.cli.opening import open_finder
from product_matching.matching.candidates import Thresholds


def match(
    bundle: BundleArgument,
    out: Annotated[Path, typer.Option(help="CSV file to write: posting_id,matches.")],
    photo_threshold: PhotoThreshold = None,
    title_threshold: TitleThreshold = None,
    limit: Annotated[int, typer.Option(parser=read_count, help="Matches per listing at most, itself included.")] = 50,
) -> None:
    """Find the matches of every listing of the catalogue and write them in the competition's submission format."""
    from product_matching.match import match_catalogue, write_submission

    finder, thresholds = open_finder(bundle, Thresholds(photo_threshold, title_threshold))
    ids = finder.bundle.listings["posting_id"].tolist()

    def show(starts: Iterable[int]) -> Iterable[int]:
        return tqdm(starts, unit="block", desc="matching")

    matched = write_submission(out, ids, match_catalogue(finder, thresholds, limit=limit, progress=show))
    typer.echo(f"{out}: {len(ids)} listings, {matched} of them with a match")
