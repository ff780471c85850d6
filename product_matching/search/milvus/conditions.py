"""Conditions on the columns of listings, as filter expressions of Milvus."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import Literal

from product_matching.errors import InputError
from product_matching.search.milvus.layout import Layout

Operator = Literal["==", "!=", "<", "<=", ">", ">="]


@dataclass(frozen=True)
class Condition:
    """A comparison of one column with a value; a listing without a value there does not meet it.

    Attributes
    ----------
    column, operator, value
        As in ``Condition("price", "<=", 50_000)``. A column of numbers takes a number, one of texts a text.
    """

    column: str
    operator: Operator
    value: str | float


def filter_expression(conditions: list[Condition], layout: Layout) -> str:
    """The filter that all conditions together are; "" for none.

    Parameters
    ----------
    conditions
        The conditions.
    layout
        Of the collection that is searched.

    Raises
    ------
    InputError
        The collection has no such column, or the value is not of its kind.

    Examples
    --------
    >>> layout = Layout(dimension=8, titles=False, columns={"price": "number", "brand": "text"})
    >>> filter_expression([Condition("price", "<=", 50), Condition("brand", "==", "Acme")], layout)
    'price <= 50.0 and brand == "Acme"'
    """
    return " and ".join(_expression(each, layout) for each in conditions)


def _expression(condition: Condition, layout: Layout) -> str:
    kind = layout.columns.get(condition.column)
    if kind is None:
        there = ", ".join(layout.columns) or "none"
        raise InputError(f"There is no column {condition.column!r:.80} to filter by; there are {there}.")
    is_text = isinstance(condition.value, str)
    if is_text != (kind == "text") or (not is_text and not math.isfinite(float(condition.value))):
        raise InputError(f"The column {condition.column} is compared with a {kind}, not with {condition.value!r:.80}.")
    value = json.dumps(condition.value, ensure_ascii=False) if is_text else repr(float(condition.value))
    return f"{condition.column} {condition.operator} {value}"
