"""``find --read``: the print on the photo that is searched for."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from product_matching.cli.arguments import milliseconds

if TYPE_CHECKING:
    from PIL.Image import Image

    from product_matching.listings.prints import PhotoPrint
    from product_matching.matching.candidates import Candidates
    from product_matching.workflows.find import Finder, Query

ReadOption = Annotated[
    bool, typer.Option("--read", help="Read the print on the photo and search for its words too (extra ocr).")
]


def check_read(*, read: bool, has_photo: bool) -> None:
    """Reject ``--read`` where nothing can be read."""
    if read and not has_photo:
        raise typer.BadParameter("--read reads a photo: give --photo, --sample or --listing", param_hint="find")


def read_query(
    finder: Finder, query: Query, *, photo: Image | None, sample: str | None
) -> tuple[PhotoPrint | None, Query, float]:
    """Read the photo of a query, the decoded one where it is a file.

    Returns
    -------
    tuple of PhotoPrint, Query and float
        What was read, None for a listing without a photo; the query with it; and the milliseconds that it took.
    """
    from product_matching.workflows.find_print import add_print

    started = time.perf_counter()
    read = _read(finder, query, photo, sample)
    took = milliseconds(started)
    return (None, query, took) if read is None else (read, add_print(finder, query, read), took)


def _read(finder: Finder, query: Query, photo: Image | None, sample: str | None) -> PhotoPrint | None:
    from product_matching.encoders.print_reader import RapidPrintReader
    from product_matching.workflows.find_print import read_listing, read_sample

    if sample is not None:
        return read_sample(finder.bundle, sample, RapidPrintReader)
    if query.row is not None:
        return read_listing(finder.bundle, query.row, RapidPrintReader)
    return None if photo is None else RapidPrintReader().read(photo)


def describe_with_print(
    finder: Finder, query: Query, candidates: Candidates, described: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Add what of the print each match holds, where print was read."""
    from product_matching.workflows.find_print import tell_print

    return described if query.print is None else tell_print(finder.bundle, query.print, candidates, described)


def describe_read(read: PhotoPrint | None, query: Query) -> dict[str, Any]:
    """What was read as a field of the JSON; nothing where nothing was."""
    from product_matching.workflows.find_print import describe_print

    return {} if read is None or query.print is None else {"print": describe_print(read, query.print)}


def print_words(read: PhotoPrint | None, query: Query) -> None:
    """Print what was read."""
    if read is None or query.print is None:
        typer.echo("The listing has no photo to read.")
        return
    unknown = f" (not in any title: {' '.join(query.print.unknown)})" if query.print.unknown else ""
    typer.echo(f"read: {' '.join(query.print.known) or 'no word of the catalogue'}{unknown}")
