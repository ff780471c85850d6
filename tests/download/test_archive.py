"""Archives from elsewhere: nothing of them is written unless all of it may be."""

import stat
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from product_matching.download import archive as module
from product_matching.download.archive import DamagedArchive, check_entries, unpack_archive
from product_matching.progress import NO_PROGRESS
from tests.download.conftest import small_files, write_archive


def unpacked(archive: Path, folder: Path) -> list[str]:
    """Unpack an archive into a new folder; the names of all that was written below it and around it."""
    (folder / "inside").mkdir(parents=True)
    try:
        unpack_archive(archive, folder / "inside", NO_PROGRESS)
    finally:
        written = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    return written


def test_the_files_and_their_folders_are_written(tmp_path: Path) -> None:
    archive = tmp_path / "a.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as opened:
        opened.mkdir("train_images")
        for name, content in small_files().items():
            opened.writestr(name, content)
    assert unpacked(archive, tmp_path / "out") == sorted(f"inside/{name}" for name in small_files())


@pytest.mark.parametrize(
    "name",
    [
        "../train.csv",
        "/train.csv",
        "train_images/../../x.jpg",
        "train_images/a/b.jpg",
        "train_images/..jpg",
        "train_images\\x.jpg",
        "C:train.csv",
        "train_images/x.exe",
        "train_images/x.jpg/",
        "other/x.jpg",
        "train.csv.zip",
        "notes.txt",
    ],
)
def test_any_other_name_is_refused(tmp_path: Path, name: str) -> None:
    archive = write_archive(tmp_path / "a.zip", {**small_files(), name: b""})
    with pytest.raises(DamagedArchive, match="is none of its files"):
        unpacked(archive, tmp_path / "out")
    assert not [path for path in (tmp_path / "out").rglob("*") if path.is_file()]


def entry(name: str = "train_images/x.jpg", **attributes: int) -> zipfile.ZipInfo:
    made = zipfile.ZipInfo(name)
    for attribute, value in attributes.items():
        setattr(made, attribute, value)
    return made


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ([entry(external_attr=(stat.S_IFLNK | 0o777) << 16)], "'train_images/x.jpg' is a link or another special file"),
        ([entry(external_attr=(stat.S_IFIFO | 0o666) << 16)], "is a link or another special file"),
        ([entry("train_images/", external_attr=(stat.S_IFLNK | 0o777) << 16)], "is no folder"),
        ([entry(flag_bits=1)], "is encrypted"),
        ([entry(compress_type=zipfile.ZIP_LZMA)], "is compressed in an unusual way"),
        ([entry(file_size=60_000_000)], "has 60 MB, but at most 50 MB"),
        ([entry("train.csv", file_size=10**12)], "has 1,000,000 MB, but at most 100 MB"),
        ([entry(), entry()], "holds a file twice"),
        ([entry(), entry("train_images/X.jpg")], "holds a file twice"),
        ([entry(f"train_images/{n}.jpg", file_size=49_000_000) for n in range(300)], "holds 14,700 MB unpacked"),
    ],
)
def test_entries_that_may_not_be_unpacked_are_named(entries: list[zipfile.ZipInfo], said: str) -> None:
    with pytest.raises(DamagedArchive, match=said):
        check_entries(entries, Path("a.zip"))


def test_too_many_entries_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MAX_ENTRIES", 3)
    with pytest.raises(DamagedArchive, match="has 4 entries; at most 3"):
        check_entries([entry(f"train_images/{n}.jpg") for n in range(4)], Path("a.zip"))


def _understate(content: bytes) -> bytes:
    """Let the archive say that the first file is shorter than it is."""
    size = len(small_files()["train.csv"]).to_bytes(4, "little")
    return content.replace(size, (10).to_bytes(4, "little"))


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: b"",
        lambda content: b"no archive",
        lambda content: content[: len(content) // 2],
        lambda content: content.replace(b"PK\x01\x02", b"PK\x09\x09", 1),
        _understate,
    ],
)
def test_a_damaged_archive_is_one_sentence(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    archive = write_archive(tmp_path / "a.zip", small_files())
    archive.write_bytes(damage(archive.read_bytes()))
    with pytest.raises(DamagedArchive, match="is damaged or no zip archive") as caught:
        unpacked(archive, tmp_path / "out")
    assert "\n" not in str(caught.value)


def test_a_file_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as opened, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        opened.writestr("train.csv", "a")
        opened.writestr("train.csv", "b")
    with pytest.raises(DamagedArchive, match="holds a file twice"):
        unpacked(tmp_path / "a.zip", tmp_path / "out")
