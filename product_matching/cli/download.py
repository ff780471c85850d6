"""``download``: a public data set is fetched with the user's own credentials."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from tqdm import tqdm

from product_matching.cli.arguments import AsJson


class DataSet(StrEnum):
    """What can be downloaded."""

    shopee = "shopee"


def download(
    name: Annotated[DataSet, typer.Argument(help="shopee: the Shopee price match competition.")],
    out: Annotated[Path, typer.Option(help="Folder for the data; new, empty, or of a finished download.")],
    archive: Annotated[
        Path | None,
        typer.Option(help="The archive, downloaded in a browser ('Download All'): nothing is fetched then."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Download a data set with your own Kaggle credentials, check it and unpack it.

    Accept the rules at https://www.kaggle.com/competitions/shopee-product-matching/rules first, and set
    KAGGLE_API_TOKEN (or KAGGLE_USERNAME and KAGGLE_KEY, or keep ~/.kaggle/kaggle.json). An interrupted download is
    gone on with by the same command. 4 GB must be free: the archive and its files.
    """
    from product_matching.download import shopee

    bar = _Bar()
    try:
        fresh = shopee.download_competition(out, shopee.SHOPEE, archive=archive, report=bar.show)
    except KeyboardInterrupt:
        typer.echo("Interrupted. What has arrived is kept: the same command goes on.", err=True)
        raise typer.Exit(130) from None
    finally:
        bar.close()
    listings, groups = shopee.SHOPEE.n_listings, shopee.SHOPEE.n_groups
    if as_json:
        result = {"data": name.value, "out": str(out), "listings": listings, "groups": groups, "fresh": fresh}
        typer.echo(json.dumps(result, ensure_ascii=False))
        return
    typer.echo(f"{'folder':<12} {out}{'' if fresh else ' (was there already, whole)'}")
    typer.echo(f"{'catalogue':<12} {out / 'train.csv'} ({listings:,} listings in {groups:,} groups)")
    typer.echo(f"{'photos':<12} {out / 'train_images'}")


class _Bar:
    """A progress bar for each thing that is done, one after the other."""

    def __init__(self) -> None:
        self._bar: tqdm | None = None

    def show(self, what: str, done: int, total: int) -> None:
        """Show how far it is."""
        if self._bar is None or self._bar.desc.rstrip(": ") != what:
            self.close()
            self._bar = tqdm(desc=what, initial=done, total=total, unit="B", unit_scale=True, leave=False)
        self._bar.update(done - self._bar.n)

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.close()
