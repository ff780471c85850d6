"""Find the listings of one product: a query is represented, near listings are retrieved, the thresholds decide."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_matrix

from product_matching.array_files import check_mapped
from product_matching.encoders.keypoints import Keypoints
from product_matching.encoders.print_encoder import PrintEncoder, PrintQuery
from product_matching.errors import InputError, said
from product_matching.listings.prints import PhotoPrint
from product_matching.listings.quantities import quantities_agree, title_quantities
from product_matching.matching.candidates import (
    Candidates,
    by_fused,
    by_phash,
    by_photo,
    by_title,
    is_match,
    matches_of_query,
)
from product_matching.matching.decisions import NO_DECISIONS, PairDecisions
from product_matching.matching.explanation import Explanation, explain_pair
from product_matching.matching.geometry import Verification, verify
from product_matching.matching.print_decision import USUAL_COSINE
from product_matching.matching.thresholds import NO_RULES, PairRules, Thresholds
from product_matching.search.joins.phashes import PhotoHashes
from product_matching.search.mapped import release_pages
from product_matching.search.neighbours import to_distance
from product_matching.search.open import open_index
from product_matching.search.protocol import VectorIndex
from product_matching.store.bundle import PHOTO_SHA256, Bundle
from product_matching.store.index_files import photo_lists
from product_matching.workflows.served import ServedBundle, ServedIndex

#: Photos whose pHashes differ in at most this many bits are always among the candidates.
SAME_PHOTO_BITS = 4
#: Columns that are of the bundle's own making and not shown as a listing's.
INTERNAL_COLUMNS = (PHOTO_SHA256,)
#: What is told of a listing that was found, beside its columns.
OF_SEARCH = frozenset(
    {"photo_distance", "title_distance", "by", "decision", "score", "compared_by", "reasons"}
    | {"print_distance", "print_words", "coverage", "missing"}
)
_OF_CATALOGUE = " (catalogue)"


@dataclass(frozen=True, eq=False, kw_only=True)
class Query:
    """A query as vectors; either side may be missing.

    Attributes
    ----------
    photo
        Shape (D,), float32, unit norm.
    title
        Shape (1, V), as the bundle's title encoder makes it.
    row
        Row of the listing that the query is, if it is one of the catalogue; it is not among its own matches.
    phash
        pHash of the photo, 16 hexadecimal digits; "" for none. Only rules on the same photo use it.
    text
        The raw title; "" for none. Only the rule on quantities, the second stage and explanations use it.
    print
        The print read on the photo, in the catalogue's words; None if it was not read.
    read
        The same print as it was read; only the second stage uses it.
    keypoints
        Keypoints of the photo; None for a listing, whose keypoints the bundle has, or where they were not found.
    """

    photo: npt.NDArray[np.float32] | None = None
    title: csr_matrix | None = None
    row: int | None = None
    phash: str = ""
    text: str = ""
    print: PrintQuery | None = None
    read: PhotoPrint | None = None
    keypoints: Keypoints | None = None

    @property
    def reads(self) -> bool:
        """Whether words of the catalogue were read on the photo."""
        return self.print is not None and len(self.print.known) > 0


class Finder:
    """The indexes of one bundle, built when they are first needed; can be shared by threads.

    Parameters
    ----------
    bundle
        An opened bundle.
    milvus
        Address of the Milvus that it was published to; its photo and title vectors are then searched there, and
        locally while it does not answer (see `served`).
    """

    def __init__(self, bundle: Bundle, milvus: str | None = None) -> None:
        self.bundle = bundle
        self.served = None if milvus is None else ServedBundle(bundle, milvus)
        self._lock = threading.Lock()

    @cached_property
    def photo_index(self) -> VectorIndex[Any] | None:
        """Index of the photo vectors; None for a catalogue without photos."""
        vectors, spec = self.bundle.photo_vectors, self.bundle.manifest.index.photo
        if vectors is None or spec is None:
            return None
        check_mapped(vectors)
        if self.served is not None:
            return ServedIndex(self.served, spec, vectors, photo_lists(self.bundle))
        index = open_index(spec, vectors, photo_lists(self.bundle))
        release_pages(vectors)
        return index

    @cached_property
    def title_index(self) -> VectorIndex[Any] | None:
        """Index of the title vectors; None for a catalogue without titles."""
        matrix, spec = self.bundle.title_matrix, self.bundle.manifest.index.title
        if matrix is None or spec is None:
            return None
        return open_index(spec, matrix) if self.served is None else ServedIndex(self.served, spec, matrix)

    @cached_property
    def print_encoder(self) -> PrintEncoder | None:
        """Encoder of print read on photos; None for a catalogue without titles."""
        encoder = self.bundle.title_encoder
        return None if encoder is None else PrintEncoder(encoder)

    def load(self) -> None:
        """Build the indexes now, once, whichever thread comes first.

        Raises
        ------
        InputError
            The vectors of the bundle have a norm other than 1 or 0.
        """
        with self._lock:
            try:
                _ = self.photo_index, self.title_index
            except ValueError as error:
                raise InputError(
                    f"The bundle {self.bundle.folder} cannot be searched ({said(error)}): build it anew."
                ) from error

    def listing_query(self, row: int) -> Query:
        """Make the query that a listing of the catalogue is."""
        bundle = self.bundle
        photo = None
        if bundle.photo_vectors is not None:
            photo = np.array(bundle.photo_vectors[row])
            release_pages(bundle.photo_vectors)
        has_photo, has_title = bool(bundle.has_photo[row]), bool(bundle.has_title[row])
        title = bundle.title_matrix[row] if bundle.title_matrix is not None else None
        text = str(bundle.listings["title"].iloc[row]) if has_title else ""
        phash = bundle.phashes[row]
        return Query(
            photo=photo if has_photo else None, title=title if has_title else None, row=row, phash=phash, text=text
        )

    def sample_query(self, query_id: str, *, with_title: bool = False) -> Query:
        """The query of a sample of the bundle, with or without its title.

        Raises
        ------
        InputError
            The bundle has no such sample.
        """
        sample = self.bundle.sample(query_id)
        title = sample.title if with_title else ""
        return Query(
            photo=sample.vector,
            title=self.title_query(title),
            phash=sample.phash,
            text=title,
            keypoints=self.bundle.keypoints_of_sample(query_id),
        )

    def title_query(self, title: str) -> csr_matrix | None:
        """Represent a typed title; None if the catalogue has no titles or the text has no words."""
        encoder = self.bundle.title_encoder
        return encoder.encode([title]) if encoder is not None and title.strip() else None

    def candidates(self, query: Query, k: int, others: Sequence[int] = ()) -> Candidates:
        """Retrieve the `k` nearest listings by photo, by title and by print, with all distances of each.

        Rows of `others` are among them however far they are.

        Returns
        -------
        Candidates
            In order of row, with pHash bits and quantities compared.
        """
        self.load()
        found = [
            index.nearest(vector, min(k + (query.row is not None), index.size)).rows
            for index, vector in self._sides(query)
        ]
        if self.title_index is not None and query.print is not None and query.reads:
            found.append(self.title_index.nearest(query.print.vector, min(k, self.title_index.size)).rows)
        found += [self._same_photos(query, SAME_PHOTO_BITS), np.array(others, dtype=np.int64)]
        rows = np.unique(np.concatenate(found))
        return self.compare(query, self.measure(query, rows))

    def matches(
        self,
        query: Query,
        thresholds: Thresholds,
        rules: PairRules = NO_RULES,
        decisions: PairDecisions = NO_DECISIONS,
    ) -> Candidates:
        """Retrieve every listing that the thresholds and rules accept, nearest first (`Candidates.nearest_first`).

        What people decided on the listing that the query is holds whatever the rules say (`PairDecisions.applied_to`).
        """
        self.load()
        candidates = self._within_reach(query, thresholds, rules)
        matches = is_match(candidates, thresholds, rules)
        if rules.min2 is not None and not matches.any():
            candidates = self._within_reach(query, thresholds.widened(rules.min2), rules)
            matches = matches_of_query(candidates, thresholds, rules)
        found = candidates.take(matches).nearest_first(thresholds)
        rows = decisions.applied_to(query.row, found.rows)
        if np.array_equal(rows, found.rows):
            return found
        decided = self.measure(query, rows)
        return decided if rules == NO_RULES else self.compare(query, decided)

    def _within_reach(self, query: Query, thresholds: Thresholds, rules: PairRules) -> Candidates:
        """Measure every listing that the thresholds or the same photo may accept."""
        found = [
            index.within(vector, limit).rows
            for (index, vector), limit in zip(self._both(query), thresholds.reach(), strict=True)
            if index is not None and vector is not None and limit is not None
        ]
        if self.title_index is not None and query.print is not None and query.print.weight > USUAL_COSINE:
            found.append(self.title_index.within(query.print.vector, 1.0 - USUAL_COSINE / query.print.weight).rows)
        rows = np.unique(np.concatenate([self._same_photos(query, rules.photo_bits), *found]))
        candidates = self.measure(query, rows)
        return candidates if rules == NO_RULES else self.compare(query, candidates)

    def compare(self, query: Query, candidates: Candidates) -> Candidates:
        """Compare pHashes and quantities of a query with those of its candidates, which the rules on pairs need."""
        wanted = title_quantities(query.text) if query.text else {}
        quantities = np.zeros(len(candidates), dtype=np.int8)
        if wanted and "title" in self.bundle.listings:
            titles = self.bundle.listings["title"].iloc[candidates.rows]
            agree = [quantities_agree(wanted, title_quantities(title)) for title in titles]
            quantities = np.array([0 if one is None else 1 if one else -1 for one in agree], dtype=np.int8)
        return replace(candidates, bits=self._hashes.bits_from(query.phash)[candidates.rows], quantities=quantities)

    def _same_photos(self, query: Query, bits: int | None) -> npt.NDArray[np.int64]:
        if bits is None:
            return np.zeros(0, dtype=np.int64)
        return np.flatnonzero(self._hashes.bits_from(query.phash) <= bits)

    @cached_property
    def _hashes(self) -> PhotoHashes:
        return PhotoHashes.of(self.bundle.phashes)

    def explain(self, query: Query, row: int) -> Explanation:
        """Explain why a query and a listing are or are not the same product."""
        distance = self.measure(replace(query, row=None), np.array([row])).photo[0]
        title = str(self.bundle.listings["title"].iloc[row]) if self.bundle.has_title[row] else ""
        return explain_pair(
            (query.text, title),
            self.bundle.title_encoder,
            photo_distance=None if np.isnan(distance) else float(distance),
            phashes=(query.phash, self.bundle.phashes[row]),
        )

    def verify(self, query: Query, rows: npt.NDArray[np.int64]) -> list[Verification | None]:
        """Compare the keypoints of a query's photo with those of listings; None where either has no photo."""
        own = query.keypoints if query.row is None else self.bundle.keypoints(query.row)
        if own is None:
            return [None] * len(rows)
        return verify(own, [self.bundle.keypoints(row) for row in rows.tolist()])

    def _both(self, query: Query) -> list[tuple[VectorIndex[Any] | None, Any]]:
        photo = None if query.photo is None else query.photo.reshape(1, -1)
        return [(self.photo_index, photo), (self.title_index, query.title)]

    def _sides(self, query: Query) -> list[tuple[VectorIndex[Any], Any]]:
        return [(index, vector) for index, vector in self._both(query) if index is not None and vector is not None]

    def measure(self, query: Query, rows: npt.NDArray[np.int64]) -> Candidates:
        """Distances of the given listings from a query, in their order; the query's own row is left out."""
        rows = rows[rows != query.row] if query.row is not None else rows
        bundle = self.bundle
        has = (bundle.has_photo, bundle.has_title)
        distances = [
            np.full(len(rows), np.nan)
            if index is None or vector is None
            else np.where(has_side[rows], index.distances(vector, rows), np.nan)
            for (index, vector), has_side in zip(self._both(query), has, strict=True)
        ]
        return Candidates(rows=rows, photo=distances[0], title=distances[1], print=self._print_distances(query, rows))

    def _print_distances(self, query: Query, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.float64] | None:
        if self.title_index is None or query.print is None or not query.reads:
            return None
        cosines = 1.0 - self.title_index.distances(query.print.vector, rows)
        return np.where(self.bundle.has_title[rows], to_distance(query.print.weight * cosines), np.nan)


def default_thresholds(bundle: Bundle) -> Thresholds:
    """The bundle's own thresholds; None for a side that it does not have."""
    photo, title = bundle.manifest.photo_threshold, bundle.manifest.title_threshold
    return Thresholds(photo.distance if photo else None, title.distance if title else None)


def fill_thresholds(bundle: Bundle, given: Thresholds) -> Thresholds:
    """The given thresholds, and the bundle's own where none is given; fused only if it is given."""
    own = default_thresholds(bundle)
    photo = own.photo if given.photo is None else given.photo
    return Thresholds(photo, own.title if given.title is None else given.title, given.fused)


def describe_matches(
    bundle: Bundle, candidates: Candidates, thresholds: Thresholds, rules: PairRules = NO_RULES
) -> list[dict[str, Any]]:
    """Each candidate's listing, distances and what it matches by, as plain values in the candidates' order.

    Returns
    -------
    list of dict
        ``posting_id``, ``title``, ``photo_distance``, ``title_distance`` (None where there is none), ``by`` (of
        ``"photo"`` and ``"title"``, with the rules also ``"fused"`` and ``"phash"``; empty beyond the thresholds),
        and every further column of the catalogue (see `further_columns`).
    """
    reasons = {
        "photo": by_photo(candidates, thresholds),
        "title": by_title(candidates, thresholds),
        "fused": by_fused(candidates, thresholds),
        "phash": by_phash(candidates, rules),
    }
    listings = bundle.listings.drop(columns=[name for name in INTERNAL_COLUMNS if name in bundle.listings])
    records = listings.iloc[candidates.rows].to_dict("records")
    return [
        {
            "posting_id": record.pop("posting_id"),
            "title": record.pop("title", None),
            "photo_distance": plain_value(candidates.photo[place]),
            "title_distance": plain_value(candidates.title[place]),
            "by": [name for name, hit in reasons.items() if hit[place]],
            **further_columns(record),
        }
        for place, record in enumerate(records)
    ]


def further_columns(record: Mapping[Any, Any]) -> dict[str, Any]:
    """Columns of a listing beside id and title as plain values.

    A column that has the name of something that a search tells is named after the catalogue: what is measured stays.

    Examples
    --------
    >>> further_columns({"price": 3, "by": "Ann"})
    {'price': 3, 'by (catalogue)': 'Ann'}
    """
    told = {str(name): plain_value(value) for name, value in record.items() if str(name) not in OF_SEARCH}
    for name, value in record.items():
        if (own := str(name)) in OF_SEARCH:
            while own in record or own in told:
                own += _OF_CATALOGUE
            told[own] = plain_value(value)
    return told


def plain_value(value: Any) -> Any:
    """Turn a cell into what JSON and CSV can hold: NaN and missing become None."""
    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and np.isnan(value)):
        return None
    if isinstance(value, np.generic):
        return value.item()
    return value if isinstance(value, str | int | float | bool) else str(value)
