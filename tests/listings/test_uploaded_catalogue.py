"""Uploaded lists with zip archives of photos: what is unpacked, what is refused, and that all problems are told."""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from product_matching.errors import InputError
from product_matching.listings import photo_archive
from product_matching.listings.catalogue import CatalogueError
from product_matching.listings.photo_archive import unpack_photos
from product_matching.listings.uploaded_catalogue import UploadedCatalogue, opened_upload
from product_matching.progress import Cancelled
from tests.recorded_progress import RecordedProgress


def packed(files: Mapping[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def written(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("place", ["", "photos/", "one/two/"])
def test_only_wanted_photos_are_unpacked_wherever_they_lie_in_the_archive(tmp_path: Path, place: str) -> None:
    files = {f"{place}a.jpg": b"a", f"{place}more/b.png": b"b", f"{place}not wanted.jpg": b"c", "__MACOSX/a.jpg": b"d"}
    progress = RecordedProgress()
    wanted = {"a.jpg", "more/b.png", "missing.jpg"}
    assert unpack_photos(io.BytesIO(packed(files)), wanted, tmp_path, progress=progress) == []
    assert written(tmp_path) == {"a.jpg": b"a", "more/b.png": b"b"}
    assert progress.stages == {"unpacking": [2, 2]}


def test_nothing_is_written_outside_the_folder(tmp_path: Path) -> None:
    names = ("../up.jpg", "/abs.jpg", "a/../../up.jpg", "C:/drive.jpg", "back\\slash.jpg")
    inside = tmp_path / "inside"
    inside.mkdir()
    assert unpack_photos(io.BytesIO(packed(dict.fromkeys(names, b"x"))), set(names), inside) == []
    assert written(tmp_path) == {}


def test_links_damaged_and_oversized_entries_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(photo_archive, "MAX_PHOTO_BYTES", 1 << 20)
    link = zipfile.ZipInfo("link.jpg")
    link.external_attr = 0o120777 << 16
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(link, "/etc/passwd")
        archive.writestr("damaged.jpg", b"some photo")
        archive.writestr("large.jpg", bytes((1 << 20) + 1), zipfile.ZIP_DEFLATED)
        archive.writestr("good.jpg", b"good")
    content = buffer.getvalue().replace(b"some photo", b"same photo")
    names = {"link.jpg", "damaged.jpg", "large.jpg", "good.jpg"}
    problems = unpack_photos(io.BytesIO(content), names, tmp_path)
    assert [problem.split("'")[1] for problem in problems] == ["damaged.jpg", "large.jpg", "link.jpg"]
    reasons = ("is damaged", "is larger than 1 MB", "is a link")
    assert all(reason in problem for reason, problem in zip(reasons, problems, strict=True))
    assert written(tmp_path) == {"good.jpg": b"good"}


def test_what_is_too_much_is_refused_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = packed({"a.jpg": bytes(600), "b.jpg": bytes(600)})
    monkeypatch.setattr(photo_archive, "MAX_TOTAL", 1000)
    with pytest.raises(InputError, match="unpacked"):
        unpack_photos(io.BytesIO(content), {"a.jpg", "b.jpg"}, tmp_path)
    assert unpack_photos(io.BytesIO(content), {"a.jpg"}, tmp_path) == []
    monkeypatch.setattr(photo_archive, "MAX_ENTRIES", 1)
    with pytest.raises(InputError, match="2 entries"):
        unpack_photos(io.BytesIO(content), {"a.jpg"}, tmp_path)


def test_problems_of_list_and_archive_are_told_together_and_nothing_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    table = b"posting_id,title,image\n1,A,a.jpg\n1,B,gone.jpg\n"
    upload = UploadedCatalogue(name="x.csv", table=table, photos=packed({"a.jpg": b"a"}))
    with pytest.raises(CatalogueError) as refused, opened_upload(upload):
        pass
    assert refused.value.problems == [
        "duplicate posting_id: row 2 ('1' as in row 1)",
        "no such photo in the zip file: row 2 ('gone.jpg')",
    ]
    broken = UploadedCatalogue(name="x.csv", table=table, photos=b"PK nothing")
    with pytest.raises(CatalogueError) as refused, opened_upload(broken):
        pass
    assert [problem.partition(":")[0] for problem in refused.value.problems] == [
        "duplicate posting_id",
        "no such photo in the zip file",
        "The photos are not in a zip file that can be read (File is not a zip file).",
    ]
    assert list(tmp_path.iterdir()) == []


def test_the_photos_lie_there_while_it_is_open_and_a_list_alone_is_one_of_titles() -> None:
    table = b"posting_id,title,image\n1,A,a.jpg\n2,B,\n"
    with opened_upload(UploadedCatalogue(name="x.csv", table=table, photos=packed({"in/a.jpg": b"a"}))) as catalogue:
        path = catalogue.photo_path(0)
        assert path is not None
        assert path.read_bytes() == b"a"
        assert catalogue.photo_path(1) is None
    assert not path.exists()
    with opened_upload(UploadedCatalogue(name="x.csv", table=table)) as catalogue:
        assert not catalogue.has_photos
        assert len(catalogue) == 2


def test_unpacking_is_cancelled() -> None:
    table = b"posting_id,image\n1,a.jpg\n2,b.jpg\n"
    upload = UploadedCatalogue(name="x.csv", table=table, photos=packed({"a.jpg": b"a", "b.jpg": b"b"}))
    progress = RecordedProgress(cancel_in="unpacking", cancel_after=1)
    with pytest.raises(Cancelled), opened_upload(upload, progress=progress):
        pass
