"""The user's own Kaggle credentials, from where Kaggle's tools keep them. Their values are never shown or stored."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from product_matching.errors import InputError

TOKEN, USERNAME, KEY, FOLDER = "KAGGLE_API_TOKEN", "KAGGLE_USERNAME", "KAGGLE_KEY", "KAGGLE_CONFIG_DIR"
SETTINGS_PAGE = "https://www.kaggle.com/settings"


@dataclass(frozen=True)
class Credentials:
    """What to say to Kaggle, as an HTTP ``Authorization``, and where it was found, for messages."""

    authorization: str = field(repr=False)
    origin: str


def find_credentials(environment: Mapping[str, str] = os.environ) -> Credentials:
    """Look for credentials in the order of Kaggle's own tools: a token, then a username with a key.

    ``KAGGLE_API_TOKEN``, ``KAGGLE_USERNAME`` with ``KAGGLE_KEY``, then the files ``access_token``, ``access_token.txt``
    and ``kaggle.json`` in ``~/.kaggle`` (``KAGGLE_CONFIG_DIR`` names another folder).

    Raises
    ------
    InputError
        There are none, or they cannot be used; the sentence says where to get them, and shows none of them.
    """
    if environment.get(TOKEN):
        return _bearer(environment[TOKEN], TOKEN)
    if environment.get(USERNAME) and environment.get(KEY):
        return _basic(environment[USERNAME], environment[KEY], f"{USERNAME} and {KEY}")
    folder = Path(environment.get(FOLDER) or "~/.kaggle").expanduser()
    for name in ("access_token", "access_token.txt"):
        if (folder / name).is_file():
            return _bearer(_read(folder / name), str(folder / name))
    if (folder / "kaggle.json").is_file():
        return _from_json(folder / "kaggle.json")
    raise InputError(
        f"There are no Kaggle credentials: make a token at {SETTINGS_PAGE} and set {TOKEN} to it (or {USERNAME} and "
        f"{KEY}, or keep Kaggle's file as {folder / 'kaggle.json'}). Without any, download the archive in a browser "
        "and give it with --archive."
    )


def _from_json(path: Path) -> Credentials:
    try:
        values = json.loads(_read(path))
        username, key = values["username"], values["key"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise InputError(
            f"{path} holds no Kaggle credentials: expected is JSON with 'username' and 'key'; make a new one at "
            f"{SETTINGS_PAGE}."
        ) from error
    return _basic(str(username), str(key), str(path))


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"The Kaggle credentials in {path} cannot be read ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise InputError(f"The Kaggle credentials in {path} are not text in UTF-8.") from error


def _bearer(token: str, origin: str) -> Credentials:
    return Credentials(f"Bearer {_checked(token, origin)}", origin)


def _basic(username: str, key: str, origin: str) -> Credentials:
    pair = f"{_checked(username, origin)}:{_checked(key, origin)}"
    return Credentials(f"Basic {base64.b64encode(pair.encode()).decode()}", origin)


def _checked(value: str, origin: str) -> str:
    """A value that can stand in a header: one word of printable ASCII."""
    value = value.strip()
    if not value or len(value) > 4096 or not all("!" <= letter <= "~" for letter in value):
        raise InputError(f"The Kaggle credentials in {origin} are empty or hold spaces or other than ASCII letters.")
    return value
