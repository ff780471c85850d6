"""A labelled catalogue as arrays: titles, pHashes, embeddings and true groups."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from product_matching.errors import InputError
from product_matching.listings.catalogue import Catalogue
from product_matching.search.neighbours import RowArray

TextArray = npt.NDArray[np.object_]


@dataclass(frozen=True, eq=False)
class LabelledListings:
    """Listings whose true groups are known; every array has shape (N,), but for the embeddings.

    Attributes
    ----------
    titles
        Raw titles, "" for none.
    phashes
        Perceptual hashes of the photos, 16 hexadecimal digits, "" for none.
    labels
        Number of each listing's true group.
    names
        Each listing's label: folds and halves are drawn by it. Whole numbers where all of the catalogue's labels are
        whole numbers, as folds depend on the order of the labels; text otherwise.
    photo_vectors
        Embeddings of the photos, shape (N, D), rows of norm 1, or 0 without a photo; None where there are none.
    sentence_vectors
        Sentence embeddings of the titles, shape (N, D), rows of norm 1, or 0 without a word; None where there are none.
        One model embeds all, and was trained on none of the labels.
    encoders
        Sentence embeddings as above, by the name of an encoder that was trained on some of the listings. They belong to
        one protocol (see `product_matching.evaluation.protocols.with_encoders`) and take the place of
        `sentence_vectors` there; listings that an encoder does not embed have rows of zeros.
    """

    titles: TextArray
    phashes: TextArray
    labels: RowArray
    names: npt.NDArray[Any]
    photo_vectors: npt.NDArray[np.float32] | None = None
    sentence_vectors: npt.NDArray[np.float32] | None = None
    encoders: Mapping[str, npt.NDArray[np.float32]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def has_sentences(self) -> bool:
        """Whether there are sentence embeddings, of one model or of several encoders."""
        return self.sentence_vectors is not None or bool(self.encoders)

    def embedded_by(self, encoder: str) -> LabelledListings:
        """The listings with the sentence embeddings of one of `encoders`; as they are for ""."""
        return replace(self, sentence_vectors=self.encoders[encoder], encoders={}) if encoder else self

    def take(self, rows: RowArray) -> LabelledListings:
        """Some of the listings, in the order of `rows`."""
        photos, sentences = (
            part if part is None else part[rows] for part in (self.photo_vectors, self.sentence_vectors)
        )
        return LabelledListings(
            titles=self.titles[rows],
            phashes=self.phashes[rows],
            labels=self.labels[rows],
            names=self.names[rows],
            photo_vectors=photos,
            sentence_vectors=sentences,
            encoders={name: part[rows] for name, part in self.encoders.items()},
        )


def labelled_listings(catalogue: Catalogue, photo_vectors: npt.NDArray[np.float32] | None = None) -> LabelledListings:
    """Take titles, pHashes and labels from a catalogue.

    Parameters
    ----------
    catalogue
        The listings.
    photo_vectors
        Embeddings of their photos, as a bundle holds them; shape (N, D).

    Raises
    ------
    InputError
        A listing has no label group.
    """
    frame = catalogue.listings
    if "label_group" not in frame:
        raise InputError("The catalogue has no column 'label_group': true groups are needed for scores.")
    labels = frame["label_group"].to_numpy(dtype=object)
    unlabelled = int((labels == "").sum())
    if unlabelled:
        raise InputError(f"{unlabelled} of {len(labels)} listings have no label_group, but scoring needs one of each.")
    empty = np.full(len(frame), "", dtype=object)
    titles, phashes = (
        frame[name].to_numpy(dtype=object) if name in frame else empty for name in ("title", "image_phash")
    )
    numbers = np.unique(labels, return_inverse=True)[1].astype(np.int64)
    return LabelledListings(titles, phashes, numbers, _as_written(labels), photo_vectors)


def _as_written(labels: TextArray) -> npt.NDArray[Any]:
    numeric = all(label.isascii() and label.isdigit() and len(label) <= 18 for label in labels)
    return labels.astype(np.int64) if numeric else labels
