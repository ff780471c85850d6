"""Folders of the user's own data, of the bundles and of the models."""

from __future__ import annotations

import os
from pathlib import Path

_PROJECT = Path(__file__).resolve().parents[1]


def home_folder() -> Path:
    """The user's own data: caches, imported weights, decisions (`PRODUCT_MATCHING_HOME`, else ~/.product-matching)."""
    return Path(os.environ.get("PRODUCT_MATCHING_HOME") or "~/.product-matching").expanduser()


def embeddings_folder() -> Path:
    """The folder that holds the bundles (`PRODUCT_MATCHING_EMBEDDINGS`, else the project's ``embeddings/``)."""
    return Path(os.environ.get("PRODUCT_MATCHING_EMBEDDINGS") or _PROJECT / "embeddings").expanduser()


def models_folder() -> Path:
    """The folder that holds trained models (`PRODUCT_MATCHING_MODELS`, else the project's ``models/``)."""
    return Path(os.environ.get("PRODUCT_MATCHING_MODELS") or _PROJECT / "models").expanduser()


def comparison_file() -> Path:
    """The comparison table (`PRODUCT_MATCHING_COMPARISON`, else the project's ``docs/comparison.json``)."""
    return Path(os.environ.get("PRODUCT_MATCHING_COMPARISON") or _PROJECT / "docs" / "comparison.json").expanduser()


def project_folder() -> Path:
    """The folder of the project that this is installed from."""
    return _PROJECT


def pictures_folder() -> Path:
    """The project's ``streamlit_out/``: pictures that pages and README show."""
    return _PROJECT / "streamlit_out"


def service_file() -> Path:
    """The project's ``streamlit_service.py``, which starts the app with its HTTP service."""
    return _PROJECT / "streamlit_service.py"
