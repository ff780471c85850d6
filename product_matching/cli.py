"""The command line: ``python -m product_matching COMMAND`` (``product-matching COMMAND`` once installed)."""

from __future__ import annotations

import json
import logging
import os
import sys
import time
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import pandas as pd
import typer
from tqdm import tqdm

from product_matching.errors import InputError
from product_matching.matching.candidates import Thresholds
from product_matching.places import embeddings_folder

if TYPE_CHECKING:
    from product_matching.catalogue import Catalogue
    from product_matching.encoders.batch import EmbeddedPhoto
    from product_matching.encoders.photo import PhotoEncoder
    from product_matching.find import Finder, Query
    from product_matching.store.manifest import Manifest

app = typer.Typer(
    name="product-matching",
    help="Find listings of the same product in a marketplace catalogue from photo and title.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


class TitleWeighting(StrEnum):
    """How titles are weighted."""

    idf = "idf"
    tfidf = "tfidf"


class Device(StrEnum):
    """Where a network runs."""

    auto = "auto"
    cpu = "cpu"
    cuda = "cuda"



def _distance(text: str) -> float:
    """Read a threshold from the command line."""
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not 0 <= value < 1:
        raise typer.BadParameter(f"{text!r} is not a distance from 0 to below 1.")
    return value


def _positive(text: str | int) -> int:
    """Read a number of things from the command line (a default comes as a number)."""
    digits = str(text)
    if not (digits.isascii() and digits.isdigit() and int(digits) >= 1):
        raise typer.BadParameter(f"{text!r} is not a whole number from 1 upwards.")
    return int(digits)


BundleArgument = Annotated[str, typer.Argument(help="Folder of a bundle, or its name in embeddings/.")]
PhotoThreshold = Annotated[
    float | None, typer.Option(parser=_distance, help="Largest cosine distance of photos, 0 to below 1.")
]
TitleThreshold = Annotated[
    float | None, typer.Option(parser=_distance, help="Largest cosine distance of titles, 0 to below 1.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]


@app.command()
def build(
    catalogue: Annotated[Path, typer.Argument(help="CSV or Parquet file with posting_id and title and/or image.")],
    out: Annotated[Path, typer.Option(help="Folder of the new bundle, for example embeddings/NAME.")],
    images: Annotated[Path | None, typer.Option(help="Folder of the photos; without it titles alone.")] = None,
    model: Annotated[str | None, typer.Option(help="Folder of models/, or a timm architecture.")] = None,
    weights: Annotated[Path | None, typer.Option(help="Safetensors file for the timm architecture.")] = None,
    image_size: Annotated[int | None, typer.Option(help="Edge of the network's input, in pixels.")] = None,
    label_column: Annotated[str, typer.Option(help="Column that names the product of a listing.")] = "label_group",
    title_weighting: Annotated[TitleWeighting, typer.Option(help="How titles are weighted.")] = TitleWeighting.idf,
    photo_threshold: PhotoThreshold = None,
    title_threshold: TitleThreshold = None,
    device: Annotated[Device, typer.Option(help="Where the network runs.")] = Device.auto,
    batch_size: Annotated[int | None, typer.Option(parser=_positive, help="Photos per forward pass.")] = None,
    overwrite: Annotated[bool, typer.Option(help="Replace a bundle that is there.")] = False,
    as_json: AsJson = False,
) -> None:
    """Represent a catalogue and write its bundle, which the app and the other commands search."""
    from product_matching.build import BuildOptions, build_bundle
    from product_matching.catalogue import read_catalogue
    from product_matching.store.bundle import check_target

    check_target(out, overwrite)
    listings = read_catalogue(catalogue, images=images, label_column=label_column)
    encoder = _build_encoder(listings, model, weights, image_size, device, batch_size)
    options = BuildOptions(title_weighting.value, photo_threshold, title_threshold, overwrite)
    started = time.perf_counter()
    manifest = build_bundle(listings, out, encoder=encoder, options=options, progress=_show_photos)
    _report_build(manifest, out, time.perf_counter() - started, as_json)


def _build_encoder(
    catalogue: Catalogue,
    model: str | None,
    weights: Path | None,
    image_size: int | None,
    device: Device,
    batch_size: int | None,
) -> PhotoEncoder | None:
    if not catalogue.has_photos:
        if model is not None or weights is not None:
            raise InputError("A model was given, but there are no photos: give their folder with --images.")
        return None
    if model is None:
        raise InputError("The catalogue has photos: give --model (a folder of models/, or a timm architecture).")
    from product_matching.encoders.process import tune_process

    tune_process()
    from product_matching.encoders.model_sources import resolve_model
    from product_matching.encoders.photo import PhotoEncoder

    folder = resolve_model(model, weights=weights, image_size=image_size)
    return PhotoEncoder.load(folder, device=device.value, batch_size=batch_size)


def _show_photos(photos: Iterable[EmbeddedPhoto], total: int) -> Iterable[EmbeddedPhoto]:
    return tqdm(photos, total=total, unit="photo", desc="photos", smoothing=0.05)


def _report_build(manifest: Manifest, out: Path, seconds: float, as_json: bool) -> None:
    summary: dict[str, Any] = {
        "bundle": str(out),
        "listings": manifest.n_listings,
        "photos": manifest.n_photos,
        "titles": manifest.n_titles,
        "unreadable_photos": manifest.unreadable_photos,
        "photo_threshold": manifest.photo_threshold and manifest.photo_threshold.distance,
        "title_threshold": manifest.title_threshold and manifest.title_threshold.distance,
        "bytes": sum(entry.bytes for entry in manifest.files.values()),
        "seconds": round(seconds, 1),
    }
    if as_json:
        typer.echo(json.dumps(summary, ensure_ascii=False))
        return
    for name, threshold in (("photo", manifest.photo_threshold), ("title", manifest.title_threshold)):
        if threshold is not None:
            summary[f"{name}_threshold"] = f"{threshold.distance:g} (N {threshold.n}, {threshold.protocol})"
    unreadable = summary.pop("unreadable_photos")
    for name, value in summary.items():
        typer.echo(f"{name:<16} {value}")
    for posting_id, problem in unreadable.items():
        typer.echo(f"No photo for {posting_id}: {problem}", err=True)


@app.command()
def find(
    bundle: BundleArgument,
    photo: Annotated[Path | None, typer.Option(help="Photo file to search with.")] = None,
    title: Annotated[str | None, typer.Option(help="Title to search with.")] = None,
    listing: Annotated[str | None, typer.Option(help="posting_id of a listing to search with.")] = None,
    photo_threshold: PhotoThreshold = None,
    title_threshold: TitleThreshold = None,
    limit: Annotated[int, typer.Option(parser=_positive, help="Matches to print at most.")] = 50,
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
    finder, thresholds = _open_finder(bundle, given)
    query, timing = _make_query(finder, photo, title, listing, device)
    started = time.perf_counter()
    matches = finder.matches(query, thresholds)
    timing["search"] = _milliseconds(started)
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
        timing["encode"] = _milliseconds(started)
    if title is not None:
        started = time.perf_counter()
        matrix = finder.title_query(title)
        timing["encode"] = round(timing["encode"] + _milliseconds(started), 3)
        if matrix is None:
            why = "has no titles" if title.strip() else "cannot be searched with an empty title"
            raise InputError(f"The bundle {finder.bundle.manifest.name} {why}.")
    return Query(vector, matrix), timing


def _decode(photo: Path) -> tuple[Any, float]:
    from product_matching.photos import decode_photo, read_photo

    started = time.perf_counter()
    image = decode_photo(read_photo(photo), name=str(photo))
    return image, _milliseconds(started)


def _query_encoder(finder: Finder, device: Device) -> PhotoEncoder:
    model = finder.bundle.manifest.photo_model
    if model is None:
        raise InputError(f"The bundle {finder.bundle.manifest.name} has no photos: search it with --title.")
    from product_matching.encoders.model_sources import open_photo_encoder

    return open_photo_encoder(model, device=device.value)


def _milliseconds(started: float) -> float:
    return round(1000 * (time.perf_counter() - started), 3)


def _print_matches(matches: list[dict[str, Any]], n_matches: int, timing: dict[str, float]) -> None:
    if not matches:
        typer.echo("No listing is within the thresholds; larger thresholds accept more.")
    else:
        table = pd.DataFrame(matches)[["posting_id", "photo_distance", "title_distance", "by", "title"]]
        table["by"] = table["by"].map(" ".join)
        typer.echo(table.to_string(index=False, max_colwidth=70, na_rep="-"))
        typer.echo(f"{len(matches)} of {n_matches} matches")
    typer.echo("  ".join(f"{name} {value:.1f} ms" for name, value in timing.items()))


@app.command()
def match(
    bundle: BundleArgument,
    out: Annotated[Path, typer.Option(help="CSV file to write: posting_id,matches.")],
    photo_threshold: PhotoThreshold = None,
    title_threshold: TitleThreshold = None,
    limit: Annotated[int, typer.Option(parser=_positive, help="Matches per listing at most, itself included.")] = 50,
) -> None:
    """Find the matches of every listing of the catalogue and write them in the competition's submission format."""
    from product_matching.match import match_catalogue, write_submission

    finder, thresholds = _open_finder(bundle, Thresholds(photo_threshold, title_threshold))
    ids = finder.bundle.listings["posting_id"].tolist()

    def show(starts: Iterable[int]) -> Iterable[int]:
        return tqdm(starts, unit="block", desc="matching")

    matched = write_submission(out, ids, match_catalogue(finder, thresholds, limit=limit, progress=show))
    typer.echo(f"{out}: {len(ids)} listings, {matched} of them with a match")


@app.command()
def verify(bundle: BundleArgument, as_json: AsJson = False) -> None:
    """Check every byte of a bundle; exit status 1 if something is wrong."""
    from product_matching.store.verify import verify_bundle

    folder = bundle_folder(bundle)
    problems = verify_bundle(folder)
    if as_json:
        typer.echo(json.dumps({"bundle": str(folder), "problems": problems}, ensure_ascii=False))
    else:
        typer.echo("\n".join(problems) if problems else f"{folder} is sound.")
    if problems:
        raise typer.Exit(1)


def bundle_folder(name: str) -> Path:
    """The folder of a bundle that was named by its path or by its name in ``embeddings/``."""
    named = embeddings_folder() / name
    path = Path(name).expanduser()
    return named if not path.exists() and named.is_dir() else path


def _open_finder(name: str, given: Thresholds) -> tuple[Finder, Thresholds]:
    from product_matching.find import Finder, default_thresholds
    from product_matching.store.bundle import open_bundle

    bundle = open_bundle(bundle_folder(name))
    own = default_thresholds(bundle)
    for side, wanted, there in (("photo", given.photo, own.photo), ("title", given.title, own.title)):
        if wanted is not None and there is None:
            raise InputError(f"The bundle {bundle.manifest.name} has no {side}s: leave --{side}-threshold out.")
    finder = Finder(bundle)
    finder.load()
    photo = own.photo if given.photo is None else given.photo
    return finder, Thresholds(photo, own.title if given.title is None else given.title)


def main() -> None:
    """Run the command line: a user's mistake is one sentence and exit status 1, wrong usage exit status 2."""
    logging.basicConfig(level=os.environ.get("PRODUCT_MATCHING_LOG", "WARNING"), format="%(message)s")
    try:
        app()
    except InputError as error:
        sys.exit(_say(str(error), 1))
    except OSError as error:
        sys.exit(_say(f"{error.filename or 'The system'}: {error.strerror or error}.", 1))
    except KeyboardInterrupt:
        sys.exit(_say("Interrupted. Photos embedded so far are kept: the same command goes on from there.", 130))


def _say(message: str, status: int) -> int:
    typer.echo(message, err=True)
    return status
