"""The comparison of all methods: the one model that is measured into, written, read, rendered and shown."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, ConfigDict, Field
from pydantic.dataclasses import dataclass

from product_matching.errors import InputError
from product_matching.files import read_json
from product_matching.metrics.retrieval import Measure, QueryScores
from product_matching.validation import Count, Number, Share, Text, validate

COMPARISON_FORMAT = 1
MAX_COMPARISON_BYTES = 4_000_000
#: Most rows, differences and sentences that a comparison can have.
MAX_ENTRIES = 500
DECIMALS = 4

Kind = Literal["photo", "title", "photo+title"]
ReportedMeasure = Literal["F1", "accuracy"]
Section = Literal["comparison", "beyond", "baseline", "shipped"]
#: The data that methods are compared on: fields of `Row`.
DataName = Literal["demo", "groceries", "groceries_full"]
DATA_SETS: tuple[DataName, ...] = get_args(DataName)


def _check_order(bounds: tuple[float, float]) -> tuple[float, float]:
    if bounds[0] > bounds[1]:
        raise ValueError(f"its interval is {list(bounds)}, but must be a lower and an upper bound")
    return bounds


_Change = Annotated[Number, Field(ge=-1, le=1)]
Interval = Annotated[tuple[Share, Share], AfterValidator(_check_order)]
_ChangeInterval = Annotated[tuple[_Change, _Change], AfterValidator(_check_order)]
_Distance = Annotated[Number, Field(ge=0, le=2)]
_CONFIG = ConfigDict(extra="forbid")


@dataclass(frozen=True)
class Figure:
    """A figure, from 0 to 1 (a difference of two: from -1 to 1), and its 95 % interval if it has one."""

    value: float
    interval: tuple[float, float] | None = None

    def __str__(self) -> str:
        """The figure with three decimals, its interval in brackets."""
        if self.interval is None:
            return f"{self.value:.3f}"
        return f"{self.value:.3f} [{self.interval[0]:.3f}, {self.interval[1]:.3f}]"


@dataclass(frozen=True, config=_CONFIG)
class Reported:
    """A figure as it was reported elsewhere, the protocol that it belongs to, in words, and what it measures.

    It stands under `f1` beside the F1 of the other rows also where it is an accuracy.
    """

    f1: Share
    protocol: Text
    measure: ReportedMeasure = "F1"

    @property
    def figure(self) -> Figure:
        """The figure."""
        return Figure(self.f1)

    def __str__(self) -> str:
        """The figure, with what it measures where that is no F1."""
        return str(self.figure) if self.measure == "F1" else f"{self.figure} ({self.measure})"


@dataclass(frozen=True, kw_only=True, config=_CONFIG)
class Reproduced:
    """A reported F1 made again here under its own protocol, in a catalogue of `n` listings."""

    f1: Share
    interval: Interval
    protocol: Text
    n: Count

    @property
    def figure(self) -> Figure:
        """The F1 with its interval."""
        return Figure(self.f1, self.interval)


@dataclass(frozen=True, kw_only=True, config=_CONFIG)
class Scores:
    """Means of one method on one data set, with 95 % bootstrap intervals; None for what was not measured.

    Attributes
    ----------
    f1, recall_at_1, map_at_r
        The measures; see `QueryScores`.
    threshold
        Cosine distance, chosen on other listings; None for a method without a single one.
    n, queries
        Listings of the catalogue, and those of them that were looked up.
    """

    f1: Share | None = None
    f1_interval: Interval | None = None
    recall_at_1: Share | None = None
    recall_at_1_interval: Interval | None = None
    map_at_r: Share | None = None
    map_at_r_interval: Interval | None = None
    threshold: _Distance | None = None
    n: Count
    queries: Count

    @classmethod
    def of(cls, found: QueryScores, *, decimals: int = DECIMALS, with_threshold: bool = True) -> Scores:
        """Take the means and intervals of scored queries, and their threshold where it is one that a reader can use."""

        def bounds(measure: Measure) -> tuple[float, float]:
            low, high = found.interval(measure)
            return round(low, decimals), round(high, decimals)

        return cls(
            f1=round(found.mean("f1"), decimals),
            f1_interval=bounds("f1"),
            recall_at_1=round(found.mean("recall_at_1"), decimals),
            recall_at_1_interval=bounds("recall_at_1"),
            map_at_r=round(found.mean("map_at_r"), decimals),
            map_at_r_interval=bounds("map_at_r"),
            threshold=round(found.threshold, decimals) if with_threshold else None,
            n=found.n,
            queries=found.n_queries,
        )

    def figure(self, measure: Measure) -> Figure | None:
        """The figure by one measure."""
        figures: dict[Measure, tuple[float | None, tuple[float, float] | None]] = {
            "f1": (self.f1, self.f1_interval),
            "recall_at_1": (self.recall_at_1, self.recall_at_1_interval),
            "map_at_r": (self.map_at_r, self.map_at_r_interval),
        }
        value, interval = figures[measure]
        return None if value is None else Figure(value, interval)


@dataclass(frozen=True, kw_only=True, config=_CONFIG)
class Row:
    """One method: its description, and its scores on each data set; None where it was not measured."""

    name: Text
    kind: Kind
    section: Section
    remark: Text = ""
    reported: Reported | None = None
    reproduced: Reproduced | None = None
    demo: Scores | None = None
    groceries: Scores | None = None
    groceries_full: Scores | None = None

    def scores(self, data: DataName) -> Scores | None:
        """The scores on one of `DATA_SETS`."""
        by_name = {"demo": self.demo, "groceries": self.groceries, "groceries_full": self.groceries_full}
        return by_name[data]

    def figure(self, data: DataName, measure: Measure) -> Figure | None:
        """The figure by one measure on one of `DATA_SETS`."""
        scores = self.scores(data)
        return None if scores is None else scores.figure(measure)


@dataclass(frozen=True, kw_only=True, config=_CONFIG)
class Difference:
    """Difference of the method `row` to the method `to` on the same queries, with its 95 % interval."""

    row: Text
    to: Text
    data: DataName
    measure: Measure
    difference: _Change
    interval: _ChangeInterval

    @property
    def figure(self) -> Figure:
        """The difference with its interval."""
        return Figure(self.difference, self.interval)


@dataclass(frozen=True, kw_only=True, config=_CONFIG)
class Protocols:
    """The protocol of each column, in words."""

    reported: Text
    reproduced: Text
    demo: Text
    groceries: Text


@dataclass(frozen=True, kw_only=True, config=_CONFIG)
class Comparison:
    """All methods with their figures.

    Attributes
    ----------
    made_by
        The command that made it.
    protocols
        How the figures were measured.
    rows, differences
        The methods, and paired differences between them.
    order
        Where the order of the methods differs from the reported one, a sentence each.
    """

    made_by: Text
    protocols: Protocols
    rows: Annotated[tuple[Row, ...], Field(max_length=MAX_ENTRIES)]
    differences: Annotated[tuple[Difference, ...], Field(max_length=MAX_ENTRIES)] = ()
    order: Annotated[tuple[Text, ...], Field(max_length=MAX_ENTRIES)] = ()

    def to_json(self) -> str:
        """The text of the file that `read_comparison` reads."""
        return json.dumps({"format": COMPARISON_FORMAT, **asdict(self)}, indent=1, ensure_ascii=False) + "\n"


def read_comparison(path: Path) -> Comparison | None:
    """Read a comparison; None where there is no such file.

    Raises
    ------
    InputError
        The file cannot be read or does not hold a comparison; the sentence names the place in it and the value.
    """
    if not path.exists():
        return None
    content = read_json(path, max_bytes=MAX_COMPARISON_BYTES)
    version = content.pop("format", None) if isinstance(content, dict) else COMPARISON_FORMAT
    if version != COMPARISON_FORMAT:
        raise InputError(f"{path} has format {version!r:.40}, but this version reads {COMPARISON_FORMAT}.")
    return validate(Comparison, content, path.name)
