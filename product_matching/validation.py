"""Values from outside checked against typed models (pydantic); an error is one sentence."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Annotated, Any, TypeVar

from pydantic import Field, TypeAdapter, ValidationError

from product_matching.errors import InputError

T = TypeVar("T")
#: Making one takes longer than a small check.
_adapter_of: Callable[[Any], TypeAdapter[Any]] = cache(TypeAdapter)

#: Kinds of fields, none of which takes a value of another type: 1 is no text, "1" no number, true no whole number.
Text = Annotated[str, Field(strict=True, max_length=4_000)]
Name = Annotated[str, Field(strict=True, min_length=1, max_length=200)]
Sha256 = Annotated[str, Field(strict=True, pattern="^[0-9a-f]{64}$")]
Count = Annotated[int, Field(strict=True, ge=0, lt=10**12)]
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Share = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=0, le=1)]

#: What a field must be, by pydantic's type of error; other errors keep pydantic's words.
_ACCEPTED = {
    "string_type": "a text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "finite_number": "a finite number",
    "bool_type": "true or false",
    "dict_type": "an object",
    "dataclass_type": "an object",
    "model_type": "an object",
    "list_type": "a list",
    "tuple_type": "a list",
    "greater_than": "above {gt:g}",
    "greater_than_equal": "at least {ge:g}",
    "less_than": "below {lt:g}",
    "less_than_equal": "at most {le:g}",
    "literal_error": "{expected}",
    "string_pattern_mismatch": "a text of the pattern {pattern}",
    "string_too_short": "a text of at least {min_length} characters",
    "string_too_long": "a text of at most {max_length} characters",
    "too_short": "of at least {min_length} entries",
    "too_long": "of at most {max_length} entries",
}


def validate(kind: type[T], value: object, origin: str) -> T:
    """Turn a value, as read from JSON or TOML, into a typed object.

    Parameters
    ----------
    kind
        A pydantic model or dataclass, or any type that pydantic supports.
    value
        What was read.
    origin
        What the sentence begins with: the name of the file.

    Raises
    ------
    InputError
        The value is not of that kind; the sentence names origin, field, value and what is accepted.
    """
    try:
        valid: T = _adapter_of(kind).validate_python(value)
    except ValidationError as error:
        raise InputError(describe_error(error, origin)) from error
    return valid


def describe_error(error: ValidationError, origin: str) -> str:
    """One sentence about the first thing that does not fit, and how many more there are."""
    problems = error.errors(include_url=False)
    more = f" ({len(problems) - 1} further fields do not fit either)" if len(problems) > 1 else ""
    return f"{origin}{_describe(problems[0])}{more}."


def _describe(problem: Any) -> str:
    kind, field = problem["type"], _field(problem["loc"])
    where = f": {field}" if field else ""
    if kind in ("missing", "missing_argument"):
        return f"{where} is missing"
    if kind in ("extra_forbidden", "unexpected_keyword_argument"):
        return f"{where} is no field that is known here"
    context = problem.get("ctx", {})
    if kind == "value_error":
        return f"{where}: {context['error']}"
    accepted = _ACCEPTED.get(kind)
    what = problem["msg"].removeprefix("Input should be ") if accepted is None else accepted.format(**context)
    return f"{where} is {problem['input']!r:.80}, but must be {what}"


def _field(location: tuple[int | str, ...]) -> str:
    """Name a field as it is written: ``photo_model.mean[2]``."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location).removeprefix(".")
