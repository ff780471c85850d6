"""The finished table: rows with their scores, paired differences, and where our order is another than the reported."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from product_matching.comparison.reported import RowPlan
from product_matching.comparison.scores import QueryScores, difference, rounded
from product_matching.store.comparison import DATA_SETS, MEASURES
from product_matching.store.comparison_file import COMPARISON_FORMAT

#: Data sets on which photo rows are held against the untrained backbone.
HELD_AGAINST = ("demo", "groceries")
_REFERENCE = "untrained backbone"


@dataclass(frozen=True, eq=False)
class Row:
    """A row of the comparison.

    Attributes
    ----------
    plan
        What it is, and what was reported.
    remark
        What it was here, in words.
    scores
        By name of the data set; one that is missing was not measured.
    reproduced
        The reported figure made again under its own protocol; None where that was not possible.
    """

    plan: RowPlan
    remark: str = ""
    scores: dict[str, QueryScores] = field(default_factory=dict)
    reproduced: dict[str, Any] | None = None

    def to_json(self) -> dict[str, Any]:
        """Plain values by name."""
        plan, reported = self.plan, self.plan.reported
        return {
            "name": plan.name,
            "kind": plan.kind,
            "section": plan.section,
            "remark": self.remark,
            "reported": None if reported is None else {"f1": reported.f1, "protocol": reported.protocol},
            "reproduced": self.reproduced,
            **{name: self.scores[name].to_json() if name in self.scores else None for name in DATA_SETS},
        }


@dataclass(frozen=True, eq=False)
class Comparison:
    """All rows, with the row that photo rows are held against (None where it is missing)."""

    rows: tuple[Row, ...]
    reference: Row | None
    protocols: dict[str, str]

    def to_json(self, made_by: str) -> dict[str, Any]:
        """The whole comparison as plain values, as the app reads it."""
        return {
            "format": COMPARISON_FORMAT,
            "made_by": made_by,
            "protocols": self.protocols,
            "rows": [row.to_json() for row in self.rows],
            "differences": self.differences(),
            "order": self.order(),
        }

    def differences(self) -> list[dict[str, Any]]:
        """Paired differences of every photo row to the reference, on each data set and in each measure."""
        if self.reference is None:
            return []
        others = [row for row in self.rows if row.plan.kind == "photo" and row is not self.reference]
        return [entry for row in others for entry in _differences(row, self.reference)]

    def order(self) -> list[str]:
        """Pairs of rows that stand the other way round here than where they were reported: a text for each reason."""
        rows = [row for row in self.rows if row.plan.section == "comparison" and "demo" in row.scores]
        pairs: dict[str, list[str]] = {}
        for pair in combinations(rows, 2):
            lower, higher = sorted(pair, key=_reported)
            if found := _turned_round(lower, higher):
                pairs.setdefault(_reason(lower, higher), []).append(found)
        return [f"{reason} {'; '.join(found)}." for reason, found in pairs.items()]


def _differences(row: Row, reference: Row) -> list[dict[str, Any]]:
    entries = []
    for data in HELD_AGAINST:
        if data not in row.scores or data not in reference.scores:
            continue
        for name in MEASURES:
            found = difference(row.scores[data], reference.scores[data], name)
            entry = {"row": row.plan.name, "to": _REFERENCE, "data": data, "measure": name}
            entries.append(entry | {"difference": round(found.difference, 4), "interval": rounded(found.interval)})
    return entries


def _reported(row: Row) -> float:
    return row.plan.reported.f1 if row.plan.reported else 0.0


def _turned_round(lower: Row, higher: Row) -> str:
    """What to say of two rows, of which `higher` was reported above; nothing where it stands above here, too."""
    if not _reported(lower) < _reported(higher):
        return ""
    found = difference(lower.scores["demo"], higher.scores["demo"], "f1")
    if found.difference <= 0:
        return ""
    low, high = rounded(found.interval)
    weight = "more than its interval leaves to chance" if found.is_sure else "within its interval"
    return (
        f"{lower.plan.name} (reported {_reported(lower):.3f}, here {lower.scores['demo'].mean('f1'):.3f}) above "
        f"{higher.plan.name} ({_reported(higher):.3f}, {higher.scores['demo'].mean('f1'):.3f}): difference "
        f"{found.difference:.3f} [{low:.3f}, {high:.3f}], {weight}"
    )


def _reason(lower: Row, higher: Row) -> str:
    """Why two rows may stand the other way round."""
    if higher.plan.key.startswith("softmax"):
        return (
            "The reported figures of softmax are accuracies on classes that it was trained on; here it retrieves "
            "products that it has not seen, which nothing in its loss prepares for."
        )
    if lower.plan.kind == "title" and higher.plan.kind != "title":
        return (
            f"The reported figures of titles are from a catalogue of 34,250, and theirs fall by about 0.045 with each "
            f"doubling of it; here they stand in one of {lower.scores['demo'].n:,}."
        )
    if higher.plan.key == f"{lower.plan.key}_sampler":
        return (
            "The weighted sampler evens out the sizes of classes; in the demo catalogue most are pairs and triples, "
            "which leaves it little to do."
        )
    return "Each figure was reported under a protocol and on data of its own."
