"""``find``: the duplicates of a photo, a title, or a listing."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import pandas as pd
import typer

from product_matching.cli.arguments import (
    AsJson,
    BundleArgument,
    Device,
    PhotoThreshold,
    TitleThreshold,
    milliseconds,
    read_count,
)
from product_matching.cli.opening import open_finder
from product_matching.errors import InputError
from product_matching.matching.candidates import Thresholds

if TYPE_CHECKING:
    from product_matching.encoders.photo import PhotoEncoder
    from product_matching.find import Finder, Query


def find(
    bundle: BundleArgument,
    photo: Annotated[Path | None, typer.Option(help="Photo file to search with.")] = None,
    title: Annotated[str | None, typer.Option(help="Title to search with.")] = None,
    listing: Annotated[str | None, typer.Option(help="posting_id of a listing to search with.")] = None,
    photo_threshold: PhotoThreshold = None,
    title_threshold: TitleThreshold = None,
    limit: Annotated[int, typer.Option(parser=read_count, help="Matches to print at most.")] = 50,
    device: Annotated[Device, typer.Option(help="Where the network runs.")] = Device.auto,
    as_json: AsJson = False,
) -> None:
    """Find the listings of the same product as a photo, a title, both, or a listing of the catalogue."""
    if photo is None and title is None and listing is None:
        raise typer.BadParameter("give --photo, --title or --listing", param_hint="find")
    if listing is not None and (photo is not None or title is not None):
        raise typer.BadParameter("--listing stands for itself: leave --photo and --title out", param_hint="find")
    from product_matching.find import describe_matches

    given = Thresholds(photo_threshold, title_threshold)
    finder, thresholds = open_finder(bundle, given)
    query, timing = _make_query(finder, photo, title, listing, device)
    started = time.perf_counter()
    matches = finder.matches(query, thresholds)
    timing["search"] = milliseconds(started)
    described = describe_matches(finder.bundle, matches.take(np.arange(min(limit, len(matches)))), thresholds)
    if as_json:
        typer.echo(json.dumps({"matches": described, "timing_ms": timing}, ensure_ascii=False))
    else:
        _print_matches(described, len(matches), timing)


def _make_query(
    finder: Finder, photo: Path | None, title: str | None, listing: str | None, device: Device
) -> tuple[Query, dict[str, float]]:
    from product_matching.find import Query

    timing = {"decode": 0.0, "encode": 0.0}
    if listing is not None:
        return finder.listing_query(finder.bundle.row_of(listing)), timing
    vector = matrix = None
    if photo is not None:
        image, timing["decode"] = _decode(photo)
        encoder = _query_encoder(finder, device)
        started = time.perf_counter()
        vector = encoder.encode(image)
        timing["encode"] = milliseconds(started)
    if title is not None:
        started = time.perf_counter()
        matrix = finder.title_query(title)
        timing["encode"] = round(timing["encode"] + milliseconds(started), 3)
        if matrix is None:
            why = "has no titles" if title.strip() else "cannot be searched with an empty title"
            raise InputError(f"The bundle {finder.bundle.manifest.name} {why}.")
    return Query(vector, matrix), timing


def _decode(photo: Path) -> tuple[Any, float]:
    from product_matching.photos import decode_photo, read_photo

    started = time.perf_counter()
    image = decode_photo(read_photo(photo), name=str(photo))
    return image, milliseconds(started)


def _query_encoder(finder: Finder, device: Device) -> PhotoEncoder:
    model = finder.bundle.manifest.photo_model
    if model is None:
        raise InputError(f"The bundle {finder.bundle.manifest.name} has no photos: search it with --title.")
    from product_matching.encoders.model_sources import open_photo_encoder

    return open_photo_encoder(model, device=device.value)


def _print_matches(matches: list[dict[str, Any]], n_matches: int, timing: dict[str, float]) -> None:
    if not matches:
        typer.echo("No listing is within the thresholds; larger thresholds accept more.")
    else:
        table = pd.DataFrame(matches)[["posting_id", "photo_distance", "title_distance", "by", "title"]]
        table["by"] = table["by"].map(" ".join)
        typer.echo(table.to_string(index=False, max_colwidth=70, na_rep="-"))
        typer.echo(f"{len(matches)} of {n_matches} matches")
    typer.echo("  ".join(f"{name} {value:.1f} ms" for name, value in timing.items()))
