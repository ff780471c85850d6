"""Listings of a catalogue by words, values of columns and what they lack, in an order of choice."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from product_matching.listings.titles import decode_byte_escapes
from product_matching.store.bundle import PHOTO_SHA256, Bundle
from product_matching.workflows.description.columns import column_numbers, column_values

#: Kinds of listings that can be asked for alone.
Only = Literal["no_photo", "unreadable_photo", "repeated_photo", "no_title"]
ONLY: tuple[Only, ...] = get_args(Only)
_Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Browsing:
    """Which listings are asked for.

    Attributes
    ----------
    text
        Words that must all stand in the title or the id, whatever their case; parts of words count.
    only
        A kind of listings; None for all.
    order
        The column that they are in order of, the order of the file where it is empty or unknown: numbers by size,
        anything else as text; listings without a value come last.
    falling
        Whether the largest comes first.
    """

    text: str = ""
    only: Only | None = None
    order: str = ""
    falling: bool = False


class ListingBrowser:
    """The listings of a bundle, ready to be filtered again and again; safe for threads."""

    def __init__(self, bundle: Bundle) -> None:
        self._bundle = bundle
        self._listings = bundle.listings

    @cached_property
    def _texts(self) -> pd.Series:
        ids = self._listings["posting_id"]
        titles = self._listings["title"].map(decode_byte_escapes) if "title" in self._listings else ""
        return (ids + "\n" + titles).str.casefold()

    def rows(self, asked: Browsing) -> npt.NDArray[np.int64]:
        """Rows of the listings that are asked for, in order."""
        chosen = np.ones(len(self._bundle), dtype=np.bool_) if asked.only is None else self._only(asked.only)
        for word in asked.text.casefold().split():
            chosen &= self._texts.str.contains(word, regex=False).to_numpy(dtype=np.bool_)
        return self._in_order(np.flatnonzero(chosen), asked)

    def _only(self, only: Only) -> _Mask:
        bundle = self._bundle
        if only == "no_title":
            return ~bundle.has_title
        if only == "no_photo":
            return ~bundle.has_photo
        if only == "unreadable_photo":
            return self._listings["posting_id"].isin(list(bundle.manifest.unreadable_photos)).to_numpy(dtype=np.bool_)
        photos = self._listings[PHOTO_SHA256]
        return (photos.duplicated(keep=False) & (photos != "")).to_numpy(dtype=np.bool_)

    def _in_order(self, rows: npt.NDArray[np.int64], asked: Browsing) -> npt.NDArray[np.int64]:
        if asked.order not in self._listings:
            return rows
        column = self._listings[asked.order]
        numbers = column_numbers(column)
        keys = column_values(column).str.casefold() if numbers is None else numbers
        keys = keys.iloc[rows].reset_index(drop=True)
        there = keys[keys != ""].dropna().sort_values(ascending=not asked.falling, kind="stable").index
        places = np.concatenate([there.to_numpy(), np.setdiff1d(np.arange(len(rows)), there)])
        return rows[places.astype(np.int64)]
