"""Fixtures of the download tests: a small competition, its archive, and what stands for kagglehub."""

from __future__ import annotations

import os
import sys
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import kagglehub
import pytest

from product_matching.download.shopee import COLUMNS, Competition

SMALL = Competition("small-competition", n_listings=5, n_groups=2)


def small_files() -> dict[str, bytes]:
    """The files of `SMALL`, by their names in the archive."""
    rows = [f"train_{row},{row:032x}.jpg,{row:016x},title {row},{row % 2}" for row in range(SMALL.n_listings)]
    photos = {f"train_images/{row:032x}.jpg": bytes([row]) * 4000 for row in range(SMALL.n_listings)}
    return {
        "train.csv": "\n".join([",".join(COLUMNS), *rows, ""]).encode(),
        "test.csv": b"posting_id,image,image_phash,title\n",
        "sample_submission.csv": b"posting_id,matches\n",
        "test_images/abc.jpg": b"photo",
        **photos,
    }


def write_archive(path: Path, files: dict[str, bytes]) -> Path:
    """Write a zip archive, stored as it is so that its size follows from that of the files."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """The archive of `SMALL`."""
    return write_archive(tmp_path / "small.zip", small_files())


@dataclass
class Kaggle:
    """What stands for kagglehub's download: it fills kagglehub's cache from an archive, or raises.

    Attributes
    ----------
    archive
        The archive of the competition, unpacked as kagglehub does.
    error
        Raised in the middle of the download, once.
    asked
        Names of the competitions that were asked for, with the cache that kagglehub was told to use.
    """

    archive: Path
    error: BaseException | None = None
    asked: list[tuple[str, Path]] = field(default_factory=list)

    def download(self, competition: str) -> str:
        """As `kagglehub.competition_download`: the archive is continued."""
        cache = Path(os.environ["KAGGLEHUB_CACHE"])
        self.asked.append((competition, cache))
        arrived = cache / "competitions" / f"{competition}.archive"
        arrived.parent.mkdir(parents=True, exist_ok=True)
        sys.stdout.write("kagglehub talks on stdout")
        if self.error is not None:
            error, self.error = self.error, None
            arrived.write_bytes(b"half")
            raise error
        arrived.unlink(missing_ok=True)
        with zipfile.ZipFile(self.archive) as opened:
            opened.extractall(cache / "competitions" / competition)
        return str(cache / "competitions" / competition)


@pytest.fixture
def kaggle(archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Kaggle:
    """Kagglehub without a network, and credentials for it."""
    for name in ("KAGGLE_USERNAME", "KAGGLE_KEY", "KAGGLEHUB_CACHE", "DISABLE_KAGGLE_CACHE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("KAGGLE_API_TOKEN", "KGAT_secret")
    monkeypatch.setenv("KAGGLE_CONFIG_DIR", str(tmp_path / "no_credentials"))
    monkeypatch.setenv("HOME", str(tmp_path / "no_home"))
    state = Kaggle(archive)
    monkeypatch.setattr(kagglehub, "competition_download", state.download)
    return state
