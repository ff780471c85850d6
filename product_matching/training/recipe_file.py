"""The settings of a recipe file, before their fields are checked."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from product_matching.errors import InputError


def read_settings(path: Path) -> dict[str, Any]:
    """Read a recipe file in TOML; a recipe that gives no name is named after its file.

    Raises
    ------
    InputError
        It cannot be read, is not text in UTF-8, or no TOML.
    """
    try:
        text = path.read_bytes().decode("utf-8")
    except OSError as error:
        raise InputError(f"The recipe {path} cannot be read ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise InputError(f"The recipe {path} is not text in UTF-8.") from error
    try:
        return {"name": path.stem, **tomllib.loads(text)}
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise InputError(f"The recipe {path} is not TOML: {error!s:.120}.") from error
