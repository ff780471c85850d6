"""A photo model on disk: ``model.json`` and ``weights.safetensors`` in one folder, read without trusting either."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import asdict, field
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, ConfigDict, Field
from pydantic.dataclasses import dataclass

from product_matching.errors import InputError
from product_matching.files import file_sha256, read_json
from product_matching.folders import atomic_folder
from product_matching.networks.kinds import Neck, Pooling
from product_matching.validation import Name, Number, Sha256, Text, validate

MODEL_FORMAT = 1
MODEL_FILE = "model.json"
WEIGHTS_FILE = "weights.safetensors"
CARD_FILE = "README.md"
MAX_MODEL_BYTES = 1 << 20
Interpolation = Literal["bilinear", "bicubic", "lanczos"]


def _check_plain(value: object) -> object:
    if not isinstance(value, str | int | float | bool):
        raise ValueError(f"it is {value!r:.80}, but must be a text, a number, or true or false")
    return value


BackboneArgument = Annotated[Any, AfterValidator(_check_plain)]
_PerChannel = Annotated[Number, Field(ge=-1e6, le=1e6)]
_Spread = Annotated[Number, Field(gt=0, le=1e6)]


@dataclass(frozen=True, config=ConfigDict(extra="forbid"), kw_only=True)
class PhotoModel:
    """Description of a photo model: its backbone and the preparation of photos.

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
        Edge of the square input, in pixels.
    crop
        None: the whole photo is resized to the input. A share: the shorter edge is resized to ``image_size / crop``,
        and the square in the middle is the input.
    mean, std
        Per channel (red, green, blue), on the scale 0..1.
    interpolation
        Filter that a photo is resized with.
    backbone_arguments
        Further arguments of the architecture, such as ``{"pad_type": "same"}``.
    pooling, neck
        What follows the backbone in a network that was trained here; a bare backbone has its own pooling and no neck.
    projection
        Whether a bare backbone ends with its published head, as the image tower of CLIP does.
    tower
        The model whose unit vectors a linear projection makes shorter; the weights are those of the projection alone.
    source, licence
        Where the weights come from and under what terms, in words.
    training
        How the network was trained: recipe, seeds, data, classes, figures with their protocol.
    """

    name: Name
    backbone: Name
    weights_sha256: Sha256
    dimension: Annotated[int, Field(strict=True, ge=1, le=65536)]
    image_size: Annotated[int, Field(strict=True, ge=16, le=2048)] = 224
    mean: tuple[_PerChannel, _PerChannel, _PerChannel] = (0.485, 0.456, 0.406)
    std: tuple[_Spread, _Spread, _Spread] = (0.229, 0.224, 0.225)
    interpolation: Interpolation = "bicubic"
    crop: Annotated[Number, Field(ge=0.1, le=1)] | None = None
    backbone_arguments: dict[str, BackboneArgument] = field(default_factory=dict)
    pooling: Pooling = "avg"
    neck: Neck = "none"
    projection: Annotated[bool, Field(strict=True)] = False
    tower: PhotoModel | None = None
    source: Text = ""
    licence: Text = ""
    training: dict[str, Any] = field(default_factory=dict)

    @property
    def fingerprint(self) -> str:
        """SHA-256 over everything that decides the embedding: weights, architecture, preparation of the photo."""
        return hashlib.sha256(json.dumps(self.identity(), sort_keys=True).encode()).hexdigest()

    def identity(self) -> dict[str, Any]:
        """The fields that decide the embedding, without name and provenance.

        Fields that change nothing are left out: vectors are the same as before there were these fields.
        """
        plain = {"pooling": "avg", "neck": "none", "crop": None, "projection": False, "tower": None}
        fields = asdict(self) if self.tower is None else {**asdict(self), "tower": self.tower.identity()}
        return {
            key: value
            for key, value in fields.items()
            if key not in {"name", "source", "licence", "training"} and not (key in plain and plain[key] == value)
        }


def parse_model(settings: object, origin: str) -> PhotoModel:
    """Check the settings of a model, as read from JSON.

    Raises
    ------
    InputError
        A field is missing, unknown, or has a value that no model can have; the sentence names origin, field and value.
    """
    return validate(PhotoModel, settings, origin)


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
    settings = read_json(path, max_bytes=MAX_MODEL_BYTES)
    version = settings.pop("format", None) if isinstance(settings, dict) else MODEL_FORMAT
    if version != MODEL_FORMAT:
        raise InputError(f"{path} has format {version!r:.40}, but this version reads {MODEL_FORMAT}.")
    return parse_model(settings, str(path))


def write_model_folder(folder: Path, model: PhotoModel, weights: Path, *, card: str = "") -> None:
    """Write a model folder, whole or not at all; an equal folder is left as it is, a damaged one replaced.

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
    if folder.is_dir() and _is_of(folder, model) and _card_of(folder) == card:
        return
    settings = {"format": MODEL_FORMAT, **asdict(model)}
    with atomic_folder(folder) as partial:
        shutil.copyfile(weights, partial / WEIGHTS_FILE)
        (partial / MODEL_FILE).write_text(json.dumps(settings, indent=2, sort_keys=True) + "\n", encoding="utf-8")
        if card:
            (partial / CARD_FILE).write_text(card, encoding="utf-8")


def _is_of(folder: Path, model: PhotoModel) -> bool:
    try:
        return read_model_folder(folder) == model
    except InputError:  # damaged: it is replaced
        return False


def _card_of(folder: Path) -> str:
    path = folder / CARD_FILE
    return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
