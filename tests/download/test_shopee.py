"""Downloads from a server on this machine: whole, interrupted, refused, too large, damaged."""

import hashlib
import io
import shutil
import socket
import zipfile
from collections import namedtuple
from http.client import HTTPMessage
from pathlib import Path

import pytest

from product_matching.download import transfer
from product_matching.download.shopee import download_competition
from product_matching.errors import InputError
from product_matching.progress import NO_PROGRESS, Cancelled, NoProgress
from tests.download.conftest import API, SMALL, Kaggle, small_files, write_archive
from tests.recorded_progress import RecordedProgress

Usage = namedtuple("Usage", "total used free")


def download(out: Path, kaggle: Kaggle) -> bool:
    return download_competition(out, SMALL, endpoint=kaggle.endpoint)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def partial(out: Path) -> Path:
    return out.with_name(f".{out.name}.zip.partial")


def test_everything_arrives_and_nothing_is_left_beside_it(tmp_path: Path, kaggle: Kaggle) -> None:
    out = tmp_path / "new" / "data"
    assert download(out, kaggle)
    assert contents(out) == small_files()
    assert list(out.parent.iterdir()) == [out]


def test_credentials_stay_with_the_host_that_they_are_for(tmp_path: Path, kaggle: Kaggle) -> None:
    download(tmp_path / "data", kaggle)
    assert kaggle.asked == [(API, "Bearer KGAT_secret", None), ("/archive.zip?signature=x", None, None)]
    kaggle.asked.clear()
    path = tmp_path / "moved.zip"
    transfer.fetch_file(f"{kaggle.endpoint}/moved", path, authorization="Bearer KGAT_secret", progress=NO_PROGRESS)
    assert [authorization for _, authorization, _ in kaggle.asked] == ["Bearer KGAT_secret"] * 2 + [None]


def test_a_redirection_away_from_encryption_is_refused() -> None:
    request = transfer.Request("https://www.kaggle.com/a")
    with pytest.raises(InputError, match=r"redirects to http://storage\.example, which is not encrypted"):
        transfer._Redirects().redirect_request(
            request, io.BytesIO(), 302, "", HTTPMessage(), "http://storage.example/x"
        )


def test_a_finished_download_is_recognised(tmp_path: Path, kaggle: Kaggle) -> None:
    download(tmp_path / "data", kaggle)
    kaggle.asked.clear()
    assert not download(tmp_path / "data", kaggle)
    assert kaggle.asked == []


def test_an_empty_folder_is_filled(tmp_path: Path, kaggle: Kaggle) -> None:
    (tmp_path / "data").mkdir()
    assert download(tmp_path / "data", kaggle)


def test_an_interrupted_download_goes_on_where_it_stopped(tmp_path: Path, kaggle: Kaggle) -> None:
    out, kaggle.cut = tmp_path / "data", 7000
    with pytest.raises(InputError, match=r"interrupted after 0\.0 MB of 0\.0 MB: the same command goes on"):
        download(out, kaggle)
    assert not out.exists()
    assert partial(out).read_bytes() == kaggle.content[:7000]
    kaggle.asked.clear()
    assert download(out, kaggle)
    assert kaggle.asked[-1][2] == "bytes=7000-"
    assert contents(out) == small_files()


@pytest.mark.parametrize(("etag", "ranges"), [('"v2"', True), ('"v1"', False), ("", True), ('W/"weak"', True)])
def test_without_a_sure_way_to_go_on_it_begins_anew(tmp_path: Path, kaggle: Kaggle, etag: str, ranges: bool) -> None:
    """Another version of the archive, a server that sends no parts, one that names no version or none to the byte."""
    out, kaggle.cut = tmp_path / "data", 7000
    kaggle.etag = '"v1"' if etag == '"v2"' else etag
    with pytest.raises(InputError, match="interrupted"):
        download(out, kaggle)
    kaggle.etag, kaggle.ranges = etag, ranges
    other = small_files() | {"test_images/abc.jpg": b"another photo"}
    kaggle.content = write_archive(tmp_path / "other.zip", other).read_bytes()
    assert download(out, kaggle)
    assert contents(out) == other


def test_a_download_that_was_complete_is_not_repeated(tmp_path: Path, kaggle: Kaggle) -> None:
    out = tmp_path / "data"
    partial(out).write_bytes(kaggle.content)
    partial(out).with_name(partial(out).name + ".tag").write_text(kaggle.etag)
    assert download(out, kaggle)
    assert contents(out) == small_files()


def test_more_than_the_server_has_is_thrown_away(tmp_path: Path, kaggle: Kaggle) -> None:
    out = tmp_path / "data"
    partial(out).write_bytes(kaggle.content + b"x")
    partial(out).with_name(partial(out).name + ".tag").write_text(kaggle.etag)
    with pytest.raises(InputError, match="has changed since the download began"):
        download(out, kaggle)
    assert download(out, kaggle)


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (401, b"", r"refuses the credentials in KAGGLE_API_TOKEN \(401\): make new ones at https://www.kaggle.com"),
        (
            403,
            b'{"code": 403, "message": "You must accept this competition\'s rules."}',
            "until you have accepted the competition's rules: open "
            "https://www.kaggle.com/competitions/small-competition/rules .* It says: You must accept this",
        ),
        (404, b"<html>", "does not know the data of small-competition .404.: look at https://www.kaggle.com/comp"),
        (429, b"", "answered with status 429: try again later"),
        (500, b'["\x00"]', "answered with status 500"),
    ],
)
def test_a_refusal_says_what_to_do(tmp_path: Path, kaggle: Kaggle, status: int, body: bytes, said: str) -> None:
    kaggle.status, kaggle.body = status, body
    with pytest.raises(InputError, match=said) as caught:
        download(tmp_path / "data", kaggle)
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "data").exists()


def test_a_web_page_is_no_archive(tmp_path: Path, kaggle: Kaggle) -> None:
    kaggle.status, kaggle.body, kaggle.content_type = 200, b"<html>Log in</html>", "text/html; charset=utf-8"
    with pytest.raises(InputError, match="answered with a web page instead of the archive"):
        download(tmp_path / "data", kaggle)


def test_no_network_is_said(tmp_path: Path, kaggle: Kaggle) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        endpoint = f"http://127.0.0.1:{unused.getsockname()[1]}"
        with pytest.raises(InputError, match=r"cannot be reached .*: check the network, or download the archive in a"):
            download_competition(tmp_path / "data", SMALL, endpoint=endpoint)


def test_without_credentials_nothing_is_asked(tmp_path: Path, kaggle: Kaggle, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KAGGLE_API_TOKEN")
    with pytest.raises(InputError, match="no Kaggle credentials"):
        download(tmp_path / "data", kaggle)
    assert kaggle.asked == []


def test_a_disk_that_is_too_small_is_said_before_anything_arrives(
    tmp_path: Path, kaggle: Kaggle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(10**6, 10**6, int(1.5 * len(kaggle.content))))
    with pytest.raises(InputError, match=r"MB free, but 0\.0 MB are needed for the archive and its unpacked files"):
        download(tmp_path / "data", kaggle)
    assert not partial(tmp_path / "data").exists()


def test_a_disk_that_becomes_full_is_said_and_what_has_arrived_is_kept(tmp_path: Path, kaggle: Kaggle) -> None:
    class FullDisk(NoProgress):
        def begin(self, description: str, total: int, *, done: int = 0, unit: str = "") -> None:
            if description == "unpacking":
                raise OSError(28, "No space left on device")

    out = tmp_path / "data"
    with pytest.raises(InputError, match=r"cannot be written to \(No space left on device\)"):
        download_competition(out, SMALL, endpoint=kaggle.endpoint, progress=FullDisk())
    assert partial(out).exists()
    assert not list(tmp_path.glob(".data.*.partial/"))[1:]
    assert download(out, kaggle)


def test_progress_is_shown_in_bytes(tmp_path: Path, kaggle: Kaggle) -> None:
    seen = RecordedProgress()
    download_competition(tmp_path / "data", SMALL, endpoint=kaggle.endpoint, progress=seen)
    unpacked = sum(map(len, small_files().values()))
    assert seen.stages == {"downloading": [len(kaggle.content)] * 2, "unpacking": [unpacked] * 2}


def test_a_cancelled_download_keeps_what_has_arrived_and_unpacks_nothing(tmp_path: Path, kaggle: Kaggle) -> None:
    out = tmp_path / "data"
    with pytest.raises(Cancelled):
        download_competition(out, SMALL, endpoint=kaggle.endpoint, progress=RecordedProgress(cancel_in="unpacking"))
    assert not out.exists() and not list(tmp_path.glob(".data.*.partial/"))
    assert partial(out).read_bytes() == kaggle.content
    assert download(out, kaggle)


def test_an_archive_of_ones_own_is_taken_and_left_as_it_is(tmp_path: Path, archive: Path) -> None:
    before = hashlib.sha256(archive.read_bytes()).hexdigest()
    assert download_competition(tmp_path / "data", SMALL, archive=archive)
    assert contents(tmp_path / "data") == small_files()
    assert hashlib.sha256(archive.read_bytes()).hexdigest() == before


def test_an_archive_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.zip cannot be read \(No such file"):
        download_competition(tmp_path / "data", SMALL, archive=tmp_path / "none.zip")


def test_a_damaged_download_is_thrown_away(tmp_path: Path, kaggle: Kaggle) -> None:
    whole, out = kaggle.content, tmp_path / "data"
    damaged = bytearray(whole)
    place = whole.index(b"\x03" * 4000) + 1000
    damaged[place] ^= 1
    kaggle.content = bytes(damaged)
    with pytest.raises(InputError, match=r"Bad CRC-32.*It is deleted: the same command downloads it anew"):
        download(out, kaggle)
    assert not partial(out).exists()
    assert not out.exists()
    kaggle.content = whole
    assert download(out, kaggle)


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
