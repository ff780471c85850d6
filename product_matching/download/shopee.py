"""The data of the Shopee price match competition, with the user's own credentials or from the user's own archive.

Source: Howard et al., "Shopee - Price Match Guarantee", Kaggle 2021. Its rules allow no redistribution: everybody
accepts them and downloads for themselves.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from product_matching.download.archive import DamagedArchive, unpack_archive
from product_matching.download.disk import check_room, written_in
from product_matching.download.kaggle import SITE, fetch_files
from product_matching.errors import InputError, said
from product_matching.folders import atomic_folder
from product_matching.progress import NO_PROGRESS, Progress

COLUMNS = ("posting_id", "image", "image_phash", "title", "label_group")


@dataclass(frozen=True)
class Competition:
    """A competition on Kaggle.

    Attributes
    ----------
    name
        The name in its address.
    n_listings, n_groups
        What its ``train.csv`` holds.
    n_bytes
        Room that a download needs: the archive and its files lie side by side for a while.
    """

    name: str
    n_listings: int
    n_groups: int
    n_bytes: int = 0

    @property
    def page(self) -> str:
        """Address of its page."""
        return f"{SITE}/competitions/{self.name}"


SHOPEE = Competition("shopee-product-matching", n_listings=34_250, n_groups=11_014, n_bytes=4_000_000_000)


def download_competition(
    out: Path,
    competition: Competition = SHOPEE,
    *,
    archive: Path | None = None,
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
    progress
        Shows how far the unpacking of the user's archive is, in bytes; kagglehub shows its own download.

    Returns
    -------
    bool
        False where `out` was there already, whole.

    Raises
    ------
    Cancelled
        Somebody stopped it: `out` is not there, and what has been downloaded is kept.
    InputError
        It cannot be downloaded; the message says how to fix it. The downloaded part is continued.
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
    _fetch(out, competition)
    return True


def problem_of(folder: Path, competition: Competition) -> str:
    """Parts of the competition's data that a folder lacks; empty if it is complete."""
    try:
        table = pd.read_csv(folder / "train.csv", dtype=str, keep_default_na=False)
    except (OSError, ValueError) as error:
        return f"its train.csv cannot be read: {said(error, 80)}"
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


def _fetch(out: Path, competition: Competition) -> None:
    """Download into a hidden folder beside `out`, which stays until the download is whole, check, and rename."""
    staging = out.with_name(f".{out.name}.kagglehub")
    there = sum(path.stat().st_size for path in staging.rglob("*") if path.is_file())
    check_room(out.parent, competition.n_bytes - there, "the archive and its unpacked files")
    try:
        files = fetch_files(competition.name, staging)
        with atomic_folder(out) as folder:
            for path in files.iterdir():
                path.rename(folder / path.name)
            _check(folder, competition, "What Kaggle sent")
    except DamagedArchive as error:
        shutil.rmtree(staging, ignore_errors=True)
        raise InputError(f"{error} It is deleted: the same command downloads it anew.") from error
    shutil.rmtree(staging, ignore_errors=True)


def _install(archive: Path, out: Path, competition: Competition, progress: Progress) -> None:
    """Unpack beside `out`, check, and rename."""
    with atomic_folder(out) as folder:
        unpack_archive(archive, folder, progress)
        _check(folder, competition, f"The archive {archive}")


def _check(folder: Path, competition: Competition, what: str) -> None:
    problem = problem_of(folder, competition)
    if problem:
        raise DamagedArchive(f"{what} is not the competition's: {problem}.")
