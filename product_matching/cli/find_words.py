"""``find`` by a few words: the listings whose titles hold them."""

from __future__ import annotations

import json
import time
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import pandas as pd
import typer

from product_matching.cli.arguments import milliseconds
from product_matching.listings.titles import decode_byte_escapes

if TYPE_CHECKING:
    from product_matching.store.bundle import Bundle
    from product_matching.workflows.find_words import FoundWords

_SHOWN = ("posting_id", "coverage", "missing", "title")


class Mode(StrEnum):
    """How a text is searched for."""

    words = "words"
    duplicates = "duplicates"


ModeOption = Annotated[
    Mode | None,
    typer.Option(
        help="Whether --title is a few words to be found in titles, or a title whose duplicates are searched for; by "
        "default, at most half as many words as a title of the catalogue has are a few words, unless they are one of "
        "its titles."
    ),
]


def check_mode(mode: Mode | None, *, alone: bool, decided: bool) -> None:
    """Reject a mode for a query that is not a title alone, and words beside thresholds, rules or a pair scorer."""
    if mode is not None and not alone:
        raise typer.BadParameter("--mode is for --title without a photo: leave it out", param_hint="find")
    if mode is Mode.words and decided:
        raise typer.BadParameter(
            "words are found without thresholds, rules and pair scorers: leave them or --mode words out",
            param_hint="--mode",
        )


def find_words(bundle: Bundle, text: str, mode: Mode | None) -> tuple[FoundWords | None, float]:
    """Search for a text as words.

    Returns
    -------
    tuple of FoundWords or None, and float
        What was found, None if the text is a title; and the milliseconds that it took.
    """
    from product_matching.workflows.find_words import WordFinder

    finder = WordFinder(bundle)
    started = time.perf_counter()
    found = finder.find(text)
    return found if found.mode == Mode.words or mode is Mode.words else None, milliseconds(started)


def print_found(bundle: Bundle, found: FoundWords, took: float, *, limit: int, as_json: bool) -> None:
    """Print at most `limit` listings: those with all the words, then those with some."""
    from product_matching.workflows.find_words import describe_found

    matches = describe_found(bundle, found, found.matches[:limit])
    partial = describe_found(bundle, found, found.partial[: limit - len(matches)])
    if as_json:
        typer.echo(json.dumps(_as_json(found, matches, partial, took), ensure_ascii=False))
    else:
        _print(found, matches, partial, took)


def _as_json(
    found: FoundWords, matches: list[dict[str, Any]], partial: list[dict[str, Any]], took: float
) -> dict[str, Any]:
    return {
        "mode": Mode.words,
        "matches": matches,
        "total": len(found.matches),
        "partial": partial,
        "partial_total": len(found.partial),
        "unknown_words": {word: list(near) for word, near in found.unknown.items()},
        "suggestions": list(found.corrections),
        "timing_ms": {"search": took},
    }


def _print(found: FoundWords, matches: list[dict[str, Any]], partial: list[dict[str, Any]], took: float) -> None:
    shown = matches or partial
    if found.unknown:
        typer.echo(f"In no title: {', '.join(found.unknown)}")
    if found.corrections:
        typer.echo(f"Near spellings: {'; '.join(found.corrections)}")
    if shown:
        table = pd.DataFrame(shown)[list(_SHOWN)]
        table["title"] = table["title"].map(decode_byte_escapes)  # as the pages show it; JSON has it as it is
        table["missing"] = table["missing"].map(lambda words: " ".join(words) or "-")
        typer.echo(table.to_string(index=False, max_colwidth=70))
    if matches:
        typer.echo(f"{len(matches)} of {len(found.matches)} listings with all the words")
    elif not shown:
        typer.echo("No listing holds any of these words.")
    else:
        typer.echo(f"No listing with all the words; {len(partial)} of {len(found.partial)} with some of them")
    typer.echo(f"search {took:.1f} ms")
