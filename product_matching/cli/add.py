"""``add`` and ``remove``: change the listings of a bundle without building it anew."""

from __future__ import annotations

import json
import time
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from product_matching.cli.arguments import AsJson, BundleArgument, Device, DeviceOption, LabelColumn, bundle_folder
from product_matching.cli.progress import bars
from product_matching.progress import NO_PROGRESS

if TYPE_CHECKING:
    from product_matching.encoders.model_folder import PhotoModel
    from product_matching.encoders.photo import PhotoEncoder
    from product_matching.workflows.add_listings import Added


def add(
    bundle: BundleArgument,
    catalogue: Annotated[Path, typer.Argument(help="CSV or Parquet file of the new listings, as build takes it.")],
    images: Annotated[Path | None, typer.Option(help="Folder of their photos; without it titles alone.")] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Listings whose id the bundle has take the place of the old ones.")
    ] = False,
    label_column: LabelColumn = "label_group",
    device: DeviceOption = Device.auto,
    as_json: AsJson = False,
) -> None:
    """Add listings to a bundle; nothing that it holds is represented anew.

    Who reads the bundle sees the new listings when they open it the next time. Titles keep the weights of words that
    they had; compact weighs them anew.
    """
    from product_matching.listings.catalogue import read_catalogue
    from product_matching.workflows.add_listings import add_listings

    def open_encoder(model: PhotoModel) -> PhotoEncoder:
        from product_matching.encoders.process import tune_process

        tune_process()
        from product_matching.encoders.model_sources import open_photo_encoder

        return open_photo_encoder(model, device=device.value)

    folder = bundle_folder(bundle)
    new = read_catalogue(catalogue, images=images, label_column=label_column)
    started = time.perf_counter()
    try:
        with nullcontext(NO_PROGRESS) if as_json else bars() as progress:
            added = add_listings(folder, new, open_encoder=open_encoder, replace_known=replace, progress=progress)
    except KeyboardInterrupt:
        typer.echo(
            "Interrupted: the bundle is as before. Photos embedded so far are kept: the same command continues.",
            err=True,
        )
        raise typer.Exit(130) from None
    _tell_added(folder, added, time.perf_counter() - started, as_json=as_json)


def _tell_added(folder: Path, added: Added, seconds: float, *, as_json: bool) -> None:
    manifest = added.manifest
    summary: dict[str, Any] = {
        "bundle": str(folder),
        "added": len(added.ids),
        "replaced": len(added.replaced),
        "listings": manifest.n_listings,
        "unreadable_photos": added.unreadable_photos,
        "seconds": round(seconds, 1),
    }
    if as_json:
        typer.echo(json.dumps(summary, ensure_ascii=False))
        return
    unreadable = summary.pop("unreadable_photos")
    for name, value in summary.items():
        typer.echo(f"{name:<16} {value}")
    for posting_id, problem in unreadable.items():
        typer.echo(f"No photo for {posting_id}: {problem}", err=True)


def remove(
    bundle: BundleArgument,
    ids: Annotated[list[str] | None, typer.Argument(help="Ids of the listings.", show_default=False)] = None,
    from_file: Annotated[
        Path | None, typer.Option("--from", exists=True, dir_okay=False, help="Text file of ids, one a line.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Remove listings from a bundle by their ids, all of them or, if one is unknown, none.

    Their pictures and vectors stay in its files until it is compacted.
    """
    from product_matching.listings.id_list import read_id_list
    from product_matching.workflows.remove_listings import remove_listings

    wanted = [*(ids or []), *([] if from_file is None else read_id_list(from_file))]
    if not wanted:
        raise typer.BadParameter("name the listings to remove: their ids, or --from FILE", param_hint="IDS")
    folder = bundle_folder(bundle)
    manifest = remove_listings(folder, wanted)
    n = len(set(wanted))
    if as_json:
        typer.echo(json.dumps({"bundle": str(folder), "removed": n, "listings": manifest.n_listings}))
    else:
        typer.echo(f"{folder}: {n:,} listings removed, {manifest.n_listings:,} left.")
