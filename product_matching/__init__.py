"""Find listings of the same product in a marketplace catalogue from photo and title.

The names of this façade are loaded when they are first used: importing the package loads neither torch nor a search
backend.

Examples
--------
>>> import product_matching as pm
>>> pm.Thresholds(photo=0.24, title=0.45)
Thresholds(photo=0.24, title=0.45, fused=None)
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from product_matching.errors import InputError
    from product_matching.listings.catalogue import Catalogue, read_catalogue
    from product_matching.matching.candidates import Candidates
    from product_matching.matching.thresholds import Thresholds
    from product_matching.store.bundle import Bundle, open_bundle
    from product_matching.workflows.build import BuildOptions, build_bundle
    from product_matching.workflows.find import Finder, Query, default_thresholds, describe_matches
    from product_matching.workflows.find_words import FoundWords, WordFinder

__version__ = "0.1.0"

__all__ = [
    "BuildOptions",
    "Bundle",
    "Candidates",
    "Catalogue",
    "Finder",
    "FoundWords",
    "InputError",
    "Query",
    "Thresholds",
    "WordFinder",
    "__version__",
    "build_bundle",
    "default_thresholds",
    "describe_matches",
    "open_bundle",
    "read_catalogue",
]

_MODULES = {
    "BuildOptions": "workflows.build",
    "Bundle": "store.bundle",
    "Candidates": "matching.candidates",
    "Catalogue": "listings.catalogue",
    "Finder": "workflows.find",
    "FoundWords": "workflows.find_words",
    "InputError": "errors",
    "Query": "workflows.find",
    "Thresholds": "matching.thresholds",
    "WordFinder": "workflows.find_words",
    "build_bundle": "workflows.build",
    "default_thresholds": "workflows.find",
    "describe_matches": "workflows.find",
    "open_bundle": "store.bundle",
    "read_catalogue": "listings.catalogue",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{_MODULES[name]}"), name)
    globals()[name] = value  # found without this function from now on
    return value


def __dir__() -> list[str]:
    return sorted(set(globals()) | set(__all__))
