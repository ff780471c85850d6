"""Titles as unit vectors of a sentence network, as it was published or fine-tuned on titles."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch.nn import functional as F

from product_matching.encoders.photo import FloatVectors, pick_device
from product_matching.errors import InputError
from product_matching.files import atomic_file
from product_matching.listings.titles import title_words
from product_matching.networks.title_network import TitleNetwork, load_title_network
from product_matching.networks.weights import load_weights
from product_matching.places import home_folder


class SentenceEncoder:
    """A sentence network that turns titles into vectors of unit norm.

    Each wording is embedded once, in batches of titles of like length, so that titles with the same words in the same
    order have the same vector. A title without a word is a row of zeros, near nothing.

    Parameters
    ----------
    network
        Tokens to embeddings.
    device
        Where it runs.
    batch_size
        Titles per forward pass.
    """

    def __init__(self, network: TitleNetwork, *, device: torch.device | None = None, batch_size: int = 128) -> None:
        self.device = device or torch.device("cpu")
        self.network = network.eval().to(self.device)
        self.batch_size = batch_size

    @classmethod
    def load(
        cls,
        source: str,
        *,
        weights: Path | None = None,
        max_tokens: int = 48,
        prefix: str = "",
        device: str = "auto",
    ) -> SentenceEncoder:
        """Load a sentence-transformers model, and the weights that a fine-tuning has written.

        Parameters
        ----------
        source
            See `load_title_network`.
        weights
            Safetensors file of `train_titles` that takes the place of the model's own weights.
        max_tokens, prefix
            See `TitleNetwork`; those that the weights were trained with.
        device
            ``"auto"``, ``"cpu"`` or ``"cuda"``.

        Raises
        ------
        InputError
            The extra ``sentence`` or the model is missing, or the weights are not of it.
        """
        network = load_title_network(source, max_tokens=max_tokens, prefix=prefix)
        if weights is not None:
            load_weights(network, weights, source)
        return cls(network, device=pick_device(device))

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self.network.dimension

    def encode(self, titles: Sequence[str]) -> FloatVectors:
        """Turn raw titles into vectors.

        Returns
        -------
        numpy.ndarray
            Shape (len(titles), dimension), float32, rows of norm 1, or 0 without a word.

        Raises
        ------
        InputError
            The network makes values that are not finite numbers.
        """
        vectors = np.zeros((len(titles), self.dimension), dtype=np.float32)
        spoken = np.array([bool(title_words(title)) for title in titles], dtype=np.bool_)
        wordings: dict[tuple[int, ...], list[int]] = {}
        tokens = self.network.tokenise([title for title, says in zip(titles, spoken, strict=True) if says])
        for row, ids in zip(np.flatnonzero(spoken).tolist(), tokens, strict=True):
            wordings.setdefault(tuple(ids), []).append(row)
        ordered = sorted(wordings, key=lambda ids: (len(ids), ids))
        for start in range(0, len(ordered), self.batch_size):
            block = ordered[start : start + self.batch_size]
            for wording, vector in zip(block, self._embed(block), strict=True):
                vectors[wordings[wording]] = vector
        if not np.isfinite(vectors).all():
            raise InputError("The sentence network makes embeddings that are not finite numbers.")
        return vectors

    def _embed(self, tokens: Sequence[tuple[int, ...]]) -> FloatVectors:
        with torch.inference_mode():
            rows, mask = (part.to(self.device) for part in self.network.pad(tokens))
            return F.normalize(self.network(rows, mask), dim=1).cpu().numpy()


def encode_once(encoder: SentenceEncoder, titles: Sequence[str]) -> FloatVectors:
    """Embed titles, or read what an earlier run with the same network has made of the same titles.

    Vectors are kept in the user's data folder.

    Parameters
    ----------
    encoder
        The network.
    titles
        Raw titles.
    """
    digest = hashlib.sha256("\0".join(titles).encode("utf-8", "surrogatepass")).hexdigest()
    name = f"{encoder.network.fingerprint[:32]}-{digest[:32]}.npy"
    path = home_folder() / "cache" / "titles" / name
    known = _read(path, (len(titles), encoder.dimension))
    if known is not None:
        return known
    vectors = encoder.encode(titles)
    try:
        with atomic_file(path, parents=True) as partial:
            np.save(partial, vectors, allow_pickle=False)
    except InputError as error:
        raise InputError(f"{error} Set PRODUCT_MATCHING_HOME to another folder.") from error
    return vectors


def _read(path: Path, shape: tuple[int, int]) -> FloatVectors | None:
    """Vectors of the given shape, None where there are none or the file is damaged."""
    try:
        stored: npt.NDArray[np.generic] = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    return stored.astype(np.float32) if stored.shape == shape and stored.dtype == np.float32 else None
