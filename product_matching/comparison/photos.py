"""Photo vectors of all compared models: trainings, the shipped model, the untrained backbone; computed once."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from product_matching.comparison.lookup import DataSet, Lookup
from product_matching.comparison.scores import Ranker
from product_matching.encoders.model_folder import WEIGHTS_FILE
from product_matching.encoders.photo import FloatVectors, PhotoEncoder, pick_device
from product_matching.errors import InputError
from product_matching.files import atomic_file, file_sha256
from product_matching.progress import Progress, track
from product_matching.search.joins.dense import DenseJoin
from product_matching.search.neighbours import Neighbours, RowArray
from product_matching.training.parts import LabelledPhotos
from product_matching.training.pixels import DecodedPhotos, decode_part
from product_matching.training.session import BEST
from product_matching.training.trained import load_trained
from product_matching.training.validation import embed_part

log = logging.getLogger(__name__)
_BATCH = 32


@dataclass(frozen=True)
class PhotoSource:
    """A photo model of the comparison.

    Attributes
    ----------
    remark
        Network and photo size, in words.
    key
        Identifies the weights and the preparation; with the photos it determines the vectors.
    embed
        Photo files to unit vectors, shape (P, D).
    """

    remark: str
    key: str
    embed: Callable[[Sequence[Path]], FloatVectors]


def trained_source(folder: Path, device: str, progress: Progress) -> PhotoSource:
    """The network of a finished training.

    Raises
    ------
    InputError
        The training is missing, not finished, or damaged.
    """
    trained = load_trained(folder)
    recipe = trained.recipe
    trained.task.to(pick_device(device)).to(memory_format=torch.channels_last)

    def embed(paths: Sequence[Path]) -> FloatVectors:
        photos = _decode(paths, recipe.evaluation_size, trained.preparation.interpolation, progress)
        return embed_part(trained, photos, batch_size=_BATCH, progress=progress)

    network = "own network" if recipe.method == "autoencoder" else recipe.backbone
    remark = f"{network}, {recipe.image_size} px, {recipe.epochs} epochs"
    return PhotoSource(remark, file_sha256(folder / BEST), embed)


def model_source(folder: Path, device: str, progress: Progress) -> PhotoSource:
    """An unchanged model folder: a shipped model, or published weights of a backbone (see `resolve_model`).

    Raises
    ------
    InputError
        The folder, its settings or its weights cannot be used.
    """
    encoder = PhotoEncoder.load(folder, device=device)
    model = encoder.model

    def embed(paths: Sequence[Path]) -> FloatVectors:
        photos = _decode(paths, model.image_size, model.interpolation, progress)
        starts = track(progress, range(0, len(photos), _BATCH), "embedding", unit="batch")
        return np.concatenate([encoder.encode_pixels(list(photos.pixels[start : start + _BATCH])) for start in starts])

    size = (folder / WEIGHTS_FILE).stat().st_size / 1e6
    return PhotoSource(f"{model.backbone}, {model.image_size} px, {size:.1f} MB", model.fingerprint, embed)


def _decode(paths: Sequence[Path], size: int, interpolation: str, progress: Progress) -> DecodedPhotos:
    names = tuple(path.name for path in paths)
    photos = LabelledPhotos(names, tuple(paths), np.arange(len(paths), dtype=np.int64))
    decoded = decode_part(photos, size, interpolation, progress=progress)
    if len(decoded) < len(photos):
        raise InputError(f"{len(photos) - len(decoded)} photos to be compared cannot be read; the log names them.")
    return decoded


class VectorStore:
    """Vectors on disk, so that an interrupted comparison can be continued.

    Parameters
    ----------
    folder
        Folder of the vectors; it is created.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._digests: dict[tuple[Path, ...], str] = {}

    def vectors(self, source: PhotoSource, data: DataSet) -> FloatVectors:
        """Vectors of the photos of a data set, from the store or computed now."""
        key = hashlib.sha256(f"{source.key} {self._digest(data.paths)}".encode()).hexdigest()[:32]
        path = self._folder / f"{key}.npy"
        if path.is_file():
            stored: FloatVectors = np.load(path, allow_pickle=False)
            return stored
        log.info("Embedding %d photos of %s with %s.", len(data.paths), data.name, source.remark)
        made = source.embed(data.paths)
        with atomic_file(path, parents=True) as partial:
            np.save(partial, made, allow_pickle=False)
        return made

    def _digest(self, paths: tuple[Path, ...]) -> str:
        if paths not in self._digests:
            self._digests[paths] = hashlib.sha256("".join(file_sha256(path) for path in paths).encode()).hexdigest()
        return self._digests[paths]


def rank_vectors(vectors: FloatVectors) -> Ranker:
    """Rank the photos of a data set by the cosine of their vectors, shape (P, D); every other photo is ranked."""

    def rank(lookup: Lookup) -> Neighbours:
        def nearest(rows: RowArray) -> Neighbours:
            return DenseJoin().nearest(vectors[rows], len(rows))

        return lookup.join(nearest)

    return rank
