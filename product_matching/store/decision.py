"""A decision of a person on a pair of listings, and what was seen of them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from product_matching.errors import InputError


class Word(StrEnum):
    """What is decided on a pair."""

    same = "same"
    different = "different"


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A listing as it was when it was decided on.

    Attributes
    ----------
    posting_id
        Its id.
    content
        Hash of its photo and title (see `listing_content`).
    """

    posting_id: str
    content: str


@dataclass(frozen=True, kw_only=True)
class Decision:
    """A decision on a pair of listings, in either order.

    Attributes
    ----------
    first, second
        The two listings as they were seen; the one with the smaller id is put first.
    word
        What is decided; None takes an earlier decision back.
    time
        When, in UTC; now by default.
    who
        Who decided; "" if that is not known.
    score
        Score of the pair at that time; None if it had none.
    """

    first: Seen
    second: Seen
    word: Word | None
    time: datetime = field(default_factory=lambda: datetime.now(UTC))
    who: str = ""
    score: float | None = None

    def __post_init__(self) -> None:
        if self.first.posting_id == self.second.posting_id:
            raise InputError(f"{self.first.posting_id!r:.80} is on both sides of a decision: give two listings.")
        if self.first.posting_id > self.second.posting_id:
            first, second = self.second, self.first
            object.__setattr__(self, "first", first)
            object.__setattr__(self, "second", second)

    @property
    def pair(self) -> tuple[str, str]:
        """Ids of the listings, the smaller one first."""
        return self.first.posting_id, self.second.posting_id


@dataclass(frozen=True, kw_only=True)
class Change:
    """A decision as it is kept.

    Attributes
    ----------
    number
        Names it; later changes have larger numbers.
    decision
        The decision.
    undone
        When it was undone, in UTC; None if it was not.
    """

    number: int
    decision: Decision
    undone: datetime | None = None


def listing_content(photo_sha256: str, title: str) -> str:
    """Hash of what people see of a listing: the SHA-256 of its photo ("" for none) and its title."""
    return hashlib.sha256(json.dumps([photo_sha256, title]).encode()).hexdigest()
