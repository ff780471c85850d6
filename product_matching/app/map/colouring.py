"""What the points of the map are coloured by."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from product_matching.app.components.map import CATEGORIES, STEPS, LegendEntry
from product_matching.app.shared.columns import column_label, told_names, value_text
from product_matching.app.shared.gallery import listing_name
from product_matching.app.shared.wording import shorten
from product_matching.search.neighbours import Neighbours
from product_matching.store.bundle import Bundle
from product_matching.workflows.catalogue_groups import CatalogueGroups
from product_matching.workflows.map_listings import nearest_distances

#: Colourings that are none of a column.
GROUPS, LABELS, NEAREST = "groups", "labels", "nearest"
_COLUMN = "column "
#: Different values that a column may have to colour by it, and characters of a label.
_VALUES, _LABEL_CHARS = range(2, 201), 34
_OTHER, _NONE = CATEGORIES, CATEGORIES + 1
#: Shares of the threshold, and probabilities, that the steps of the nearest other listing begin at.
_NEAR = (
    ("Alone", 1.5),
    ("Just beyond the limit", 1.25),
    ("Counts as a match", 1.0),
    ("Very near", 0.5),
    ("The same", 0.02),
)
_SURE = (
    ("Under 10 % sure", 0.0),
    ("10 to 50 % sure", 0.1),
    ("50 to 90 % sure", 0.5),
    ("90 to 99 % sure", 0.9),
    ("99 % sure or more", 0.99),
)


@dataclass(frozen=True, kw_only=True, eq=False)
class Colouring:
    """The colours of all listings.

    Attributes
    ----------
    kind
        ``"categories"`` or ``"scale"`` (see `draw_map`).
    colours
        Index of the colour of each listing; shape (N,).
    labels
        What each index means, in the order of the legend.
    """

    kind: str
    colours: npt.NDArray[np.uint8]
    labels: dict[int, str]

    def legend(self, rows: npt.NDArray[np.int64]) -> list[LegendEntry]:
        """What the colours of some rows mean; one that none of them has is left out."""
        counts = np.bincount(self.colours[rows], minlength=CATEGORIES + 2)
        return [
            LegendEntry(label=label, count=int(counts[colour]), colour=colour)
            for colour, label in self.labels.items()
            if counts[colour]
        ]


def colour_choices(bundle: Bundle, *, grouped: bool) -> dict[str, str]:
    """What a catalogue can be coloured by, with its name; the first suits it best."""
    names = told_names([str(name) for name in bundle.listings])
    columns = {f"{_COLUMN}{name}": column_label(name) for name in names if _is_few(bundle.listings[name])}
    found = {GROUPS: "Groups found"} if grouped else {}
    labels = {LABELS: "Label groups"} if bundle.labels is not None else {}
    return {**columns, **found, **labels, NEAREST: "Nearest listing"}


def _is_few(column: pd.Series) -> bool:
    if column.nunique() not in _VALUES:
        return False
    return 5 * column.nunique() <= len(column) and "price" not in str(column.name).lower()


def by_column(bundle: Bundle, choice: str) -> Colouring:
    """Colour by the most frequent values of a column, as `colour_choices` names it."""
    name = choice.removeprefix(_COLUMN)
    values = [value_text(name, value) if value not in (None, "") else "" for value in bundle.listings[name].fillna("")]
    return _by_values(
        np.array(values, dtype=object), lambda value, row: column_label(value), "Other values", "Without one"
    )


def by_labels(bundle: Bundle) -> Colouring:
    """Colour by the largest label groups, each named by its first listing."""
    labels = bundle.labels
    if labels is None:
        raise ValueError("the bundle has no label groups")
    return _by_values(labels, lambda value, row: _name(bundle, row), "Other groups", "No label")


def by_groups(bundle: Bundle, found: CatalogueGroups) -> Colouring:
    """Colour by the largest groups that were found, each named by its first listing."""
    values = np.full(len(bundle), "", dtype=object)
    for group in found.groups:
        values[list(group.rows)] = str(group.rows[0])
    return _by_values(values, lambda value, row: _name(bundle, row), "Other groups", "In no group")


def _name(bundle: Bundle, row: int) -> str:
    return listing_name(bundle.listing(row))


def _by_values(values: npt.NDArray[np.object_], name: Callable[[str, int], str], other: str, none: str) -> Colouring:
    """Colour by the most frequent values, "" being none; `name` says what a value is called, given its first row."""
    codes, uniques = pd.factorize(pd.Series(values, dtype=object).where(values != "", None))
    counts = np.bincount(codes[codes >= 0], minlength=len(uniques))
    largest = np.argsort(-counts, kind="stable")[:CATEGORIES]
    colour_of = np.full(len(uniques) + 1, _OTHER, dtype=np.uint8)
    colour_of[largest], colour_of[-1] = np.arange(len(largest)), _NONE  # code -1 is no value
    first = {int(code): int(np.argmax(codes == code)) for code in largest}
    labels = {
        place: shorten(name(str(uniques[code]), first[int(code)]), _LABEL_CHARS) for place, code in enumerate(largest)
    }
    return Colouring(kind="categories", colours=colour_of[codes], labels={**labels, _OTHER: other, _NONE: none})


def by_probability(scored: Neighbours) -> Colouring:
    """Colour by the probability of the likeliest duplicate of each listing."""
    likeliest = 1.0 - nearest_distances(scored)
    steps = np.searchsorted([least for _, least in _SURE], likeliest, side="right") - 1
    return _scale(np.clip(steps, 0, STEPS - 1), [label for label, _ in _SURE], np.zeros(len(likeliest), dtype=np.bool_))


def by_distance(nearest: npt.NDArray[np.float64], threshold: float) -> Colouring:
    """Colour by the distance of the nearest other listing, beside the threshold of a match; NaN for no vector."""
    steps = sum((nearest <= share * threshold).astype(np.int64) for _, share in _NEAR[1:])
    return _scale(np.asarray(steps), [label for label, _ in _NEAR], np.isnan(nearest))


def _scale(steps: npt.NDArray[np.int64], names: Sequence[str], left_out: npt.NDArray[np.bool_]) -> Colouring:
    colours = np.where(left_out, STEPS + 1, steps).astype(np.uint8)
    return Colouring(kind="scale", colours=colours, labels=dict(reversed(list(enumerate(names)))))
