"""``explain``: the probability of one pair with its reasons, its distances, words, quantities and pHash."""

from __future__ import annotations

import json
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from product_matching.cli.arguments import AsJson, BundleArgument, PairsFile
from product_matching.cli.deciding import Decide, chosen_scorer
from product_matching.cli.opening import open_bare_finder
from product_matching.cli.progress import bars
from product_matching.matching.calibration import percent_text
from product_matching.matching.chain import PLAIN
from product_matching.matching.thresholds import Thresholds
from product_matching.progress import NO_PROGRESS

if TYPE_CHECKING:
    from product_matching.matching.explanation import Explanation
    from product_matching.matching.second_stage.catalogue_scorer import Prediction
    from product_matching.store.bundle import Bundle
    from product_matching.workflows.choose_scorer import ChosenScorer


def explain(
    bundle: BundleArgument,
    first: Annotated[str, typer.Argument(help="posting_id of the first listing.")],
    second: Annotated[str, typer.Argument(help="posting_id of the second listing.")],
    decide: Decide = None,
    pairs: PairsFile = None,
    as_json: AsJson = False,
) -> None:
    """Explain why two listings match or do not match.

    Print the probability that they are the same product with the features that moved it most, where a pair scorer
    decides; then both distances with their parts of the similarity, the words with their shares, quantities, and the
    number of bits in which the pHashes differ.
    """
    finder = open_bare_finder(bundle)
    rows = finder.bundle.row_of(first), finder.bundle.row_of(second)
    chosen = chosen_scorer(finder.bundle, decide, None, pairs, given=Thresholds(), rules=PLAIN)
    scored = None if chosen is None else _score(finder.bundle, chosen, rows, quiet=as_json)
    explanation = finder.explain(finder.listing_query(rows[0]), rows[1])
    if as_json:
        told = {} if scored is None else scored.told()
        typer.echo(json.dumps({**told, **asdict(explanation)}, ensure_ascii=False))
        return
    for line in [*([] if scored is None else scored.lines()), *_lines(explanation)]:
        typer.echo(line)


@dataclass(frozen=True, kw_only=True)
class _Scored:
    """What the pair scorer says of a pair; `prediction` is None where it is too far apart to be a candidate."""

    chosen: ChosenScorer
    prediction: Prediction | None

    def told(self) -> dict[str, Any]:
        """As JSON."""
        found = self.prediction
        return {
            "score": None if found is None else found.score,
            "compared_by": None if found is None else found.compared,
            "reasons": [] if found is None else [[name, round(moved, 4)] for name, moved in found.reasons],
            "scorer": self.chosen.name,
        }

    def lines(self) -> list[str]:
        """As text."""
        found, least = self.prediction, percent_text(self.chosen.least_probability)
        if found is None:
            return [f"not likely the same product: too far apart for the pair scorer {self.chosen.name} to be asked"]
        verdict = "a match" if found.score >= self.chosen.least_probability else "no match"
        said = f"{percent_text(found.score)} same product by the pair scorer {self.chosen.name}: {verdict} at {least}"
        return [said, *(f"{'reason':<9} {moved:+.3f}  {name}" for name, moved in found.reasons if moved)]


def _score(bundle: Bundle, chosen: ChosenScorer, rows: tuple[int, int], *, quiet: bool) -> _Scored:
    from product_matching.workflows.score_pairs import prepare_scorer

    with nullcontext(NO_PROGRESS) if quiet else bars() as progress:
        prepared = prepare_scorer(bundle, chosen.scorer, progress=progress)
    found = {prediction.row: prediction for prediction in prepared.predict_row(rows[0])}
    return _Scored(chosen=chosen, prediction=found.get(rows[1]))


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
