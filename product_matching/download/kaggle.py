"""A competition's files by kagglehub: credentials, going on after an interruption and checksums are its own."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import requests

from product_matching.download.archive import DamagedArchive
from product_matching.download.disk import written_in
from product_matching.errors import InputError, said

SITE = "https://www.kaggle.com"
SETTINGS_PAGE = f"{SITE}/settings"
_BY_HAND = "download the archive in a browser and give it with --archive"


def fetch_files(competition: str, folder: Path) -> Path:
    """Download and unpack all files of a competition; an interrupted download in the same folder is continued.

    Parameters
    ----------
    competition
        Its name, as in its address.
    folder
        Where kagglehub keeps the archive until it is whole, and then the files; made if it is not there.

    Returns
    -------
    pathlib.Path
        The folder of the files, somewhere in `folder`.

    Raises
    ------
    DamagedArchive
        What arrived is not what Kaggle has, or no archive.
    InputError
        Credentials, rules, network or disk prevent it; the message says how to fix it, and shows no credentials.
    """
    with _quiet_kagglehub(folder) as kagglehub:
        _check_credentials(kagglehub)
        try:
            with written_in(folder.parent):
                return Path(_download(kagglehub, competition))
        except kagglehub.exceptions.DataCorruptionError as error:
            raise DamagedArchive("The download arrived damaged (its checksum differs).") from error
        except (BadZipFile, EOFError, ValueError) as error:
            if isinstance(error, InputError):
                raise
            raise DamagedArchive(f"What arrived is damaged or no archive ({said(error, 100)}).") from error


def _download(kagglehub: Any, competition: str) -> str:
    """Download by kagglehub; a refusal of the server or the network becomes one sentence."""
    try:
        return str(kagglehub.competition_download(competition))
    except requests.HTTPError as error:
        status = 0 if error.response is None else error.response.status_code
        raise InputError(_say_refusal(status, competition)) from error
    except requests.RequestException as error:
        raise InputError(
            f"Kaggle cannot be reached, or the connection broke ({type(error).__name__}): check the network; the same "
            f"command continues the download. Or {_BY_HAND}."
        ) from error


@contextmanager
def _quiet_kagglehub(folder: Path) -> Iterator[Any]:
    """Import kagglehub with its cache in a folder and nothing of it on stdout, which belongs to results."""
    settings = {"KAGGLEHUB_CACHE": str(folder), "DISABLE_KAGGLE_CACHE": "true"}
    before = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    try:
        with redirect_stdout(sys.stderr):
            import kagglehub

            logging.getLogger("kagglehub").setLevel(logging.ERROR)
            yield kagglehub
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _check_credentials(kagglehub: Any) -> None:
    """Fail without credentials: kagglehub would otherwise send the whole request first."""
    try:
        found = kagglehub.config.get_kaggle_credentials()
    except (OSError, ValueError, TypeError, RecursionError) as error:
        raise InputError(
            f"The Kaggle credentials cannot be read ({said(error, 160)}): make new ones at {SETTINGS_PAGE}."
        ) from error
    if not found:
        raise InputError(
            f"There are no Kaggle credentials: make a token at {SETTINGS_PAGE} and set KAGGLE_API_TOKEN to it (or "
            "KAGGLE_USERNAME and KAGGLE_KEY, or keep Kaggle's file kaggle.json in ~/.kaggle). Without any, "
            f"{_BY_HAND}."
        )


def _say_refusal(status: int, competition: str) -> str:
    page = f"{SITE}/competitions/{competition}"
    if status == 401:
        return f"Kaggle refuses the credentials (401): make new ones at {SETTINGS_PAGE}."
    if status == 403:
        return (
            "Kaggle refuses the download (403) until you have accepted the competition's rules: open "
            f"{page}/rules in a browser, accept them, and give the same command again."
        )
    if status == 404:
        return f"Kaggle has no data of {competition} (404): see {page}/data, or {_BY_HAND}."
    return f"Kaggle answered with status {status}: try again later; the downloaded part is kept."
