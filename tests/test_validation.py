"""What does not fit a typed model is one sentence with origin, field, value and what is accepted."""

from __future__ import annotations

from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field
from pydantic.dataclasses import dataclass

from product_matching.errors import InputError
from product_matching.validation import Count, Name, Number, Sha256, Share, Text, validate


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class Part:
    size: Annotated[Number, Field(gt=0, le=10)]
    word: Literal["a", "b"] = "a"


class Whole(BaseModel, extra="forbid"):
    name: Name
    n: Count = 0
    share: Share = 0.5
    digest: Sha256 = "0" * 64
    text: Text = ""
    flag: Annotated[bool, Field(strict=True)] = False
    parts: list[Part] = Field(default=[], max_length=2)
    pair: tuple[Number, Number] | None = None
    named: dict[str, Part] = {}


def test_a_value_that_fits_becomes_the_typed_object() -> None:
    value = {"name": "x", "parts": [{"size": 3}], "pair": [1, 2.5], "named": {"p": {"size": 1, "word": "b"}}}
    whole = validate(Whole, value, "f.json")
    assert whole.parts == [Part(3.0)]
    assert whole.pair == (1.0, 2.5)
    assert whole.named["p"].word == "b"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"name": None}, "f.json: name is None, but must be a text."),
        ({"name": ""}, "f.json: name is '', but must be a text of at least 1 characters."),
        ({"n": -1}, "f.json: n is -1, but must be at least 0."),
        ({"n": "1"}, "f.json: n is '1', but must be a whole number."),
        ({"n": 1.0}, "f.json: n is 1.0, but must be a whole number."),
        ({"n": True}, "f.json: n is True, but must be a whole number."),
        ({"n": 10**12}, "f.json: n is 1000000000000, but must be below 1e+12."),
        ({"share": 1.5}, "f.json: share is 1.5, but must be at most 1."),
        ({"share": float("nan")}, "f.json: share is nan, but must be a finite number."),
        ({"digest": "0"}, "f.json: digest is '0', but must be a text of the pattern ^[0-9a-f]{64}$."),
        ({"digest": "0" * 64 + "\n"}, None),
        ({"text": 3}, "f.json: text is 3, but must be a text."),
        ({"flag": 1}, "f.json: flag is 1, but must be true or false."),
        ({"parts": 3}, "f.json: parts is 3, but must be a list."),
        ({"parts": [{"size": 1}] * 3}, None),
        ({"parts": [{"size": 1}, {"size": 0}]}, "f.json: parts[1].size is 0, but must be above 0."),
        ({"parts": [{}]}, "f.json: parts[0].size is missing."),
        ({"parts": [[]]}, "f.json: parts[0] is [], but must be an object."),
        ({"parts": [{"size": 1, "word": "c"}]}, "f.json: parts[0].word is 'c', but must be 'a' or 'b'."),
        ({"parts": [{"size": 1, "sise": 1}]}, "f.json: parts[0].sise is no field that is known here."),
        ({"pair": [1]}, "f.json: pair[1] is missing."),
        ({"pair": [1, float("inf")]}, "f.json: pair[1] is inf, but must be a finite number."),
        ({"named": {"p": {"size": "1"}}}, "f.json: named.p.size is '1', but must be a number."),
        ({"named": []}, "f.json: named is [], but must be an object."),
        ({"other": 1}, "f.json: other is no field that is known here."),
    ],
)
def test_what_does_not_fit_is_told_in_one_sentence(change: dict[str, object], sentence: str | None) -> None:
    with pytest.raises(InputError) as caught:
        validate(Whole, {"name": "x", **change}, "f.json")
    assert sentence is None or str(caught.value) == sentence
    assert str(caught.value).startswith("f.json: ")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("value", [None, [], "text", 3])
def test_a_value_that_is_no_object_is_told(value: object) -> None:
    with pytest.raises(InputError, match=r"f\.json is .*, but must be an object"):
        validate(Whole, value, "f.json")


def test_further_problems_are_counted_and_long_values_cut() -> None:
    with pytest.raises(InputError, match=r"n is -1, but .* \(2 further fields do not fit either\)\.$"):
        validate(Whole, {"name": "x", "n": -1, "share": 2, "flag": 0}, "f.json")
    with pytest.raises(InputError) as caught:
        validate(Whole, {"name": ["x" * 1000]}, "f.json")
    assert len(str(caught.value)) < 150
