"""The networks of the models folder, read as far as their settings and their card."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open

from product_matching.encoders.model_folder import (
    CARD_FILE,
    MODEL_FILE,
    WEIGHTS_FILE,
    PhotoModel,
    read_model_settings,
)
from product_matching.errors import InputError, said
from product_matching.store.comparison import Scores
from product_matching.validation import validate

log = logging.getLogger(__name__)

#: A model card is cut here.
MAX_CARD_CHARS = 40_000
_PARTS = ("validation", "test")


@dataclass(frozen=True, kw_only=True)
class ListedModel:
    """A network's folder, with its settings or the reason why it cannot be used.

    Attributes
    ----------
    name
        Name of the folder, which `build --model` takes.
    model
        Its settings (``model.json``); None if they cannot be read.
    problem
        One sentence; empty for a network that can be used.
    megabytes
        Size of the weights.
    card
        The model card, in Markdown; empty for none.
    """

    name: str
    model: PhotoModel | None
    problem: str = ""
    megabytes: float = 0.0
    card: str = ""


def list_models(parent: Path) -> list[ListedModel]:
    """Read the networks of a folder, in order of name: all folders that hold settings. Hidden ones are half-written."""
    if not parent.is_dir():
        return []
    folders = sorted(path for path in parent.iterdir() if path.is_dir() and not path.name.startswith("."))
    return [_read(folder) for folder in folders if (folder / MODEL_FILE).is_file()]


def _read(folder: Path) -> ListedModel:
    try:
        model = read_model_settings(folder)
        size = (folder / WEIGHTS_FILE).stat().st_size
        with safe_open(folder / WEIGHTS_FILE, "numpy"):  # reads the head, which holds the length of the file
            pass
        return ListedModel(
            name=folder.name, model=model, problem="", megabytes=size / 1e6, card=read_card(folder / CARD_FILE)
        )
    except InputError as error:
        return ListedModel(name=folder.name, model=None, problem=str(error))
    except SafetensorError as error:
        return ListedModel(
            name=folder.name, model=None, problem=f"{folder / WEIGHTS_FILE} is damaged ({said(error, 80)})."
        )
    except OSError as error:
        return ListedModel(
            name=folder.name, model=None, problem=f"{folder / WEIGHTS_FILE} cannot be read ({error.strerror})."
        )


def read_card(path: Path) -> str:
    """A model card up to `MAX_CARD_CHARS`; empty where there is none."""
    if not path.is_file():
        return ""
    with path.open(encoding="utf-8", errors="replace") as stream:
        return stream.read(MAX_CARD_CHARS)


def own_scores(model: PhotoModel) -> dict[str, Scores]:
    """Figures of a network on the parts of what it was trained on, by part; what is damaged is left out."""
    figures = model.training.get("figures")
    found: dict[str, Scores] = {}
    for part in _PARTS:
        if isinstance(figures, dict) and figures.get(part) is not None:
            try:
                found[part] = validate(Scores, figures[part], f"{model.name}, {part}")
            except InputError as error:
                log.info("%s", error)
    return found


def trained_on(model: PhotoModel) -> str:
    """The data that a network was trained on; empty where its settings have none.

    Of each catalogue the file is named; how it was divided into parts stands in the model card.
    """
    data = model.training.get("data")
    if not isinstance(data, dict):
        return ""
    catalogues = data.get("catalogues")
    said = [entry for entry in catalogues if isinstance(entry, str)] if isinstance(catalogues, list) else []
    files = ", ".join(entry.partition(": ")[0] for entry in said)
    photos, classes = data.get("photos"), data.get("classes")
    trained = photos.get("train") if isinstance(photos, dict) else None
    counts = f"{trained:,} training photos in {classes:,} classes" if _is_count(trained) and _is_count(classes) else ""
    return " of ".join(filter(None, [counts, files]))


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**12


def speed_of(model: PhotoModel) -> str:
    """Speed of a network as its settings state it; empty where it was not measured."""
    speed = model.training.get("speed")
    return speed if isinstance(speed, str) else ""
