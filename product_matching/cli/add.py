"""``add`` and ``remove``: change the listings of a bundle without building it anew."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from product_matching.cli.arguments import AsJson, BundleArgument, Device, DeviceOption, LabelColumn, bundle_folder
from product_matching.cli.lists import SkipBad, left_out_rows, read_list, tell_left_out
from product_matching.cli.progress import bars
from product_matching.cli.published import published_version, update_published
from product_matching.progress import NO_PROGRESS

if TYPE_CHECKING:
    from product_matching.encoders.model_folder import PhotoModel
    from product_matching.encoders.photo import PhotoEncoder
    from product_matching.listings.faulty_rows import FaultyRow
    from product_matching.workflows.add_listings import Added
    from product_matching.workflows.place_new import PlacedListings


def add(
    bundle: BundleArgument,
    catalogue: Annotated[Path, typer.Argument(help="CSV or Parquet file of the new listings, as build takes it.")],
    images: Annotated[Path | None, typer.Option(help="Folder of their photos; without it titles alone.")] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Listings whose id the bundle has take the place of the old ones.")
    ] = False,
    place: Annotated[
        bool | None,
        typer.Option(
            "--place/--no-place",
            help="Say which groups they join, found or bridge; compares the whole catalogue, by default up to 20,000 "
            "listings.",
            show_default=False,
        ),
    ] = None,
    report: Annotated[
        Path | None, typer.Option(help="CSV file: which group each new listing joins, founds or bridges.")
    ] = None,
    skip_bad: SkipBad = False,
    label_column: LabelColumn = "label_group",
    device: DeviceOption = Device.auto,
    as_json: AsJson = False,
) -> None:
    """Add listings to a bundle; nothing that it holds is represented anew.

    Who reads the bundle sees the new listings when they open it the next time. Titles keep the weights of words that
    they had; compact weighs them anew. A listing that bridges two groups merges nothing: Review asks about it.
    """
    from product_matching.workflows.add_listings import add_listings
    from product_matching.workflows.left_out_file import keep_left_out

    if place is False and report is not None:
        raise typer.BadParameter("it says where they are placed: leave --no-place out", param_hint="--report")
    folder = bundle_folder(bundle)
    new, left_out = read_list(catalogue, images=images, label_column=label_column, skip_bad=skip_bad)
    published = published_version(folder)
    started = time.perf_counter()
    try:
        with nullcontext(NO_PROGRESS) if as_json else bars() as progress:
            opener = partial(_open_encoder, device=device)
            added = add_listings(folder, new, open_encoder=opener, replace_known=replace, progress=progress)
    except KeyboardInterrupt:
        typer.echo(
            "Interrupted: the bundle is as before. Photos embedded so far are kept: the same command continues.",
            err=True,
        )
        raise typer.Exit(130) from None
    seconds = time.perf_counter() - started
    keep_left_out(folder, left_out)
    placed = _place(folder, added, asked=True if report is not None else place, as_json=as_json)
    if placed is not None and report is not None:
        from product_matching.workflows.placing_file import write_placing

        write_placing(report, placed.posting_ids, placed.placed)
    _tell_added(folder, added, placed, seconds, left_out, as_json=as_json)
    update_published(folder, published, changed=added.ids)


def _open_encoder(model: PhotoModel, *, device: Device) -> PhotoEncoder:
    from product_matching.encoders.process import tune_process

    tune_process()
    from product_matching.encoders.model_sources import open_photo_encoder

    return open_photo_encoder(model, device=device.value)


def _place(folder: Path, added: Added, *, asked: bool | None, as_json: bool) -> PlacedListings | None:
    """Where the new listings stand; None where it is not asked for."""
    from product_matching.store.bundle import open_bundle
    from product_matching.workflows.place_new import PLACED_AT_ONCE, place_new

    if asked is False or (asked is None and added.manifest.n_listings > PLACED_AT_ONCE):
        return None
    with nullcontext(NO_PROGRESS) if as_json else bars() as progress:
        return place_new(open_bundle(folder), added.ids, progress=progress)


def _tell_added(
    folder: Path,
    added: Added,
    placed: PlacedListings | None,
    seconds: float,
    left_out: Sequence[FaultyRow],
    *,
    as_json: bool,
) -> None:
    from product_matching.workflows.placing import Placement
    from product_matching.workflows.placing_file import count_placements

    manifest = added.manifest
    summary: dict[str, Any] = {
        "bundle": str(folder),
        "added": len(added.ids),
        "replaced": len(added.replaced),
        "listings": manifest.n_listings,
        "unreadable_photos": added.unreadable_photos,
        "left_out": left_out_rows(left_out),
        "seconds": round(seconds, 1),
    }
    counts = None if placed is None else count_placements(placed.placed)
    if as_json:
        named = None if counts is None else {placement.name: count for placement, count in counts.items()}
        typer.echo(json.dumps({**summary, "placed": named}, ensure_ascii=False))
        return
    unreadable = summary.pop("unreadable_photos")
    summary["left_out"] = len(left_out)
    if counts is not None:
        summary["groups"] = ", ".join(f"{placement.value}: {count:,}" for placement, count in counts.items())
    for name, value in summary.items():
        typer.echo(f"{name:<16} {value}")
    if counts is not None and counts[Placement.bridges]:
        typer.echo("Listings that bridge groups merge nothing until someone decides: they wait in Review.")
    for posting_id, problem in unreadable.items():
        typer.echo(f"No photo for {posting_id}: {problem}", err=True)
    tell_left_out(left_out)


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
    published = published_version(folder)
    manifest = remove_listings(folder, wanted)
    n = len(set(wanted))
    if as_json:
        typer.echo(json.dumps({"bundle": str(folder), "removed": n, "listings": manifest.n_listings}))
    else:
        typer.echo(f"{folder}: {n:,} {'listing' if n == 1 else 'listings'} removed, {manifest.n_listings:,} left.")
    update_published(folder, published, removed=wanted)
