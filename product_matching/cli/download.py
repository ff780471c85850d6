"""``download``: fetch a public data set with the user's own credentials."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from product_matching.cli.arguments import AsJson
from product_matching.cli.progress import bars


class DataSet(StrEnum):
    """Data sets that can be downloaded."""

    shopee = "shopee"


def download(
    name: Annotated[DataSet, typer.Argument(help="shopee: the Shopee price match competition.")],
    out: Annotated[Path, typer.Option(help="Folder for the data: new, empty, or of an earlier download.")],
    archive: Annotated[
        Path | None,
        typer.Option(help="Archive that was downloaded in a browser ('Download All'), instead of fetching it."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Download a public data set, check it and unpack it.

    It needs your own Kaggle credentials: accept the rules at
    https://www.kaggle.com/competitions/shopee-product-matching/rules, then set KAGGLE_API_TOKEN, or KAGGLE_USERNAME and
    KAGGLE_KEY, or keep ~/.kaggle/kaggle.json. The same command continues an interrupted download. The archive and its
    files need 4 GB.
    """
    from product_matching.download import shopee

    try:
        with bars() as progress:
            fresh = shopee.download_competition(out, shopee.SHOPEE, archive=archive, progress=progress)
    except KeyboardInterrupt:
        typer.echo("Interrupted. The downloaded part is kept: the same command continues.", err=True)
        raise typer.Exit(130) from None
    listings, groups = shopee.SHOPEE.n_listings, shopee.SHOPEE.n_groups
    if as_json:
        result = {"data": name.value, "out": str(out), "listings": listings, "groups": groups, "fresh": fresh}
        typer.echo(json.dumps(result, ensure_ascii=False))
        return
    typer.echo(f"{'folder':<12} {out}{'' if fresh else ' (complete already)'}")
    typer.echo(f"{'catalogue':<12} {out / 'train.csv'} ({listings:,} listings in {groups:,} groups)")
    typer.echo(f"{'photos':<12} {out / 'train_images'}")
