"""From measured rows to the comparison: figures, paired differences, and pairs in another order than reported."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from product_matching.comparison.reported import RowPlan
from product_matching.comparison.scores import PairedDifference, paired_difference
from product_matching.metrics.retrieval import MEASURES, QueryScores
from product_matching.store.comparison import (
    DECIMALS,
    Comparison,
    DataName,
    Difference,
    Protocols,
    Reproduced,
    Row,
    Scores,
)

#: Data sets on which photo rows are compared with the untrained backbone.
REFERENCE_DATA: tuple[DataName, ...] = ("demo", "groceries")
_REFERENCE = "untrained backbone"
#: Scores query by query on each data set that was measured.
ScoresByData = dict[DataName, QueryScores]


@dataclass(frozen=True, eq=False)
class MeasuredRow:
    """A row of the comparison with its scores query by query.

    Attributes
    ----------
    plan
        What it is, and what was reported.
    remark
        Model or settings that were measured, in words.
    scores
        By name of the data set; one that is missing was not measured.
    reproduced
        The reported figure reproduced under its own protocol; None where that was not possible.
    has_threshold
        Whether a single threshold decides, which a reader can use.
    """

    plan: RowPlan
    remark: str = ""
    scores: ScoresByData = field(default_factory=dict)
    reproduced: Reproduced | None = None
    has_threshold: bool = field(default=True, kw_only=True)

    def summarise(self) -> Row:
        """The row with means and intervals, as it is written."""
        plan = self.plan
        return Row(
            name=plan.name,
            kind=plan.kind,
            section=plan.section,
            remark=self.remark,
            reported=plan.reported,
            reproduced=self.reproduced,
            **{name: Scores.of(found, with_threshold=self.has_threshold) for name, found in self.scores.items()},
        )


def build_comparison(
    rows: Sequence[MeasuredRow], reference: MeasuredRow | None, protocols: Protocols, *, made_by: str
) -> Comparison:
    """Put the comparison together.

    Parameters
    ----------
    rows
        All rows, in the order of the table.
    reference
        The row that photo rows are compared with; None where it was not measured.
    protocols
        How the figures were measured, in words.
    made_by
        The command that ran it.
    """
    others = [row for row in rows if row.plan.kind == "photo" and row is not reference]
    return Comparison(
        made_by=made_by,
        protocols=protocols,
        rows=tuple(row.summarise() for row in rows),
        differences=() if reference is None else tuple(_differences(others, reference)),
        order=tuple(_order(rows)),
    )


def _differences(rows: Iterable[MeasuredRow], reference: MeasuredRow) -> Iterator[Difference]:
    """Paired differences of each row to the reference, on each data set and by each measure."""
    for row in rows:
        for data in REFERENCE_DATA:
            if data in row.scores and data in reference.scores:
                for by in MEASURES:
                    found = paired_difference(row.scores[data], reference.scores[data], by)
                    yield Difference(
                        row=row.plan.name,
                        to=_REFERENCE,
                        data=data,
                        measure=by,
                        difference=round(found.mean, DECIMALS),
                        interval=_rounded(found),
                    )


def _rounded(found: PairedDifference) -> tuple[float, float]:
    low, high = found.interval
    return round(low, DECIMALS), round(high, DECIMALS)


def _order(rows: Sequence[MeasuredRow]) -> list[str]:
    """Pairs of rows in another order than reported, one text for each reason."""
    known = [row for row in rows if row.plan.section == "comparison" and "demo" in row.scores]
    pairs: dict[str, list[str]] = {}
    for pair in combinations(known, 2):
        lower, higher = sorted(pair, key=_reported)
        if found := _reversed_pair(lower, higher):
            pairs.setdefault(_reason(lower, higher), []).append(found)
    return [f"{reason} {'; '.join(found)}." for reason, found in pairs.items()]


def _reported(row: MeasuredRow) -> float:
    return row.plan.reported.f1 if row.plan.reported else 0.0


def _demo_f1(row: MeasuredRow) -> str:
    return f"{round(row.scores['demo'].mean('f1'), DECIMALS):.3f}"


def _reversed_pair(lower: MeasuredRow, higher: MeasuredRow) -> str:
    """Two rows of which `higher` was reported above and measured below, in words; empty otherwise."""
    if not _reported(lower) < _reported(higher):
        return ""
    found = paired_difference(lower.scores["demo"], higher.scores["demo"], "f1")
    if found.mean <= 0:
        return ""
    low, high = _rounded(found)
    weight = "significant" if found.is_significant else "not significant"
    return (
        f"{lower.plan.name} (reported {_reported(lower):.3f}, here {_demo_f1(lower)}) above "
        f"{higher.plan.name} ({_reported(higher):.3f}, {_demo_f1(higher)}): difference "
        f"{found.mean:.3f} [{low:.3f}, {high:.3f}], {weight}"
    )


def _reason(lower: MeasuredRow, higher: MeasuredRow) -> str:
    """Why the order of two rows may differ from the reported one."""
    if higher.plan.key.startswith("softmax"):
        return (
            "The reported figures of softmax are accuracies on the classes of its training; here it retrieves products "
            "that are not in its training, which its loss does not optimise."
        )
    if lower.plan.kind == "title" and higher.plan.kind != "title":
        return (
            "The reported figures of titles are from a catalogue of 34,250 listings and fall by about 0.045 with each "
            f"doubling of the catalogue; the catalogue here has {lower.scores['demo'].n:,}."
        )
    if higher.plan.key == f"{lower.plan.key}_sampler":
        return (
            "The weighted sampler balances classes of different sizes; in the demo catalogue most classes have two or "
            "three listings, so that its effect is small."
        )
    return "Each figure was reported under its own protocol and on its own data."
