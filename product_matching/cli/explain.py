"""``explain``: distances, words, quantities and pHash of one pair."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from product_matching.cli.arguments import AsJson, BundleArgument
from product_matching.cli.opening import open_bare_finder

if TYPE_CHECKING:
    from product_matching.matching.explanation import Explanation


def explain(
    bundle: BundleArgument,
    first: Annotated[str, typer.Argument(help="posting_id of the first listing.")],
    second: Annotated[str, typer.Argument(help="posting_id of the second listing.")],
    as_json: AsJson = False,
) -> None:
    """Explain why two listings match or do not match.

    Print both distances with their parts of the similarity, the words with their shares, quantities, and the number of
    bits in which the pHashes differ.
    """
    finder = open_bare_finder(bundle)
    query = finder.listing_query(finder.bundle.row_of(first))
    explanation = finder.explain(query, finder.bundle.row_of(second))
    if as_json:
        typer.echo(json.dumps(asdict(explanation), ensure_ascii=False))
        return
    for line in _lines(explanation):
        typer.echo(line)


def _lines(explanation: Explanation) -> list[str]:
    sides = (
        ("photo", explanation.photo_distance, explanation.photo_part),
        ("title", explanation.title_distance, explanation.title_part),
    )
    lines = [
        f"{name:<9} distance {distance:.6f}, adds {part:.3f} to the similarity"
        for name, distance, part in sides
        if distance is not None and part is not None
    ]
    if explanation.phash_bits is not None:
        lines.append(f"{'pHash':<9} {explanation.phash_bits} of 64 bits differ")
    for quantity in explanation.quantities:
        agreement = "agree" if quantity.agree else "differ"
        lines.append(f"{quantity.dimension:<9} {_values(quantity.first)} and {_values(quantity.second)} {agreement}")
    if explanation.vetoed:
        lines.append("The quantity veto would reject this pair.")
    if explanation.words and not any(word.side == "both" for word in explanation.words):
        lines.append("The titles have no word in common.")
    lines += [
        f"{word.side:<9} {word.share:+.3f}  {word.word}" for word in explanation.words if abs(word.share) >= 0.0005
    ]
    return lines


def _values(values: tuple[float, ...]) -> str:
    return ", ".join(f"{value:g}" for value in values)
