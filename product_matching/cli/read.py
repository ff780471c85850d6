"""``read``: the print on every photo of a bundle."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from product_matching.cli.arguments import AsJson, BundleArgument, bundle_folder, read_count
from product_matching.cli.progress import bars


def read(
    bundle: BundleArgument,
    images: Annotated[
        Path | None,
        typer.Option(exists=True, file_okay=False, help="Folder of the original photos; else thumbnails are read."),
    ] = None,
    workers: Annotated[int, typer.Option(parser=read_count, help="Photos that are read at a time.")] = 2,
    as_json: AsJson = False,
) -> None:
    """Read the print on every photo of a bundle and keep it there (extra ocr).

    An interrupted run is taken up where it stopped. A bundle that is built anew is read anew, from what is kept.
    """
    from product_matching.encoders.print_reader import RapidPrintReader
    from product_matching.workflows.read_prints import read_bundle

    folder = bundle_folder(bundle)
    readers = [RapidPrintReader() for _ in range(workers)]
    with bars() as progress:
        manifest = read_bundle(folder, readers, images=images, progress=progress)
    source = manifest.prints
    if source is None:
        return
    told = {"bundle": str(folder), "originals": source.n_originals, "thumbnails": source.n_thumbnails}
    if as_json:
        typer.echo(json.dumps(told, ensure_ascii=False))
    else:
        typer.echo(f"{folder}: print read on {source.n_originals} photos and {source.n_thumbnails} thumbnails.")
