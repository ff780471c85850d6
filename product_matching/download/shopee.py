"""The data of the Shopee price match competition, with the user's own credentials or from the user's own archive.

Source: Howard et al., "Shopee - Price Match Guarantee", Kaggle 2021. Its rules allow no redistribution: everybody
accepts them and downloads for themselves.
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from product_matching.download.archive import DamagedArchive, unpack_archive
from product_matching.download.credentials import SETTINGS_PAGE, Credentials, find_credentials
from product_matching.download.disk import written_in
from product_matching.download.transfer import AnsweredWithAnError, fetch_file, forget_file
from product_matching.errors import InputError
from product_matching.progress import NO_PROGRESS, Progress

ENDPOINT = "https://www.kaggle.com"
COLUMNS = ("posting_id", "image", "image_phash", "title", "label_group")


@dataclass(frozen=True)
class Competition:
    """A competition on Kaggle: the name in its address, and what its ``train.csv`` holds."""

    name: str
    n_listings: int
    n_groups: int

    @property
    def page(self) -> str:
        """Address of its page."""
        return f"{ENDPOINT}/competitions/{self.name}"


SHOPEE = Competition("shopee-product-matching", n_listings=34_250, n_groups=11_014)


def download_competition(
    out: Path,
    competition: Competition = SHOPEE,
    *,
    archive: Path | None = None,
    endpoint: str = ENDPOINT,
    progress: Progress = NO_PROGRESS,
) -> bool:
    """Fetch, check and unpack a competition's data. `out` holds all of it, or is not there.

    Parameters
    ----------
    out
        Folder for ``train.csv``, ``train_images`` and the rest; new, empty, or of a finished download.
    competition
        Which one.
    archive
        The archive that the user downloaded in a browser; nothing is fetched then, and it is left as it is.
    endpoint
        Kaggle's address.
    progress
        Shows progress in bytes.

    Returns
    -------
    bool
        False where `out` was there already, whole.

    Raises
    ------
    Cancelled
        Somebody stopped it: `out` is not there, and what has been downloaded is kept.
    InputError
        Whatever is in the way, in one sentence that says what to do. What has been downloaded is gone on with.
    """
    out = out.expanduser().resolve()
    if out.is_dir() and not problem_of(out, competition):
        return False
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        problem = problem_of(out, competition) if out.is_dir() else "it is no folder"
        raise InputError(f"{out} is there, but is no finished download ({problem}): give another --out, or delete it.")
    with written_in(out.parent):
        out.parent.mkdir(parents=True, exist_ok=True)
    if archive is not None:
        _install(archive, out, competition, progress)
        return True
    fetched = out.with_name(f".{out.name}.zip.partial")
    _fetch(fetched, competition, endpoint, progress)
    try:
        _install(fetched, out, competition, progress)
    except DamagedArchive as error:
        forget_file(fetched)
        raise InputError(f"{error} It is deleted: the same command downloads it anew.") from error
    forget_file(fetched)
    return True


def problem_of(folder: Path, competition: Competition) -> str:
    """What a folder lacks to be the competition's data; empty if it lacks nothing."""
    try:
        table = pd.read_csv(folder / "train.csv", dtype=str, keep_default_na=False)
    except (OSError, ValueError) as error:
        return f"its train.csv cannot be read: {error!s:.80}"
    if tuple(table) != COLUMNS:
        return f"its train.csv has other columns than {', '.join(COLUMNS)}"
    n_groups = table["label_group"].nunique()
    if (len(table), n_groups) != (competition.n_listings, competition.n_groups):
        return (
            f"its train.csv has {len(table):,} listings in {n_groups:,} groups, but the competition's has "
            f"{competition.n_listings:,} in {competition.n_groups:,}"
        )
    photos = folder / "train_images"
    there = {path.name for path in photos.iterdir()} if photos.is_dir() else set()
    missing = sorted(set(table["image"]) - there)
    return f"{len(missing):,} photos of its train.csv are missing, such as {missing[0]!r:.60}" if missing else ""


def _fetch(path: Path, competition: Competition, endpoint: str, progress: Progress) -> None:
    credentials = find_credentials()
    url = f"{endpoint}/api/v1/competitions/data/download-all/{competition.name}"
    try:
        fetch_file(url, path, authorization=credentials.authorization, progress=progress)
    except AnsweredWithAnError as error:
        raise InputError(_say_refusal(error, competition, credentials)) from error


def _say_refusal(error: AnsweredWithAnError, competition: Competition, credentials: Credentials) -> str:
    said = f" It says: {error.message}" if error.message else ""
    if error.status == 401:
        return f"Kaggle refuses the credentials in {credentials.origin} (401): make new ones at {SETTINGS_PAGE}."
    if error.status == 403:
        return (
            "Kaggle refuses the download (403) until you have accepted the competition's rules: open "
            f"{competition.page}/rules in a browser, accept them, and give the same command again.{said}"
        )
    if error.status == 404:
        return (
            f"Kaggle does not know the data of {competition.name} (404): look at {competition.page}/data; an archive "
            f"that was downloaded there in a browser is taken with --archive.{said}"
        )
    if error.status == 416:
        return "Kaggle's archive has changed since the download began: the same command downloads it anew."
    return f"Kaggle answered with status {error.status}: try again later; what has arrived is kept.{said}"


def _install(archive: Path, out: Path, competition: Competition, progress: Progress) -> None:
    """Unpack beside `out`, check, and rename."""
    with written_in(out.parent):
        beside = Path(tempfile.mkdtemp(prefix=f".{out.name}.", suffix=".partial", dir=out.parent))
    try:
        unpack_archive(archive, beside, progress)
        problem = problem_of(beside, competition)
        if problem:
            raise DamagedArchive(f"The archive {archive} is not the competition's: {problem}.")
        with written_in(out.parent):
            beside.chmod(0o755)
            if out.exists():
                out.rmdir()
            beside.replace(out)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
