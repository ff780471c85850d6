"""The comparison table: what methods are compared, on what, and how well they do."""

from __future__ import annotations

from dataclasses import dataclass

SECTIONS = ("comparison", "beyond", "baseline", "shipped")
#: The measures of `Scores`.
MEASURES = ("f1", "recall_at_1", "map_at_r")
#: The data that methods are compared on: fields of `Row`.
DATA_SETS = ("demo", "groceries", "groceries_full")


@dataclass(frozen=True)
class Figure:
    """A measured figure, from 0 to 1 (a difference of two: from -1 to 1), and its 95 % interval if it has one."""

    value: float
    interval: tuple[float, float] | None = None


@dataclass(frozen=True)
class ForeignFigure:
    """A mean F1 that was measured under a protocol of its own: by others, or here as they did it."""

    f1: Figure
    protocol: str
    n: int | None = None


@dataclass(frozen=True)
class Scores:
    """Figures of one method on one data set; None for a measure that it has none of.

    Attributes
    ----------
    f1, recall_at_1, map_at_r
        The measures.
    n, queries
        Listings of the catalogue, and those of them that were looked up.
    threshold
        Cosine distance, chosen on other listings; None for a method without one.
    """

    f1: Figure | None
    recall_at_1: Figure | None
    map_at_r: Figure | None
    n: int
    queries: int
    threshold: float | None = None

    def figure(self, measure: str) -> Figure | None:
        """The figure of one of `MEASURES`."""
        return {"f1": self.f1, "recall_at_1": self.recall_at_1, "map_at_r": self.map_at_r}[measure]


@dataclass(frozen=True)
class Row:
    """One method: what is said of it, and how it does."""

    name: str
    kind: str
    section: str
    remark: str
    reported: ForeignFigure | None
    reproduced: ForeignFigure | None
    demo: Scores | None
    groceries: Scores | None
    groceries_full: Scores | None

    def scores(self, data: str) -> Scores | None:
        """The scores on one of `DATA_SETS`."""
        return {"demo": self.demo, "groceries": self.groceries, "groceries_full": self.groceries_full}[data]

    def figure(self, data: str, measure: str) -> Figure | None:
        """The figure of one of `MEASURES` on one of `DATA_SETS`."""
        scores = self.scores(data)
        return None if scores is None else scores.figure(measure)


@dataclass(frozen=True)
class Difference:
    """How much better one method is than another on the same queries."""

    row: str
    to: str
    data: str
    measure: str
    difference: Figure


@dataclass(frozen=True)
class Comparison:
    """The table.

    Attributes
    ----------
    made_by
        The command that made it.
    protocols
        How the figures were measured, in words, by ``demo``, ``groceries``, ``reported`` and ``reproduced``.
    rows, differences
        The methods, and paired differences between them.
    order
        Where the order of the methods differs from the reported one, a sentence each.
    """

    made_by: str
    protocols: dict[str, str]
    rows: tuple[Row, ...]
    differences: tuple[Difference, ...]
    order: tuple[str, ...]
