"""Lists of listings for a command that takes all of them, or leaves out what cannot be used."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from product_matching.listings.catalogue import Catalogue
    from product_matching.listings.faulty_rows import FaultyRow

SkipBad = Annotated[
    bool,
    typer.Option(
        "--skip-bad",
        help="Leave out the rows that cannot be used, and say which; one without its photo is taken by its title.",
    ),
]


def read_list(
    path: Path, *, images: Path | None, label_column: str, skip_bad: bool
) -> tuple[Catalogue, Sequence[FaultyRow]]:
    """Read a list, with the rows that are left out; without `skip_bad` any problem is an error."""
    from product_matching.listings.catalogue import read_catalogue
    from product_matching.listings.sifted_catalogue import sift_catalogue

    if not skip_bad:
        return read_catalogue(path, images=images, label_column=label_column), ()
    sifted = sift_catalogue(path, images=images, label_column=label_column)
    return sifted.catalogue(), sifted.left_out()


def left_out_rows(left_out: Sequence[FaultyRow]) -> list[dict[str, Any]]:
    """Rows that were left out, for JSON."""
    return [{"line": each.line, "posting_id": each.posting_id, "reason": each.reason} for each in left_out]


def tell_left_out(left_out: Sequence[FaultyRow]) -> None:
    """Say on stderr which rows were left out."""
    for each in left_out:
        named = f" ({each.posting_id})" if each.posting_id else ""
        typer.echo(f"Left out, line {each.line}{named}: {each.reason}", err=True)
