"""Lists of new listings that users uploaded: kept in memory while the server runs, the least recent are dropped."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from product_matching.workflows.check_listings import CheckedListing

_KEY_DIGITS = 20
#: Results that are kept of one list: of other catalogues or settings.
_MAX_RESULTS = 3


@dataclass(eq=False, kw_only=True)
class Batch:
    """One list of new listings.

    Attributes
    ----------
    key
        Names its content in the address.
    name
        File name of the table.
    table
        The table; None for the samples of the catalogue.
    photos, photos_name
        The zip of photos, and its file name; None without one.
    notes
        What was done with the list without being asked, a sentence each.
    results
        Results by the key of their work, the newest last.
    decisions
        What was decided by hand, by `posting_id`.
    """

    key: str
    name: str
    table: bytes | None = None
    photos: bytes | None = None
    photos_name: str = ""
    notes: tuple[str, ...] = ()
    results: OrderedDict[str, list[CheckedListing]] = field(default_factory=OrderedDict)
    decisions: dict[str, str] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """Bytes of its files."""
        return len(self.table or b"") + len(self.photos or b"")

    def keep(self, work: str, result: list[CheckedListing]) -> None:
        """Keep the result of a check."""
        self.results[work] = result
        while len(self.results) > _MAX_RESULTS:
            self.results.popitem(last=False)


def _key_of(*parts: bytes) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(hashlib.sha256(part).digest())
    return digest.hexdigest()[:_KEY_DIGITS]


#: Key of the samples of the catalogue as a list.
SAMPLES_KEY = _key_of(b"the samples of the catalogue")


class BatchStore:
    """Lists by key; safe for threads.

    Parameters
    ----------
    max_batches, max_bytes
        Lists and bytes of their files that are kept; the newest is kept whatever it has.
    """

    def __init__(self, max_batches: int = 8, max_bytes: int = 400 * 2**20) -> None:
        self._max_batches, self._max_bytes = max_batches, max_bytes
        self._batches: OrderedDict[str, Batch] = OrderedDict()
        self._lock = threading.Lock()

    def put(self, table: bytes, name: str, photos: bytes | None, photos_name: str = "") -> str:
        """Keep an uploaded list and return its key; the same files again are the same list."""
        key = _key_of(table, photos or b"")
        with self._lock:
            new = Batch(key=key, name=name, table=table, photos=photos, photos_name=photos_name)
            self._batches.setdefault(key, new)
            self._batches.move_to_end(key)
            self._drop_oldest()
        return key

    def get(self, key: str) -> Batch | None:
        """Return a list; None if there is none of this key any more. That of the samples is always there."""
        with self._lock:
            if key == SAMPLES_KEY:
                self._batches.setdefault(key, Batch(key=key, name="samples"))
            batch = self._batches.get(key)
            if batch is not None:
                self._batches.move_to_end(key)
                self._drop_oldest()
            return batch

    def _drop_oldest(self) -> None:
        def size() -> int:
            return sum(batch.size for batch in self._batches.values())

        while len(self._batches) > 1 and (len(self._batches) > self._max_batches or size() > self._max_bytes):
            self._batches.popitem(last=False)
