"""Optional packages: imported where they are used, and named by their extra where they are missing."""

from __future__ import annotations

import importlib
from types import ModuleType

from product_matching.errors import InputError


def import_extra(module: str, extra: str, purpose: str) -> ModuleType:
    """Import a module of an optional package.

    Parameters
    ----------
    module
        Full name of the module.
    extra
        Extra of this project that contains the package (``pyproject.toml``, ``requirements-EXTRA.txt``).
    purpose
        What needs it, in the plural; the error begins with it.

    Raises
    ------
    InputError
        The package, or one that it needs, is not installed.

    Examples
    --------
    >>> import_extra("no_such_package", "sentence", "Sentence embeddings")
    Traceback (most recent call last):
    ...
    product_matching.errors.InputError: Sentence embeddings need the extra sentence: pip install -e '.[sentence]'.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise InputError(missing_extra(extra, purpose)) from error


def missing_extra(extra: str, purpose: str) -> str:
    """The sentence for a missing extra (see `import_extra`)."""
    return f"{purpose} need the extra {extra}: pip install -e '.[{extra}]'."
