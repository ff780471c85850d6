from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from product_matching.listings.catalogue import CatalogueError, read_catalogue
from product_matching.listings.photo_archive import ArchiveLimits
from product_matching.listings.uploaded_catalogue import (
    UploadedCatalogue,
    UploadedFiles,
    UploadLimits,
    read_uploaded_catalogue,
)
from product_matching.progress import Cancelled
from tests.recorded_progress import RecordedProgress

TABLE = b"posting_id,image,title\n1,a.jpg,Red shoe\n2,sub/b.jpg,Blue hat\n3,,Green scarf\n"
PHOTOS = {"a.jpg": b"photo a", "sub/b.jpg": b"photo b", "sub/unused.jpg": b"photo c"}
Read = Callable[..., UploadedCatalogue]


def zip_of(files: dict[str, bytes] | list[tuple[str | zipfile.ZipInfo, bytes]], *, deflate: bool = False) -> bytes:
    buffer = io.BytesIO()
    method = zipfile.ZIP_DEFLATED if deflate else zipfile.ZIP_STORED
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in files.items() if isinstance(files, dict) else files:
            archive.writestr(name, data)
    return buffer.getvalue()


@pytest.fixture
def read(tmp_path: Path) -> Read:
    folder = tmp_path / "outer" / "upload"
    folder.mkdir(parents=True)

    def read_upload(table: bytes = TABLE, photos: bytes | None = None, **options: object) -> UploadedCatalogue:
        stream = None if photos is None else io.BytesIO(photos)
        name = str(options.pop("name", "new.csv"))
        return read_uploaded_catalogue(UploadedFiles(table=table, name=name, photos=stream), folder, **options)

    return read_upload


def problems_of(read: Read, *args: bytes, **options: object) -> list[str]:
    with pytest.raises(CatalogueError) as caught:
        read(*args, **options)
    return caught.value.problems


def written(tmp_path: Path) -> set[str]:
    return {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}


def test_a_table_and_its_photos_are_the_catalogue_that_a_folder_gives(read: Read, tmp_path: Path) -> None:
    upload = read(photos=zip_of(PHOTOS, deflate=True))
    images = upload.catalogue.image_folder
    assert images is not None
    (tmp_path / "same.csv").write_bytes(TABLE)
    pd.testing.assert_frame_equal(
        upload.catalogue.listings, read_catalogue(tmp_path / "same.csv", images=images).listings
    )
    paths = [upload.catalogue.photo_path(row) for row in range(3)]
    assert [path and path.read_bytes() for path in paths] == [b"photo a", b"photo b", None]
    assert upload.unused == 1
    assert written(tmp_path) == {
        "same.csv",
        "outer/upload/listings.csv",
        "outer/upload/photos/a.jpg",
        "outer/upload/photos/sub/b.jpg",
    }


def test_photos_are_found_below_the_only_folder_of_the_zip_and_litter_is_left_out(read: Read) -> None:
    files = {f"my photos/{name}": data for name, data in PHOTOS.items()}
    litter = {"__MACOSX/my photos/._a.jpg": b"x", "my photos/.DS_Store": b"x", "my photos/sub/Thumbs.db": b"x"}
    upload = read(photos=zip_of({**litter, **files}))
    path = upload.catalogue.photo_path(1)
    assert path is not None
    assert path.read_bytes() == b"photo b"
    assert upload.unused == 1


def test_without_a_zip_titles_alone_are_read_from_csv_and_parquet(read: Read) -> None:
    assert not read().catalogue.has_photos
    buffer = io.BytesIO()
    pd.DataFrame({"posting_id": [1, 2], "title": ["Shoe", "Hat"]}).to_parquet(buffer)
    assert read(buffer.getvalue(), name="NEW.Parquet").catalogue.listings["posting_id"].tolist() == ["1", "2"]


def test_problems_of_table_and_zip_are_told_together_and_nothing_is_unpacked(read: Read, tmp_path: Path) -> None:
    table = b"posting_id,image,title\n1,a.jpg,x\n1,missing.jpg,y\n2,../a.jpg,z\n"
    found = problems_of(read, table, zip_of(PHOTOS), what="list of new listings")
    assert found == [
        "duplicate posting_id: row 2 ('1' as in row 1)",
        "no such photo in the zip: row 2 ('missing.jpg'), row 3 ('../a.jpg')",
    ]
    found = problems_of(read, b"posting_id,price\n1,2\n", b"no zip")
    assert found[0] == "the file of photos is no zip that can be read"
    assert found[1].startswith("photos were given, but there is no column 'image'")
    assert written(tmp_path) == {"outer/upload/listings.csv"}


def link(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    return entry


def encrypted(data: bytes) -> bytes:
    """The same zip whose directory says that the first file is encrypted."""
    place = data.index(b"PK\x01\x02") + 8
    return data[:place] + b"\x01" + data[place + 1 :]


def lzma() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("a.jpg", b"photo" * 100)
    return buffer.getvalue()


def with_directory_of(data: bytes, size: int) -> bytes:
    """The same zip whose end states a directory of some size."""
    return data[:-10] + size.to_bytes(4, "little") + data[-6:]


HOSTILE = {
    "a path out of it": (zip_of({**PHOTOS, "../../evil.jpg": b"x"}), "paths lead out"),
    "an absolute path": (zip_of({**PHOTOS, "/tmp/evil.jpg": b"x"}), "paths lead out"),
    "a drive": (zip_of({**PHOTOS, "C:evil.jpg": b"x"}), "paths lead out"),
    "backslashes": (zip_of({**PHOTOS, "..\\evil.jpg": b"x"}), "paths lead out"),
    "a link": (zip_of([*PHOTOS.items(), (link("a.link"), b"/etc/passwd")]), "links or other special files"),
    "an encrypted file": (encrypted(zip_of(PHOTOS)), "files are encrypted"),
    "another compression": (lzma(), "compressed in another way"),
    "names twice": (zip_of({**PHOTOS, "SUB/b.JPG": b"x"}), "names occur twice, capitals aside: 'SUB/b.JPG'"),
    "no zip": (b"GIF89a" * 50, "no zip that can be read"),
    "an empty file": (b"", "no zip that can be read"),
    "an empty zip": (zip_of({}), "the zip holds no photos"),
    "one cut short": (zip_of(PHOTOS)[:-30], "no zip that can be read"),
    "a huge directory": (with_directory_of(zip_of(PHOTOS), 2**31), "more files than are read"),
    "Zip64": (zip_of(PHOTOS)[:-22] + b"PK\x06\x07" + bytes(16) + zip_of(PHOTOS)[-22:], "more files than are read"),
}


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_zip_is_refused_before_anything_is_unpacked(case: str, read: Read, tmp_path: Path) -> None:
    data, expected = HOSTILE[case]
    found = problems_of(read, TABLE, data)
    assert len(found) == 1
    assert expected in found[0]
    assert written(tmp_path) == {"outer/upload/listings.csv"}


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        (ArchiveLimits(entries=2), "the zip has 3 entries; at most 2 are read"),
        (ArchiveLimits(photo_bytes=5 * 2**20), "files have more than 5 MB: 'a.jpg'"),
        (ArchiveLimits(unpacked_bytes=20 * 2**20), "the zip holds 30 MB unpacked; at most 20 MB are read"),
    ],
)
def test_a_zip_beyond_a_limit_is_refused(limits: ArchiveLimits, expected: str, read: Read, tmp_path: Path) -> None:
    bomb = zip_of(
        {"a.jpg": bytes(10 * 2**20), "sub/b.jpg": bytes(10 * 2**20), "c.jpg": bytes(10 * 2**20)}, deflate=True
    )
    assert len(bomb) < 100_000
    found = problems_of(read, TABLE, bomb, limits=UploadLimits(archive=limits))
    assert len(found) == 1
    assert expected in found[0]
    assert written(tmp_path) == {"outer/upload/listings.csv"}


def test_a_file_that_states_less_than_it_holds_is_told_and_not_written_whole(read: Read, tmp_path: Path) -> None:
    data = bytearray(zip_of({"a.jpg": bytes(2**20), "sub/b.jpg": b"photo b"}, deflate=True))
    place = data.index(b"PK\x01\x02") + 24
    data[place : place + 4] = (10).to_bytes(4, "little")
    found = problems_of(read, TABLE, bytes(data))
    assert len(found) == 1
    assert found[0].startswith("the zip is damaged; these cannot be unpacked: 'a.jpg' (Bad CRC-32")
    assert sum(path.stat().st_size for path in (tmp_path / "outer/upload/photos").rglob("*.jpg")) < 100


def test_a_table_beyond_a_limit_is_refused(read: Read) -> None:
    assert problems_of(read, TABLE, limits=UploadLimits(rows=2)) == ["it has 3 listings; at most 2 are taken"]
    assert problems_of(read, TABLE, limits=UploadLimits(table_bytes=10)) == [
        f"it has {len(TABLE)} bytes; at most 10 are read"
    ]
    buffer = io.BytesIO()
    pd.DataFrame({"posting_id": range(1000), "title": ["x" * 10_000] * 1000}).to_parquet(buffer)
    small = UploadLimits(table_bytes=2**20)
    assert len(buffer.getvalue()) < small.table_bytes
    found = problems_of(read, buffer.getvalue(), name="bomb.parquet", limits=small)
    assert found == ["it has more than 1,048,576 bytes unpacked, the most that is read"]


@pytest.mark.parametrize("name", ["listings", "listings.xlsx", "../../listings.csv.exe", "", "a.\0b"])
def test_a_table_of_another_kind_is_refused_by_its_name(name: str, read: Read, tmp_path: Path) -> None:
    assert problems_of(read, TABLE, name=name)[0].endswith("accepted are .csv and .parquet")
    assert written(tmp_path) == set()


def test_unpacking_shows_progress_and_can_be_cancelled(read: Read) -> None:
    progress = RecordedProgress(cancel_in="unpacking photos", cancel_after=1)
    with pytest.raises(Cancelled):
        read(photos=zip_of(PHOTOS), progress=progress)
    assert progress.stages == {"unpacking photos": [1, 2]}
