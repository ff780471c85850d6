"""``keypoints``: the keypoints of every photo of a bundle."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from product_matching.cli.arguments import AsJson, BundleArgument, bundle_folder, read_count
from product_matching.cli.progress import bars


def keypoints(
    bundle: BundleArgument,
    images: Annotated[
        Path | None,
        typer.Option(exists=True, file_okay=False, help="Folder of the original photos; else thumbnails are taken."),
    ] = None,
    workers: Annotated[int, typer.Option(parser=read_count, help="Threads.")] = 2,
    as_json: AsJson = False,
) -> None:
    """Find the keypoints of every photo of a bundle and keep them there; nothing is embedded anew.

    For bundles that were built without them. An interrupted run is taken up where it stopped.
    """
    from product_matching.encoders.process import tune_process

    tune_process()
    from product_matching.store.manifest import KEYPOINTS_FILE
    from product_matching.workflows.add_keypoints import add_keypoints

    folder = bundle_folder(bundle)
    with bars() as progress:
        manifest = add_keypoints(folder, images=images, workers=workers, progress=progress)
    size = manifest.files[KEYPOINTS_FILE].bytes
    if as_json:
        typer.echo(json.dumps({"bundle": str(folder), "photos": manifest.n_photos, "bytes": size}))
    else:
        typer.echo(f"{folder}: keypoints of {manifest.n_photos} photos, {size / 1e6:.1f} MB.")
