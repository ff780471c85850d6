"""Photos as unit vectors of a timm backbone, or of a network that was trained on one."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image
from torch import nn

from product_matching.encoders.model_folder import WEIGHTS_FILE, PhotoModel, read_model_folder
from product_matching.encoders.model_lookup import describe_getting_model, find_model_folder
from product_matching.encoders.preprocess import Pixels, Square, as_batch, normalise
from product_matching.encoders.similarity_maps import FeatureMap
from product_matching.errors import InputError
from product_matching.networks.build import build_network, create_backbone, embedding_dimension
from product_matching.networks.places import place_parts
from product_matching.networks.projection import ProjectedTower, Projection
from product_matching.networks.weights import are_of_network, fill, load_weights, read_tensors

log = logging.getLogger(__name__)
#: Photos per forward pass.
_CPU_BATCH, _GPU_BATCH = 16, 64
FloatVectors = npt.NDArray[np.float32]


def pick_device(name: str = "auto") -> torch.device:
    """Choose where the network runs: ``"auto"`` takes a GPU when there is one.

    Raises
    ------
    InputError
        The device is unknown or not there.
    """
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    if name not in {"cpu", "cuda"}:
        raise InputError(f"The device {name!r} is unknown: give auto, cpu or cuda.")
    if name == "cuda" and not torch.cuda.is_available():
        raise InputError("The device 'cuda' was given, but torch finds no GPU: give auto or cpu.")
    return torch.device(name)


class PhotoEncoder:
    """A trained network that turns photos into vectors of unit norm.

    Encoding is guarded by a lock, so one encoder can serve several threads. Batches are always filled up to
    `batch_size`, so that a photo's vector does not depend on how many others it came with.

    Parameters
    ----------
    model
        What the model is (see `PhotoModel`).
    network
        (B, 3, S, S) float32 to (B, D): a backbone, or backbone, pooling and neck.
    device
        Where it runs.
    batch_size
        Photos per forward pass; None takes 16 on a CPU and 64 on a GPU.
    """

    def __init__(
        self,
        model: PhotoModel,
        network: nn.Module,
        *,
        device: torch.device | None = None,
        batch_size: int | None = None,
    ) -> None:
        self.model = model
        self.device = device or torch.device("cpu")
        self.batch_size = batch_size or (_CPU_BATCH if self.device.type == "cpu" else _GPU_BATCH)
        self.network = network.eval().to(memory_format=torch.channels_last)
        try:
            self.network.to(self.device)
        except torch.OutOfMemoryError:
            self._leave_gpu()
        self._lock = threading.Lock()

    @classmethod
    def load(cls, folder: Path, *, device: str = "auto", batch_size: int | None = None) -> PhotoEncoder:
        """Load a model folder.

        Raises
        ------
        InputError
            The folder, its settings or its weights cannot be used; the message names it and gives the reason.
        """
        model = read_model_folder(folder)
        network = load_network(model, folder / WEIGHTS_FILE)
        found = embedding_dimension(network)
        if found != model.dimension:
            raise InputError(f"{folder} names dimension {model.dimension}, but {model.backbone} has {found}.")
        return cls(model, network, device=pick_device(device), batch_size=batch_size)

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self.model.dimension

    @property
    def square(self) -> Square:
        """What `prepare` makes of a photo."""
        return Square(edge=self.model.image_size, interpolation=self.model.interpolation, crop=self.model.crop)

    def prepare(self, photo: Image.Image) -> Pixels:
        """Bring an RGB photo to the network's input; shape (S, S, 3), uint8."""
        return self.square.cut(photo)

    def encode_pixels(self, pixels: Sequence[Pixels]) -> FloatVectors:
        """Embed prepared photos.

        Returns
        -------
        numpy.ndarray
            Shape (len(pixels), dimension), float32, rows of unit norm.
        """
        vectors = np.empty((len(pixels), self.dimension), dtype=np.float32)
        start = 0
        while start < len(pixels):
            size = self.batch_size
            block = pixels[start : start + size]
            vectors[start : start + len(block)] = self._forward(block, size)
            start += len(block)
        return vectors

    def encode(self, photo: Image.Image) -> FloatVectors:
        """Embed one photo as soon as possible; shape (dimension,), float32, unit norm."""
        return self.encode_square(self.prepare(photo))

    def encode_square(self, pixels: Pixels) -> FloatVectors:
        """Embed one prepared photo as soon as possible; shape (dimension,), float32, unit norm."""
        vector: FloatVectors = self._forward([pixels], 1)[0]
        return vector

    def feature_map(self, photo: Image.Image) -> FeatureMap:
        """Embed one photo place by place.

        Raises
        ------
        InputError
            The network has no places, or looks at the middle of a photo only.
        """
        if self.model.crop is not None:
            raise InputError(f"The model {self.model.name} looks at the middle of a photo only: places are not shown.")
        with self._lock, torch.inference_mode():
            pixels = as_batch(np.array(self.prepare(photo)[None]), self.device)
            parts, offset = place_parts(self.network, normalise(pixels, self.model.mean, self.model.std))
        places = parts[0].permute(1, 2, 0).contiguous()
        return FeatureMap(places.cpu().numpy(), offset.cpu().numpy())

    def _forward(self, pixels: Sequence[Pixels], batch_size: int) -> FloatVectors:
        """Embed photos; where the memory of the GPU does not suffice, fewer at once, and at last on the processor."""
        device = self.device
        try:
            return self._pass(pixels, batch_size)
        except torch.OutOfMemoryError:
            if device.type == "cpu":
                raise
        with self._lock:
            torch.cuda.empty_cache()
            if batch_size == 1 and self.device == device:
                self._leave_gpu()
            elif batch_size == self.batch_size:  # else another thread has said so
                self.batch_size = batch_size // 2
                log.warning("The GPU has no memory for %d photos at once: %d are tried.", batch_size, self.batch_size)
        size = max(batch_size // 2, 1)
        parts = [self._forward(pixels[start : start + size], size) for start in range(0, len(pixels), size)]
        return np.concatenate(parts)

    def _leave_gpu(self) -> None:
        log.warning("The GPU has no memory for the model %s: it runs on the processor.", self.model.name)
        self.network, self.device = self.network.cpu(), torch.device("cpu")
        self.batch_size = max(self.batch_size, _CPU_BATCH)

    def _pass(self, pixels: Sequence[Pixels], batch_size: int) -> FloatVectors:
        batch = np.zeros((batch_size, *pixels[0].shape), dtype=np.uint8)
        np.stack(pixels, out=batch[: len(pixels)])
        with self._lock, torch.inference_mode():
            photos = normalise(as_batch(batch, self.device), self.model.mean, self.model.std)
            features = self.network(photos)
            unit = nn.functional.normalize(features.float(), dim=1)
        return unit[: len(pixels)].cpu().numpy()


def load_network(model: PhotoModel, weights: Path) -> nn.Module:
    """Build the network that a model names and fill it: a bare backbone, or one that was trained with its neck.

    Raises
    ------
    InputError
        The architecture is unknown, the weights cannot be read or are not of it, or the tower is not here.
    """
    tensors = read_tensors(weights)
    if model.tower is not None:
        return _load_projected(model.tower, model.dimension, weights)
    if are_of_network(tensors):
        named = f"{model.backbone} with pooling {model.pooling} and neck {model.neck}"
        network: nn.Module = build_network(
            model.backbone,
            backbone_arguments=model.backbone_arguments,
            pooling=model.pooling,
            neck=model.neck,
            dimension=model.dimension if model.neck == "linear-batchnorm" else None,
        )
    elif (model.pooling, model.neck) == ("avg", "none"):
        named = model.backbone
        network = create_backbone(model.backbone, model.backbone_arguments, projection=model.projection)
    else:
        raise InputError(
            f"The weights {weights} are of a backbone alone, but the model has pooling {model.pooling} "
            f"and neck {model.neck}."
        )
    fill(network, tensors, weights, named)
    return network


def _load_projected(tower: PhotoModel, dimension: int, weights: Path) -> ProjectedTower:
    folder = find_model_folder(tower)
    if folder is None:
        raise InputError(
            f"The weights {weights} are a projection of the vectors of {tower.name} "
            f"(weights {tower.weights_sha256:.12}), which is not on this machine. {describe_getting_model(tower)}"
        )
    projection = Projection(tower.dimension, dimension)
    load_weights(projection, weights, f"{tower.backbone} with a projection to {dimension}")
    return ProjectedTower(load_network(read_model_folder(folder), folder / WEIGHTS_FILE), projection)
