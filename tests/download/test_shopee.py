"""Downloads by kagglehub: whole, interrupted, refused, too large, damaged; and archives of the user's own."""

import hashlib
import os
import shutil
import zipfile
from collections import namedtuple
from pathlib import Path

import kagglehub.exceptions
import pytest
import requests

from product_matching.download.shopee import Competition, download_competition
from product_matching.errors import InputError
from product_matching.progress import Cancelled, NoProgress
from tests.download.conftest import SMALL, Kaggle, small_files, write_archive
from tests.recorded_progress import RecordedProgress

Usage = namedtuple("Usage", "total used free")


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def staging(out: Path) -> Path:
    return out.with_name(f".{out.name}.kagglehub")


def refusal(status: int) -> requests.HTTPError:
    """What kagglehub raises where Kaggle answers with a status; its message holds line breaks."""
    response = requests.Response()
    response.status_code = status
    return kagglehub.exceptions.KaggleApiHTTPError(f"{status} Client Error.\n\nMore", response=response)


def test_everything_arrives_and_nothing_is_left_beside_it(tmp_path: Path, kaggle: Kaggle) -> None:
    out = tmp_path / "new" / "data"
    assert download_competition(out, SMALL)
    assert contents(out) == small_files()
    assert list(out.parent.iterdir()) == [out]
    assert kaggle.asked == [(SMALL.name, staging(out))]


def test_the_settings_of_kagglehub_are_the_users_own_again(tmp_path: Path, kaggle: Kaggle) -> None:
    os.environ["KAGGLEHUB_CACHE"] = "/users/own"
    try:
        download_competition(tmp_path / "data", SMALL)
        assert os.environ["KAGGLEHUB_CACHE"] == "/users/own"
    finally:
        del os.environ["KAGGLEHUB_CACHE"]
    assert "DISABLE_KAGGLE_CACHE" not in os.environ


def test_stdout_belongs_to_results(tmp_path: Path, kaggle: Kaggle, capsys: pytest.CaptureFixture[str]) -> None:
    download_competition(tmp_path / "data", SMALL)
    assert capsys.readouterr().out == ""


def test_a_finished_download_is_recognised(tmp_path: Path, kaggle: Kaggle) -> None:
    download_competition(tmp_path / "data", SMALL)
    assert not download_competition(tmp_path / "data", SMALL)
    assert len(kaggle.asked) == 1


def test_an_empty_folder_is_filled(tmp_path: Path, kaggle: Kaggle) -> None:
    (tmp_path / "data").mkdir()
    assert download_competition(tmp_path / "data", SMALL)
    assert contents(tmp_path / "data") == small_files()


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (requests.ConnectionError("[Errno -2] Name or service not known"), "cannot be reached, or the connection"),
        (
            requests.Timeout("read timed out"),
            r"connection broke \(Timeout\): check the network; the same command",
        ),
        (requests.exceptions.ChunkedEncodingError("IncompleteRead"), "continues the download. Or download the"),
        (refusal(401), r"refuses the credentials \(401\): make new ones at https://www.kaggle.com/settings"),
        (refusal(403), "accepted the competition's rules: open https://www.kaggle.com/competitions/small-comp.*/rules"),
        (refusal(404), r"has no data of small-competition \(404\): see https://www.kaggle.com/comp"),
        (refusal(429), "answered with status 429: try again later"),
        (requests.HTTPError("no answer"), "answered with status 0"),
        (OSError(28, "No space left on device"), r"cannot be written to \(No space left on device\)"),
    ],
)
def test_what_is_in_the_way_is_one_sentence_and_what_has_arrived_is_gone_on_with(
    tmp_path: Path, kaggle: Kaggle, error: Exception, said: str
) -> None:
    out, kaggle.error = tmp_path / "data", error
    with pytest.raises(InputError, match=said) as caught:
        download_competition(out, SMALL)
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not out.exists()
    assert list(contents(staging(out)).values()) == [b"half"]
    assert download_competition(out, SMALL)
    assert kaggle.asked[0] == kaggle.asked[1]
    assert not staging(out).exists()


@pytest.mark.parametrize(
    "error",
    [
        kagglehub.exceptions.DataCorruptionError("X-Goog-Hash\n\nMD5"),
        zipfile.BadZipFile("Bad CRC-32"),
        ValueError("Unsupported archive type."),
    ],
)
def test_a_damaged_download_is_thrown_away(tmp_path: Path, kaggle: Kaggle, error: Exception) -> None:
    out, kaggle.error = tmp_path / "data", error
    with pytest.raises(InputError, match=r"damaged .* It is deleted: the same command downloads it anew") as caught:
        download_competition(out, SMALL)
    assert "\n" not in str(caught.value)
    assert not out.exists()
    assert not staging(out).exists()
    assert download_competition(out, SMALL)


def test_other_data_from_kaggle_is_refused(tmp_path: Path, kaggle: Kaggle) -> None:
    out = tmp_path / "data"
    kaggle.archive = write_archive(tmp_path / "other.zip", {"train.csv": b"posting_id,image\n1,a.jpg\n"})
    with pytest.raises(InputError, match=r"What Kaggle sent is not the competition's: its train\.csv has other"):
        download_competition(out, SMALL)
    assert not out.exists()
    assert not staging(out).exists()


@pytest.mark.parametrize("content", [None, b"{", b"[]", b'{"username": "me"}', b"\xff", b"[" * 100_000])
def test_without_credentials_that_can_be_used_nothing_is_asked(
    tmp_path: Path, kaggle: Kaggle, monkeypatch: pytest.MonkeyPatch, content: bytes | None
) -> None:
    monkeypatch.delenv("KAGGLE_API_TOKEN")
    if content is not None:
        (tmp_path / "no_credentials").mkdir()
        (tmp_path / "no_credentials" / "kaggle.json").write_bytes(content)
    said = "There are no Kaggle credentials: make a token at" if content is None else "credentials cannot be read"
    with pytest.raises(InputError, match=said) as caught:
        download_competition(tmp_path / "data", SMALL)
    assert "https://www.kaggle.com/settings" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert kaggle.asked == []
    assert not (tmp_path / "data").exists()


def test_a_disk_that_is_too_small_is_said_before_anything_arrives(
    tmp_path: Path, kaggle: Kaggle, monkeypatch: pytest.MonkeyPatch
) -> None:
    large = Competition(SMALL.name, SMALL.n_listings, SMALL.n_groups, n_bytes=4_000_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(10**10, 7 * 10**9, 3 * 10**9))
    with pytest.raises(InputError, match="3,000 MB free, but 4,000 MB are needed for the archive and its"):
        download_competition(tmp_path / "data", large)
    assert kaggle.asked == []


def test_progress_of_unpacking_is_shown_in_bytes(tmp_path: Path, archive: Path) -> None:
    seen = RecordedProgress()
    download_competition(tmp_path / "data", SMALL, archive=archive, progress=seen)
    assert seen.stages == {"unpacking": [sum(map(len, small_files().values()))] * 2}


def test_a_disk_that_becomes_full_while_unpacking_leaves_nothing(tmp_path: Path, archive: Path) -> None:
    class FullDisk(NoProgress):
        def advance(self, n: int = 1) -> None:
            raise OSError(28, "No space left on device")

    with pytest.raises(InputError, match=r"cannot be written to \(No space left on device\)"):
        download_competition(tmp_path / "data", SMALL, archive=archive, progress=FullDisk())
    assert [path.name for path in tmp_path.iterdir()] == ["small.zip"]


def test_unpacking_that_is_cancelled_leaves_nothing(tmp_path: Path, archive: Path) -> None:
    with pytest.raises(Cancelled):
        download_competition(
            tmp_path / "data", SMALL, archive=archive, progress=RecordedProgress(cancel_in="unpacking")
        )
    assert [path.name for path in tmp_path.iterdir()] == ["small.zip"]


def test_an_archive_of_ones_own_is_taken_and_left_as_it_is(tmp_path: Path, archive: Path) -> None:
    before = hashlib.sha256(archive.read_bytes()).hexdigest()
    assert download_competition(tmp_path / "data", SMALL, archive=archive)
    assert contents(tmp_path / "data") == small_files()
    assert hashlib.sha256(archive.read_bytes()).hexdigest() == before


def test_an_archive_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.zip cannot be read \(No such file"):
        download_competition(tmp_path / "data", SMALL, archive=tmp_path / "none.zip")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"train.csv": b"posting_id,image\n1,a.jpg\n"}, "its train.csv has other columns than posting_id, image,"),
        ({"train.csv": small_files()["train.csv"] + b"x,y.jpg,0,t,9\n"}, "6 listings in 3 groups, but .* 5 in 2"),
        ({"train.csv": b"\xff\xfe\x00"}, "its train.csv cannot be read"),
        ({"train.csv": None}, "its train.csv cannot be read"),
        ({f"train_images/{3:032x}.jpg": None}, f"1 photos of its train.csv are missing, such as '{3:032x}.jpg'"),
    ],
)
def test_other_data_is_refused(tmp_path: Path, change: dict[str, bytes | None], said: str) -> None:
    files = {name: content for name, content in {**small_files(), **change}.items() if content is not None}
    archive = write_archive(tmp_path / "other.zip", files)
    with pytest.raises(InputError, match=f"is not the competition's: .*{said}"):
        download_competition(tmp_path / "data", SMALL, archive=archive)
    assert [path.name for path in tmp_path.iterdir()] == ["other.zip"]


def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path: Path, archive: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine")
    with pytest.raises(InputError, match=r"mine is there, but is no finished download \(its train\.csv cannot be read"):
        download_competition(tmp_path / "mine", SMALL, archive=archive)
    with pytest.raises(InputError, match=r"is there, but is no finished download \(it is no folder"):
        download_competition(archive, SMALL, archive=archive)
    assert contents(tmp_path / "mine") == {"notes.txt": b"mine"}
    assert zipfile.is_zipfile(archive)


def test_a_folder_that_lost_a_photo_is_no_finished_download(tmp_path: Path, archive: Path) -> None:
    download_competition(tmp_path / "data", SMALL, archive=archive)
    (tmp_path / "data" / "train_images" / f"{1:032x}.jpg").unlink()
    with pytest.raises(InputError, match=r"1 photos of its train\.csv are missing"):
        download_competition(tmp_path / "data", SMALL, archive=archive)
