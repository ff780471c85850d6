"""The comparison table on disk: figures of all methods as JSON, read without trusting a single value."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from product_matching.errors import InputError
from product_matching.store.comparison import (
    DATA_SETS,
    MEASURES,
    SECTIONS,
    Comparison,
    Difference,
    Figure,
    ForeignFigure,
    Row,
    Scores,
)

COMPARISON_FORMAT = 1
MAX_COMPARISON_BYTES = 4_000_000
#: Most rows, differences and sentences that a table can have.
MAX_ENTRIES = 500
MAX_TEXT_CHARS = 4_000
_PROTOCOLS = ("demo", "groceries", "reported", "reproduced")


def read_comparison(path: Path) -> Comparison | None:
    """Read the table; None where there is no such file.

    Raises
    ------
    InputError
        The file cannot be read or does not hold such a table; the sentence names the place in it and the value.
    """
    try:
        with path.open("rb") as stream:
            content = stream.read(MAX_COMPARISON_BYTES + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise InputError(f"{path.name} cannot be read ({error.strerror}).") from error
    if len(content) > MAX_COMPARISON_BYTES:
        raise InputError(f"{path.name} is too large: a comparison has at most {MAX_COMPARISON_BYTES:,} bytes.")
    try:
        table = json.loads(content.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path.name} is not JSON in UTF-8 ({error!s:.80}).") from error
    return _comparison(_object(table, path.name), path.name)


def _comparison(table: dict[str, Any], where: str) -> Comparison:
    if table.get("format") != COMPARISON_FORMAT:
        raise InputError(f"{where} has format {table.get('format')!r:.40}, but this version reads {COMPARISON_FORMAT}.")
    protocols = _object(table.get("protocols"), f"{where}: protocols")
    rows = _list(table, "rows", where)
    differences = _list(table, "differences", where)
    return Comparison(
        made_by=_text(table, "made_by", where),
        protocols={name: _text(protocols, name, f"{where}: protocols") for name in _PROTOCOLS},
        rows=tuple(_row(entry, f"{where}: row {number}") for number, entry in enumerate(rows, 1)),
        differences=tuple(
            _difference(entry, f"{where}: difference {number}") for number, entry in enumerate(differences, 1)
        ),
        order=tuple(_text({"entry": entry}, "entry", f"{where}: order") for entry in _list(table, "order", where)),
    )


def _row(entry: object, where: str) -> Row:
    row = _object(entry, where)
    scores = {data: read_scores(row.get(data), f"{where}, {data}") for data in DATA_SETS}
    return Row(
        name=_text(row, "name", where),
        kind=_text(row, "kind", where),
        section=_word(row, "section", SECTIONS, where),
        remark=_text(row, "remark", where),
        reported=_foreign(row.get("reported"), f"{where}, reported"),
        reproduced=_foreign(row.get("reproduced"), f"{where}, reproduced"),
        **scores,
    )


def _foreign(entry: object, where: str) -> ForeignFigure | None:
    if entry is None:
        return None
    fields = _object(entry, where)
    n = None if fields.get("n") is None else _count(fields, "n", where)
    f1 = _figure(fields.get("f1"), fields.get("interval"), f"{where}: f1")
    return ForeignFigure(f1, _text(fields, "protocol", where), n)


def read_scores(entry: object, where: str) -> Scores | None:
    """Read the scores of a method on one data set, as they stand in JSON; None where there are none.

    Raises
    ------
    InputError
        A field is missing or has a value that it cannot have; the sentence begins with `where`.
    """
    if entry is None:
        return None
    fields = _object(entry, where)
    figures = {
        name: _figure(fields[name], fields.get(f"{name}_interval"), f"{where}: {name}")
        for name in MEASURES
        if fields.get(name) is not None
    }
    threshold = fields.get("threshold")
    if threshold is not None:
        threshold = _number(threshold, f"{where}: threshold", 0, 2)
    n, queries = _count(fields, "n", where), _count(fields, "queries", where)
    return Scores(figures.get("f1"), figures.get("recall_at_1"), figures.get("map_at_r"), n, queries, threshold)


def _difference(entry: object, where: str) -> Difference:
    fields = _object(entry, where)
    return Difference(
        row=_text(fields, "row", where),
        to=_text(fields, "to", where),
        data=_word(fields, "data", DATA_SETS, where),
        measure=_word(fields, "measure", MEASURES, where),
        difference=_figure(fields.get("difference"), fields.get("interval"), f"{where}: difference", lowest=-1),
    )


def _figure(value: object, interval: object, where: str, lowest: float = 0) -> Figure:
    number = _number(value, where, lowest, 1)
    if interval is None:
        return Figure(number)
    if not isinstance(interval, list) or len(interval) != 2:
        raise InputError(f"{where}: its interval is {interval!r:.80}, but must be two numbers.")
    low, high = (_number(bound, f"{where}: a bound of its interval", lowest, 1) for bound in interval)
    if low > high:
        raise InputError(f"{where}: its interval is {interval!r:.80}, but must be a lower and an upper bound.")
    return Figure(number, (low, high))


def _number(value: object, where: str, low: float, high: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InputError(f"{where} is {value!r:.80}, but must be a number.")
    if not low <= value <= high:
        raise InputError(f"{where} is {value!r:.80}, but must be from {low:g} to {high:g}.")
    return float(value)


def _count(fields: dict[str, Any], name: str, where: str) -> int:
    value = fields.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 10**12:
        raise InputError(f"{where}: {name} is {value!r:.80}, but must be a whole number from 0.")
    return value


def _text(fields: dict[str, Any], name: str, where: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str) or len(value) > MAX_TEXT_CHARS:
        limit = f"a text of at most {MAX_TEXT_CHARS:,} characters"
        raise InputError(f"{where}: {name} is {value!r:.80}, but must be {limit}.")
    return value


def _word(fields: dict[str, Any], name: str, accepted: tuple[str, ...], where: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str) or value not in accepted:
        raise InputError(f"{where}: {name} is {value!r:.80}, but must be one of {', '.join(accepted)}.")
    return value


def _list(fields: dict[str, Any], name: str, where: str) -> list[Any]:
    value = fields.get(name)
    if not isinstance(value, list) or len(value) > MAX_ENTRIES:
        raise InputError(f"{where}: {name} is {value!r:.80}, but must be a list of at most {MAX_ENTRIES} entries.")
    return value


def _object(value: object, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise InputError(f"{where} is {value!r:.80}, but must be a JSON object.")
    return value
