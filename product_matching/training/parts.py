"""The parts of labelled listings: train, validation and test, which share no label group."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from product_matching.errors import InputError
from product_matching.evaluation.listings import labelled_listings
from product_matching.listings.catalogue import Catalogue
from product_matching.listings.parts import PARTS
from product_matching.listings.splits import group_folds
from product_matching.search.neighbours import RowArray

_PART_OF_FOLD = np.array(["test", "validation", "train", "train", "train"], dtype=object)


@dataclass(frozen=True, eq=False)
class LabelledPhotos:
    """Photo files of one part and the group that each belongs to.

    Attributes
    ----------
    names
        posting_id and catalogue of each photo's listing, for messages; N of them.
    paths
        The N files.
    labels
        Number of each photo's group, from 0 without gaps; shape (N,).
    """

    names: tuple[str, ...]
    paths: tuple[Path, ...]
    labels: RowArray

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def n_groups(self) -> int:
        """Number of groups; for the training part, of classes."""
        return int(self.labels.max()) + 1 if len(self.labels) else 0

    def take(self, rows: RowArray) -> LabelledPhotos:
        """Some of the photos, in the order of `rows`, their groups numbered anew."""
        labels = np.unique(self.labels[rows], return_inverse=True)[1].astype(np.int64)
        return LabelledPhotos(tuple(self.names[i] for i in rows), tuple(self.paths[i] for i in rows), labels)


@dataclass(frozen=True, eq=False)
class TrainingParts:
    """The three parts of one or several catalogues.

    Attributes
    ----------
    train, validation, test
        Group-disjoint; `test` may be empty.
    protocol
        How they were made, in words, one for each catalogue.
    """

    train: LabelledPhotos
    validation: LabelledPhotos
    test: LabelledPhotos
    protocol: tuple[str, ...]

    @property
    def digest(self) -> str:
        """SHA-256 over what is in which part: a checkpoint is continued only with the same data."""
        digest = hashlib.sha256()
        for photos in (self.train, self.validation, self.test):
            digest.update("\n".join(photos.names).encode() + photos.labels.tobytes() + b"\0")
        return digest.hexdigest()


def split_catalogues(catalogues: Mapping[str, Catalogue], *, singles: bool = False) -> TrainingParts:
    """Divide the photos of catalogues into parts.

    A catalogue with a column ``part`` (train, validation, test; empty for listings to leave out) is divided by it;
    any other by the protocol ``fold``: folds 2-4 train, fold 1 validates, fold 0 tests. Groups of different
    catalogues are different. A listing without a label group is a singleton in training; in a catalogue
    without any label groups all listings are, unless its column ``part`` names another part.

    Parameters
    ----------
    catalogues
        Catalogues with photos, by the name that messages and the model card call them.
    singles
        Whether groups of one photo are trained on.

    Raises
    ------
    InputError
        There are no photos, a group lies in two parts, or a part that is needed has too little in it.
    """
    names: list[str] = []
    paths: list[Path] = []
    groups: list[tuple[int, str]] = []
    parts: list[str] = []
    protocols = []
    for number, (name, catalogue) in enumerate(catalogues.items()):
        if not catalogue.has_photos:
            raise InputError(f"The catalogue {name} has no photos to train on: give its image folder with --images.")
        listing_parts, protocol = _assign_parts(catalogue, name)
        protocols.append(f"{name}: {protocol}")
        for row, (part, group) in enumerate(zip(listing_parts, _groups(catalogue), strict=True)):
            path = catalogue.photo_path(row)
            if path is not None and part:
                names.append(f"{catalogue.listings['posting_id'].iloc[row]} of {name}")
                paths.append(path)
                groups.append((number, group))
                parts.append(part)
    numbers = _numbered(groups)
    everything = LabelledPhotos(tuple(names), tuple(paths), numbers)
    rows = {part: np.flatnonzero(np.array(parts, dtype=object) == part) for part in PARTS}
    if not singles:
        sizes = np.bincount(numbers[rows["train"]], minlength=len(numbers) + 1)
        rows["train"] = rows["train"][sizes[numbers[rows["train"]]] > 1]
    train, validation, test = (everything.take(rows[part]) for part in PARTS)
    made = TrainingParts(train, validation, test, tuple(protocols))
    _check_enough(made)
    return made


def _groups(catalogue: Catalogue) -> npt.NDArray[np.object_]:
    """Name of each listing's group; a listing without one is named by its posting_id."""
    frame = catalogue.listings
    own = ("listing " + frame["posting_id"]).to_numpy(dtype=object)
    if "label_group" not in frame:
        return own
    labels = frame["label_group"].to_numpy(dtype=object)
    return np.where(labels == "", own, "group " + labels)


def _assign_parts(catalogue: Catalogue, name: str) -> tuple[npt.NDArray[np.object_], str]:
    """Part of each listing, "" for none, and how it was found."""
    frame = catalogue.listings
    if "part" in frame:
        return _column_parts(catalogue, name), "column part"
    labelled = (frame["label_group"] != "").to_numpy() if "label_group" in frame else np.zeros(len(frame), dtype=bool)
    parts = np.full(len(frame), "train", dtype=object)
    if not labelled.any():
        return parts, "no label groups, all train"
    rows = np.flatnonzero(labelled)
    known = Catalogue(frame.iloc[rows].reset_index(drop=True), catalogue.image_folder)
    parts[rows] = _PART_OF_FOLD[group_folds(labelled_listings(known).names)]
    return parts, "fold (folds 2-4 train, 1 validation, 0 test)"


def _column_parts(catalogue: Catalogue, name: str) -> npt.NDArray[np.object_]:
    parts = catalogue.listings["part"].fillna("").astype("str").to_numpy(dtype=object)
    unknown = sorted(set(parts) - {"", *PARTS})
    if unknown:
        raise InputError(
            f"The catalogue {name}: its column 'part' holds {unknown[0]!r:.60}; accepted are {', '.join(PARTS)} "
            "and nothing for listings to leave out."
        )
    used = parts != ""
    groups = _groups(catalogue)[used]
    pairs = sorted(set(zip(groups, parts[used], strict=True)))
    for (group, part), (next_group, next_part) in pairwise(pairs):
        if group == next_group:
            raise InputError(
                f"The catalogue {name}: {group!r:.80} is in the parts {part} and {next_part}, but a label group "
                "must be in one part only."
            )
    return parts


def _numbered(groups: list[tuple[int, Any]]) -> RowArray:
    number_of = {group: number for number, group in enumerate(sorted(set(groups)))}
    return np.array([number_of[group] for group in groups], dtype=np.int64)


def _check_enough(parts: TrainingParts) -> None:
    if parts.train.n_groups < 2:
        raise InputError(
            f"The training part has {parts.train.n_groups} classes with two photos or more, but needs at least 2 "
            "(the recipe's 'singles = true' counts classes of one photo too)."
        )
    if not len(parts.validation) or np.bincount(parts.validation.labels).max() < 2:
        raise InputError("The validation part has no group of two photos, so that the best epoch cannot be chosen.")
