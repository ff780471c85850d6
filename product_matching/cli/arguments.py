"""Arguments that several commands share, and how their text is read."""

from __future__ import annotations

import time
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from product_matching.places import embeddings_folder


class Device(StrEnum):
    """Where a network runs."""

    auto = "auto"
    cpu = "cpu"
    cuda = "cuda"


def to_number(text: str) -> float:
    """Read a number; what is none becomes NaN, which no range accepts."""
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
    """Read a number of things from the command line (a default comes as a number)."""
    digits = str(text)
    if not (digits.isascii() and digits.isdigit() and int(digits) >= 1):
        raise typer.BadParameter(f"{text!r} is not a whole number from 1 upwards.")
    return int(digits)


BundleArgument = Annotated[str, typer.Argument(help="Folder of a bundle, or its name in embeddings/.")]
PhotoThreshold = Annotated[
    float | None, typer.Option(parser=read_distance, help="Largest cosine distance of photos, 0 to below 1.")
]
TitleThreshold = Annotated[
    float | None, typer.Option(parser=read_distance, help="Largest cosine distance of titles, 0 to below 1.")
]
FusedThreshold = Annotated[
    float | None,
    typer.Option(parser=read_distance, help="Largest mean of both distances: also a match. Off by default."),
]
PairsFile = Annotated[Path | None, typer.Option(help="Folder of the pair scorer that decides (see train-pairs).")]
LabelColumn = Annotated[str, typer.Option(help="Column that names the product of a listing.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]


def bundle_folder(name: str) -> Path:
    """The folder of a bundle that was named by its path or by its name in ``embeddings/``."""
    named = embeddings_folder() / name
    path = Path(name).expanduser()
    return named if not path.exists() and named.is_dir() else path


def milliseconds(started: float) -> float:
    """Milliseconds since a moment of `time.perf_counter`."""
    return round(1000 * (time.perf_counter() - started), 3)
