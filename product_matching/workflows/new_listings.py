"""New listings as queries: each is what `find` would search for with its photo and title."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from product_matching.encoders.batch import EmbeddedPhoto, embed_photos
from product_matching.encoders.cache import EmbeddingCache
from product_matching.encoders.keypoint_cache import KeypointCache
from product_matching.encoders.keypoints import Keypoints
from product_matching.listings.catalogue import Catalogue
from product_matching.listings.faulty_rows import FaultyRow
from product_matching.listings.sifted_catalogue import SiftedCatalogue
from product_matching.progress import NO_PROGRESS, Progress, track
from product_matching.store.sample_queries import SampleQuery
from product_matching.workflows.find import Finder, Query, plain_value

if TYPE_CHECKING:
    from product_matching.encoders.protocol import PhotoEmbedder

FloatVector = npt.NDArray[np.float32]
_OWN = ("posting_id", "title")


@dataclass(frozen=True, eq=False, kw_only=True)
class NewListing:
    """A listing that is not in the catalogue yet.

    Attributes
    ----------
    posting_id, title
        As it came; the title "" for none.
    query
        What is searched for.
    picture
        Its photo as a small JPEG; None without a readable one.
    problem
        Why its photo, or the whole listing, cannot be used; "" if it can, or there is no photo.
    columns
        Its other columns.
    line
        Its line in the list; None where that does not matter.
    usable
        Whether it is a listing at all: one without an id, or with the id of an earlier one, is not compared.
    """

    posting_id: str
    title: str
    query: Query
    picture: bytes | None = None
    problem: str = ""
    columns: Mapping[str, Any] = field(default_factory=dict)
    line: int | None = None
    usable: bool = True

    @property
    def searchable(self) -> bool:
        """Whether it has anything that the catalogue can be searched with."""
        return self.query.photo is not None or self.query.title is not None


def read_new_listings(
    finder: Finder,
    new: Catalogue,
    encoder: PhotoEmbedder | None,
    *,
    cache: EmbeddingCache | None = None,
    keypoints: KeypointCache | None = None,
    progress: Progress = NO_PROGRESS,
) -> list[NewListing]:
    """Represent new listings as the queries that they are; photos in batches, those embedded before not again.

    Parameters
    ----------
    finder
        The catalogue that is searched.
    new
        The new listings.
    encoder
        The model of the catalogue's photo vectors; None leaves photos out.
    cache, keypoints
        Where vectors and keypoints are kept; the user's own by default.
    progress
        Shows the photos.

    Returns
    -------
    list of NewListing
        In the order of `new`, all of them: one whose photo cannot be used has its title alone, and the problem.

    Raises
    ------
    Cancelled
        The progress was cancelled.
    """
    photos = [EmbeddedPhoto()] * len(new)
    vectors: dict[str, FloatVector] = {}
    if encoder is not None and new.has_photos:
        cache = cache or EmbeddingCache(encoder.model)
        paths = [new.photo_path(row) for row in range(len(new))]
        embedded = embed_photos(paths, encoder, cache, keypoints=keypoints or KeypointCache())
        photos = list(track(progress, embedded, "reading photos", total=len(new), unit="photo"))
        vectors = cache.get(photo.sha256 for photo in photos if photo.sha256)
    return [
        _new_listing(finder, record, _with_problem(photo, new, record), vectors.get(photo.sha256))
        for record, photo in zip(new.listings.to_dict("records"), photos, strict=True)
    ]


def _with_problem(photo: EmbeddedPhoto, new: Catalogue, record: Mapping[Any, Any]) -> EmbeddedPhoto:
    """A photo with the problem that was found before it was read."""
    return replace(photo, problem=photo.problem or new.photo_problems.get(record["posting_id"]))


def read_sifted_listings(
    finder: Finder,
    sifted: SiftedCatalogue,
    encoder: PhotoEmbedder | None,
    *,
    cache: EmbeddingCache | None = None,
    keypoints: KeypointCache | None = None,
    progress: Progress = NO_PROGRESS,
) -> list[NewListing]:
    """Represent a list of new listings, rows that cannot be used among them; see `read_new_listings`.

    Raises
    ------
    Cancelled
        The progress was cancelled.
    """
    rows = sifted.rows()
    usable = []
    if rows:
        new = sifted.catalogue()
        usable = read_new_listings(finder, new, encoder, cache=cache, keypoints=keypoints, progress=progress)
    by_row = dict(zip(rows, usable, strict=True))
    lines = {each.row: each.line for each in sifted.faulty}
    by_row = {row: replace(listing, line=lines.get(row)) for row, listing in by_row.items()}
    by_row |= {each.row: _of_faulty(each) for each in sifted.left_out()}
    return [by_row[row] for row in sorted(by_row)]


def _of_faulty(faulty: FaultyRow) -> NewListing:
    return NewListing(
        posting_id=faulty.posting_id,
        title=faulty.title,
        query=Query(),
        problem=faulty.reason,
        columns={name: plain_value(value) for name, value in faulty.cells.items() if name not in _OWN},
        line=faulty.line,
        usable=False,
    )


def sample_listings(finder: Finder) -> list[NewListing]:
    """The sample queries of a bundle, with photo and title, as a list of new listings; empty where it has none."""
    samples = finder.bundle.samples
    return [] if samples is None else [_of_sample(finder, samples[row]) for row in range(len(samples))]


def _of_sample(finder: Finder, sample: SampleQuery) -> NewListing:
    keypoints = finder.bundle.keypoints_of_sample(sample.query_id)
    return NewListing(
        posting_id=sample.query_id,
        title=sample.title,
        query=outside_query(finder, sample.title, photo=sample.vector, phash=sample.phash, keypoints=keypoints),
        picture=sample.picture,
        columns={"label_group": sample.label_group, "kind": sample.kind},
    )


def outside_query(
    finder: Finder,
    title: str,
    *,
    photo: FloatVector | None = None,
    phash: str = "",
    keypoints: Keypoints | None = None,
) -> Query:
    """The query of a title and a photo from outside; a title without any word of the catalogue has no vector."""
    vector = finder.title_query(title)
    text = "" if vector is None else title
    known = vector if vector is not None and vector.nnz else None
    return Query(photo=photo, title=known, phash=phash, text=text, keypoints=keypoints)


def _new_listing(
    finder: Finder,
    record: dict[Any, Any],
    photo: EmbeddedPhoto,
    vector: FloatVector | None,
) -> NewListing:
    title = str(record.get("title", ""))
    found = Keypoints.from_bytes(photo.keypoints) if photo.keypoints else None
    # as a build does: the column's pHash where there is one
    query = outside_query(finder, title, photo=vector, phash=record.get("image_phash") or photo.phash, keypoints=found)
    return NewListing(
        posting_id=str(record["posting_id"]),
        title=title,
        query=query,
        picture=photo.thumbnail or None,
        problem=photo.problem or "",
        columns={str(name): plain_value(value) for name, value in record.items() if name not in _OWN},
    )
