"""The columns of a catalogue as people read them: everyday ones first, those of the files left out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from product_matching.app.shared.wording import readable_title, shorten
from product_matching.workflows.find import plain_value

#: What a search adds to the columns of a listing.
OF_SEARCH = ("photo_distance", "title_distance", "by", "coverage", "missing")
#: Columns that name files and their content, which tell a reader nothing, and the product, which a reader is to tell;
#: id and title have places of their own.
_NOT_TOLD = frozenset(
    {"posting_id", "title", "image", "image_phash", "photo_md5", "photo_sha256", "label_group"}
) | frozenset(OF_SEARCH)
#: Words in the names of columns that come first, in this order, and of those that come last.
_FIRST = ("price", "seller", "shop", "store", "brand")
_LAST = ("part",)
#: Columns on a card, and letters of each.
_CARD_COLUMNS, _CARD_CHARS = 3, 40


def told_names(names: list[str]) -> list[str]:
    """Names of the columns that are shown, those that people ask for first coming first."""
    told = [name for name in names if name not in _NOT_TOLD]
    return sorted(told, key=_rank)  # stable: the others stay in the catalogue's order


def told_columns(record: Mapping[str, Any]) -> dict[str, str]:
    """What is shown of a listing beside its title: each column that has a value, as text, in the order of reading."""
    values = {name: plain_value(record[name]) for name in told_names([str(name) for name in record])}
    return {name: value_text(name, value) for name, value in values.items() if value not in (None, "")}


def column_label(name: str) -> str:
    """The name of a column as a heading: ``shop_name`` is "Shop name"."""
    words = " ".join(name.replace("_", " ").split())
    return words[:1].upper() + words[1:]


def value_text(name: str, value: Any) -> str:
    """A value as people write it: a price with thousands separators, a text in single spaces."""
    text = readable_title(str(value))
    if "price" not in name.lower():
        return text
    try:
        return f"{float(text):,.2f}".removesuffix(".00")
    except ValueError:
        return text


def _rank(name: str) -> int:
    lower = name.lower()
    if lower in _LAST:
        return len(_FIRST) + 1
    return next((place for place, word in enumerate(_FIRST) if word in lower), len(_FIRST))


def card_lines(record: Mapping[str, Any]) -> list[str]:
    """The first columns of a listing as lines of a card, each with its name."""
    told = {name: value for name, value in told_columns(record).items() if name.lower() not in _LAST}
    return [f"{column_label(name)} {shorten(value, _CARD_CHARS)}" for name, value in list(told.items())[:_CARD_COLUMNS]]
