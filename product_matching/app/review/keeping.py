"""The rules of what is kept of a group: those that a catalogue offers, and as they stand in the address."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from product_matching.app.resources import BY_BUNDLE
from product_matching.store.bundle import PHOTO_SHA256, Bundle
from product_matching.workflows.representatives import Keep, KeepRule

#: Columns that no rule reads.
_NOT_RANKED = frozenset({"posting_id", "title", "image", "image_phash", "photo_md5", PHOTO_SHA256, "label_group"})
#: Between rules, between a rule and its column, and between a column and its value.
_NEXT, _COLUMN, _VALUE = ";", ":", "="
#: Of so many values a column offers one to prefer; of so many listings its kind is told.
_MOST_VALUES, _LOOKED_AT = 500, 200


def offered_rules(bundle: Bundle) -> list[Keep]:
    """The rules that a catalogue can answer, without those that prefer a value."""
    rules = [Keep(rule=KeepRule.fullest_title)] if bundle.has_title.any() else []
    if bundle.thumbnails is not None:
        rules.append(Keep(rule=KeepRule.best_photo))
    for name in _columns(bundle):
        values = bundle.listings[name].head(_LOOKED_AT)
        if "price" in name.lower() and pd.to_numeric(values, errors="coerce").notna().any():
            rules.append(Keep(rule=KeepRule.cheapest, column=name))
        elif _are_times(name, values):
            rules.append(Keep(rule=KeepRule.oldest, column=name))
    return rules


@st.cache_data(max_entries=8, show_spinner=False, hash_funcs=BY_BUNDLE)
def offered_values(bundle: Bundle) -> dict[str, list[str]]:
    """The values that can be preferred, by column: those of columns where several listings share one."""
    found = {}
    for name in _columns(bundle):
        values = bundle.listings[name].astype(str).str.strip()
        counts = values[values != ""].value_counts()
        if 1 < len(counts) <= _MOST_VALUES and counts.iloc[0] > 1:
            found[name] = [str(value) for value in counts.index]
    return found


def read_rules(text: str, bundle: Bundle) -> list[Keep]:
    """Read the rules of an address; what the catalogue cannot answer is left out."""
    offered, values = offered_rules(bundle), offered_values(bundle)
    rules = []
    for part in filter(None, text.split(_NEXT)):
        name, _, rest = part.partition(_COLUMN)
        column, _, value = rest.partition(_VALUE)
        if name not in set(KeepRule):
            continue
        keep = Keep(rule=KeepRule(name), column=column, value=value)
        if keep in offered or (keep.rule is KeepRule.preferred and value in values.get(column, [])):
            rules.append(keep)
    return rules


def unread_rules(text: str, bundle: Bundle) -> list[str]:
    """The parts of an address' rules that the catalogue cannot answer."""
    read = set(write_rules(read_rules(text, bundle)).split(_NEXT))
    return [part for part in text.split(_NEXT) if part and part not in read]


def write_rules(rules: list[Keep]) -> str:
    """Write rules as `read_rules` reads them."""
    parts = []
    for keep in rules:
        column = f"{_COLUMN}{keep.column}" if keep.column else ""
        parts.append(f"{keep.rule}{column}" + (f"{_VALUE}{keep.value}" if keep.value else ""))
    return _NEXT.join(parts)


def say_rule(keep: Keep) -> str:
    """A rule in words."""
    return {
        KeepRule.fullest_title: "Fullest title",
        KeepRule.best_photo: "Sharpest photo",
        KeepRule.cheapest: f"Lowest {keep.column}",
        KeepRule.oldest: f"Oldest by {keep.column}",
        KeepRule.preferred: f"{keep.column} is {keep.value}",
    }[keep.rule]


def _columns(bundle: Bundle) -> list[str]:
    return [str(name) for name in bundle.listings if name not in _NOT_RANKED]


def _are_times(name: str, values: pd.Series) -> bool:
    """Whether a column holds times, told by its values, or for bare numbers by its name."""
    filled = values[values.astype(str).str.strip() != ""]
    if not len(filled):
        return False
    if pd.to_numeric(filled, errors="coerce").notna().any():
        return any(word in name.lower() for word in ("date", "time", "created", "listed", "year"))
    return bool(pd.to_datetime(filled, errors="coerce", utc=True, format="mixed").notna().mean() > 0.8)
