"""Arguments and options that several commands share, and their parsers."""

from __future__ import annotations

import math
import time
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from product_matching.errors import InputError
from product_matching.listings.regions import Region, read_region
from product_matching.places import embeddings_folder


class Device(StrEnum):
    """Device of a network."""

    auto = "auto"
    cpu = "cpu"
    cuda = "cuda"


def to_number(text: str) -> float:
    """Read a number; other text becomes NaN, which no range accepts."""
    try:
        return float(text)
    except ValueError:
        return float("nan")


def read_distance(text: str) -> float:
    """Read a threshold from the command line."""
    value = to_number(text)
    if not 0 <= value < 1:
        raise typer.BadParameter(f"{text!r} is not a distance from 0 to below 1.")
    return value


def read_count(text: str | int) -> int:
    """Read a count from the command line (a default is a number already)."""
    digits = str(text)
    if not (digits.isascii() and digits.isdigit() and int(digits) >= 1):
        raise typer.BadParameter(f"{text!r} is not a whole number from 1 upwards.")
    return int(digits)


def read_megabytes(text: str | float) -> float:
    """Read a size from the command line, such as 1.5GB, in megabytes."""
    written = str(text).strip().upper()
    factor = 1000 if written.endswith("GB") else 1
    value = to_number(written.removesuffix("GB").removesuffix("MB").strip()) * factor
    if not (0 < value < math.inf and written.endswith("B")):
        raise typer.BadParameter(f"{text!r} is not a size such as 800MB or 1.5GB.")
    return value


def read_milliseconds(text: str | float) -> float:
    """Read a time in milliseconds from the command line."""
    value = to_number(str(text))
    if not 0 < value < math.inf:
        raise typer.BadParameter(f"{text!r} is not a number of milliseconds above 0.")
    return value


def read_region_option(text: str | Region) -> Region:
    """Read a region of a photo from the command line."""
    try:
        return read_region(str(text))
    except InputError as error:
        raise typer.BadParameter(str(error)) from error


BundleArgument = Annotated[str, typer.Argument(help="Folder of a bundle, or its name in embeddings/.")]
DeviceOption = Annotated[Device, typer.Option(help="Device that runs the network.")]
PhotoThreshold = Annotated[
    float | None,
    typer.Option(parser=read_distance, help="Largest cosine distance of photos that match, from 0 to below 1."),
]
TitleThreshold = Annotated[
    float | None,
    typer.Option(parser=read_distance, help="Largest cosine distance of titles that match, from 0 to below 1."),
]
FusedThreshold = Annotated[
    float | None,
    typer.Option(
        parser=read_distance, help="Largest mean of both distances that matches, from 0 to below 1; off by default."
    ),
]
RegionOption = Annotated[
    Region | None,
    typer.Option(
        parser=read_region_option,
        metavar="X,Y,W,H",
        help="Part of --photo that is searched for: left, top, width and height as shares of the photo.",
    ),
]
PairsFile = Annotated[Path | None, typer.Option(help="Folder of a pair scorer, which then decides (see train-pairs).")]
LabelColumn = Annotated[str, typer.Option(help="Column with the label group of each listing.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]


def find_bundle(name: str) -> Path | None:
    """The folder with a manifest at a path, else of that name in ``embeddings/``; None if neither holds a bundle."""
    from product_matching.store.manifest import MANIFEST_FILE

    return next((folder for folder in _bundle_places(name) if (folder / MANIFEST_FILE).is_file()), None)


def bundle_folder(name: str) -> Path:
    """The folder of a bundle, given by its path or by its name in ``embeddings/``.

    Raises
    ------
    InputError
        Neither is the folder of a bundle.
    """
    folder = find_bundle(name)
    if folder is None:
        places = " or ".join(dict.fromkeys(map(str, _bundle_places(name))))
        raise InputError(f"There is no bundle at {places} (no manifest.json): make one with the build command.")
    return folder


def is_bundle_name(name: str) -> bool:
    """Whether an argument that names a catalogue is a bundle: a folder or a name in ``embeddings/``, not a file."""
    return find_bundle(name) is not None or Path(name).expanduser().is_dir()


def _bundle_places(name: str) -> tuple[Path, Path]:
    return Path(name).expanduser(), embeddings_folder() / name


def milliseconds(started: float) -> float:
    """Milliseconds since a moment of `time.perf_counter`."""
    return round(1000 * (time.perf_counter() - started), 3)
