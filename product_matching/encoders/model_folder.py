"""A photo model on disk: ``model.json`` and ``weights.safetensors`` in one folder, read without trusting either."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import MISSING, asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

from product_matching.errors import InputError
from product_matching.files import atomic_folder, file_sha256
from product_matching.networks.kinds import Neck, Pooling

MODEL_FORMAT = 1
MODEL_FILE = "model.json"
WEIGHTS_FILE = "weights.safetensors"
CARD_FILE = "README.md"
MAX_MODEL_BYTES = 1 << 20
Interpolation = Literal["bilinear", "bicubic", "lanczos"]
BackboneArgument = str | int | float | bool


@dataclass(frozen=True)
class PhotoModel:
    """What a photo model is: its backbone and how a photo is prepared for it.

    Attributes
    ----------
    name
        Name of the model (of its folder).
    backbone
        Name of the timm architecture.
    weights_sha256
        SHA-256 of the weights file, in hexadecimal.
    dimension
        Length of the embedding.
    image_size
        Edge of the square input, in pixels; the whole photo is resized to it.
    mean, std
        Per channel (red, green, blue), on the scale 0..1.
    interpolation
        Filter that a photo is resized with.
    backbone_arguments
        Further arguments of the architecture, such as ``{"pad_type": "same"}``.
    pooling, neck
        What follows the backbone in a network that was trained here; a bare backbone has its own pooling and no neck.
    source, licence
        Where the weights come from and under what terms, in words.
    training
        How the network was trained: recipe, seeds, data, classes, figures with their protocol.
    """

    name: str
    backbone: str
    weights_sha256: str
    dimension: int
    image_size: int = 224
    mean: tuple[float, float, float] = (0.485, 0.456, 0.406)
    std: tuple[float, float, float] = (0.229, 0.224, 0.225)
    interpolation: Interpolation = "bicubic"
    backbone_arguments: dict[str, BackboneArgument] = field(default_factory=dict)
    pooling: Pooling = "avg"
    neck: Neck = "none"
    source: str = ""
    licence: str = ""
    training: dict[str, Any] = field(default_factory=dict)

    @property
    def fingerprint(self) -> str:
        """SHA-256 over everything that decides the embedding: weights, architecture, preparation of the photo."""
        return hashlib.sha256(json.dumps(self.identity(), sort_keys=True).encode()).hexdigest()

    def identity(self) -> dict[str, Any]:
        """The fields that decide the embedding, without name and provenance.

        Pooling and neck of a bare backbone are left out: its vectors are the same as before there were any.
        """
        plain = {"pooling": "avg", "neck": "none"}
        return {
            key: value
            for key, value in asdict(self).items()
            if key not in {"name", "source", "licence", "training"} and plain.get(key) != value
        }


def parse_model(settings: object, origin: str) -> PhotoModel:
    """Check the settings of a model, as read from JSON, field by field.

    Raises
    ------
    InputError
        A field is missing or has a value that no model can have; the sentence names `origin`, field and value.
    """
    if not isinstance(settings, dict):
        raise InputError(f"{origin} does not hold a JSON object.")
    known = {name: settings[name] for name in PhotoModel.__dataclass_fields__ if name in settings}
    for name in ("mean", "std"):
        if isinstance(known.get(name), list):
            known[name] = tuple(known[name])
    for name, (accepted, what) in _CHECKS.items():
        value = known.get(name, _default(name))
        if not accepted(value):
            raise InputError(f"{origin}: {name} is {value!r:.80}, but must be {what}.")
    return PhotoModel(**known)


def _default(name: str) -> object:
    entry = PhotoModel.__dataclass_fields__[name]
    if entry.default_factory is not MISSING:
        return entry.default_factory()
    return None if entry.default is MISSING else entry.default


def _three_numbers(value: object) -> bool:
    return isinstance(value, tuple) and len(value) == 3 and all(_number(entry) for entry in value)


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= 1e6


def _whole(value: object, low: int, high: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _plain_arguments(value: object) -> bool:
    return isinstance(value, dict) and all(
        isinstance(key, str) and isinstance(entry, str | int | float | bool) for key, entry in value.items()
    )


def _hex_digest(value: object) -> bool:
    return isinstance(value, str) and len(value) == 64 and set(value) <= set("0123456789abcdef")


def _one_of(names: Any) -> tuple[Callable[[Any], bool], str]:
    accepted = get_args(names)
    return lambda value: isinstance(value, str) and value in accepted, f"one of {', '.join(accepted)}"


_CHECKS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "name": (lambda value: isinstance(value, str) and 0 < len(value) <= 200, "a name"),
    "backbone": (lambda value: isinstance(value, str) and 0 < len(value) <= 200, "the name of a timm architecture"),
    "weights_sha256": (_hex_digest, "64 hexadecimal digits"),
    "dimension": (lambda value: _whole(value, 1, 65536), "a whole number from 1 to 65536"),
    "image_size": (lambda value: _whole(value, 16, 2048), "a whole number from 16 to 2048"),
    "mean": (_three_numbers, "three numbers"),
    "std": (lambda value: _three_numbers(value) and all(entry > 0 for entry in value), "three positive numbers"),
    "interpolation": _one_of(Interpolation),
    "backbone_arguments": (_plain_arguments, "an object of plain values"),
    "pooling": _one_of(Pooling),
    "neck": _one_of(Neck),
    "source": (lambda value: isinstance(value, str), "a text"),
    "licence": (lambda value: isinstance(value, str), "a text"),
    "training": (lambda value: isinstance(value, dict), "an object"),
}


def read_model_folder(folder: Path) -> PhotoModel:
    """Read and check ``model.json`` and that the weights beside it are the ones that it names.

    Raises
    ------
    InputError
        A file is missing or does not hold what it should; the sentence names the file.
    """
    model = read_model_settings(folder)
    weights = folder / WEIGHTS_FILE
    if not weights.is_file():
        raise InputError(f"The model folder {folder} has no {WEIGHTS_FILE}.")
    if file_sha256(weights) != model.weights_sha256:
        raise InputError(f"{weights} is not the file that {MODEL_FILE} beside it names (SHA-256 differs).")
    return model


def read_model_settings(folder: Path) -> PhotoModel:
    """Read and check ``model.json`` alone."""
    path = folder / MODEL_FILE
    try:
        with path.open("rb") as stream:
            content = stream.read(MAX_MODEL_BYTES + 1)
    except OSError as error:
        raise InputError(f"The model folder {folder} has no readable {MODEL_FILE} ({error.strerror}).") from error
    if len(content) > MAX_MODEL_BYTES:
        raise InputError(f"{path} is too large: the settings of a model have at most {MAX_MODEL_BYTES} bytes.")
    try:
        settings = json.loads(content.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path} is not JSON in UTF-8 ({error!s:.80}).") from error
    if isinstance(settings, dict) and settings.get("format") != MODEL_FORMAT:
        raise InputError(f"{path} has format {settings.get('format')!r:.40}, but this version reads {MODEL_FORMAT}.")
    return parse_model(settings, str(path))


def write_model_folder(folder: Path, model: PhotoModel, weights: Path, *, card: str = "") -> None:
    """Write a model folder, whole or not at all; an equal folder is left as it is.

    Parameters
    ----------
    folder
        Where to; what is there is replaced.
    model
        The settings.
    weights
        File that is copied into the folder.
    card
        Text of the model card, in Markdown; empty for none.
    """
    if folder.is_dir() and read_model_folder(folder) == model and _card_of(folder) == card:
        return
    settings = {"format": MODEL_FORMAT, **asdict(model)}
    with atomic_folder(folder) as partial:
        shutil.copyfile(weights, partial / WEIGHTS_FILE)
        (partial / MODEL_FILE).write_text(json.dumps(settings, indent=2, sort_keys=True) + "\n", encoding="utf-8")
        if card:
            (partial / CARD_FILE).write_text(card, encoding="utf-8")


def _card_of(folder: Path) -> str:
    path = folder / CARD_FILE
    return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
