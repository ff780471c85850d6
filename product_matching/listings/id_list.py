"""A list of ids from outside."""

from __future__ import annotations

from pathlib import Path

from product_matching.errors import InputError

_MAX_BYTES = 50_000_000


def read_id_list(path: Path) -> list[str]:
    """Read a text file of ids, separated by blanks or line breaks.

    Raises
    ------
    InputError
        It cannot be read, is too large or not UTF-8.
    """
    try:
        with path.open("rb") as stream:
            content = stream.read(_MAX_BYTES + 1)
        if len(content) > _MAX_BYTES:
            raise InputError(f"{path} is too large: a list of ids has at most {_MAX_BYTES:,} bytes.")
        return split_ids(content.decode("utf-8-sig"))
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not text in UTF-8.") from error


def split_ids(text: str) -> list[str]:
    """The ids of a text, which blanks and line breaks separate, as no id holds any; each once, in order."""
    return list(dict.fromkeys(text.split()))
