"""New listings as queries: each is what `find` would search for with its photo and title."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from product_matching.encoders.batch import EmbeddedPhoto, embed_photos
from product_matching.encoders.cache import EmbeddingCache
from product_matching.encoders.keypoint_cache import KeypointCache
from product_matching.encoders.keypoints import Keypoints
from product_matching.listings.catalogue import Catalogue
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
        Why its photo cannot be used; "" if it can, or there is none.
    columns
        Its other columns.
    """

    posting_id: str
    title: str
    query: Query
    picture: bytes | None = None
    problem: str = ""
    columns: Mapping[str, Any] = field(default_factory=dict)

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
        In the order of `new`, all of them: one with an unreadable photo has its title alone, and the problem.

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
        _new_listing(finder, record, photo, vectors.get(photo.sha256))
        for record, photo in zip(new.listings.to_dict("records"), photos, strict=True)
    ]


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
