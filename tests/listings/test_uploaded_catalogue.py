from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from product_matching.errors import InputError
from product_matching.listings.catalogue import CatalogueError, read_catalogue
from product_matching.listings.photo_archive import ArchiveLimits
from product_matching.listings.sifted_catalogue import SiftedCatalogue
from product_matching.listings.uploaded_catalogue import UploadedFiles, UploadLimits, read_uploaded_catalogue
from product_matching.progress import Cancelled
from tests.recorded_progress import RecordedProgress

TABLE = b"posting_id,image,title\n1,a.jpg,Red shoe\n2,sub/b.jpg,Blue hat\n3,,Green scarf\n"
PHOTOS = {"a.jpg": b"photo a", "sub/b.jpg": b"photo b", "sub/unused.jpg": b"photo c"}
Read = Callable[..., SiftedCatalogue]


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

    def read_upload(table: bytes = TABLE, photos: bytes | None = None, **options: object) -> SiftedCatalogue:
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
    catalogue, images = upload.catalogue(), upload.image_folder
    assert images is not None
    (tmp_path / "same.csv").write_bytes(TABLE)
    pd.testing.assert_frame_equal(catalogue.listings, read_catalogue(tmp_path / "same.csv", images=images).listings)
    paths = [catalogue.photo_path(row) for row in range(3)]
    assert [path and path.read_bytes() for path in paths] == [b"photo a", b"photo b", None]
    assert upload.notes == ("1 file of the zip is not in the list.",)
    assert upload.faulty == []
    assert written(tmp_path) == {
        "same.csv",
        "outer/upload/listings.csv",
        "outer/upload/photos/a.jpg",
        "outer/upload/photos/sub/b.jpg",
    }


def test_photos_are_found_below_the_only_folder_of_the_zip_and_litter_is_left_out(read: Read) -> None:
    files = {f"my photos/{name}": data for name, data in PHOTOS.items()}
    litter = {
        "__MACOSX/my photos/._a.jpg": b"x",
        "my photos/.DS_Store": b"x",
        "my photos/sub/Thumbs.db": b"x",
        ".git/a.jpg": b"x",
    }
    upload = read(photos=zip_of({**litter, **files}))
    path = upload.catalogue().photo_path(1)
    assert path is not None
    assert path.read_bytes() == b"photo b"
    assert upload.notes == (
        "The photos were found in the folder “my photos” of the zip.",
        "1 file of the zip is not in the list.",
    )


def test_without_a_zip_titles_alone_are_read_from_csv_and_parquet(read: Read) -> None:
    assert not read().has_photos
    buffer = io.BytesIO()
    pd.DataFrame({"posting_id": [1, 2], "title": ["Shoe", "Hat"]}).to_parquet(buffer)
    assert read(buffer.getvalue(), name="NEW.Parquet").listings["posting_id"].tolist() == ["1", "2"]


def test_problems_of_table_and_zip_are_told_together_and_nothing_is_unpacked(read: Read, tmp_path: Path) -> None:
    found = problems_of(read, b"posting_id,price\n1,2\n", b"no zip")
    assert found[0] == "the file of photos is no zip that can be read"
    assert found[1].startswith("photos were given, but there is no column 'image'")
    with pytest.raises(CatalogueError) as caught:
        read(b"posting_id,image,title\n1,a.jpg,x\n1,,y\n", b"no zip")
    assert caught.value.problems == ["the file of photos is no zip that can be read"]
    assert [each.reason for each in caught.value.faulty] == ["duplicate posting_id: '1' as in line 2"]
    assert written(tmp_path) == {"outer/upload/listings.csv"}


def test_rows_that_cannot_be_used_are_set_apart_with_all_that_is_wrong(read: Read) -> None:
    rows = [
        "1,a.jpg,Red shoe",
        "1,missing.jpg,Blue hat",
        ",,",
        "3,../a.jpg,Green scarf",
        "4,gone.jpg,",
        "5,sub/B.png,Belt",
        "6,a.jpg",
        "7,,",
        '"8",a.jpg,"two\nlines"',
        "9,a.jpg,Tie",
    ]
    upload = read("\n".join(["posting_id,image,title", *rows]).encode(), zip_of({**PHOTOS, "a.jpg": b""}), look=True)
    assert [(each.line, each.posting_id, each.reason) for each in upload.faulty] == [
        (2, "1", "photo that cannot be read: 'a.jpg' is empty (0 bytes)"),
        (3, "1", "duplicate posting_id: '1' as in line 2; no such photo in the zip: 'missing.jpg'"),
        (5, "3", "no such photo in the zip: '../a.jpg'; there is 'a.jpg'"),
        (6, "4", "no such photo in the zip: 'gone.jpg'"),
        (7, "5", "no such photo in the zip: 'sub/B.png'; there is 'sub/b.jpg'"),
        (8, "6", "not 3 fields as in the header: 2"),
        (9, "7", "neither title nor photo"),
        (10, "8", "photo that cannot be read: 'a.jpg' is empty (0 bytes)"),
        (12, "9", "photo that cannot be read: 'a.jpg' is empty (0 bytes)"),
    ]
    assert upload.notes[-1] == "1 empty line is passed over."
    assert [each.line for each in upload.left_out()] == [3, 6, 8, 9]
    titles = upload.catalogue()
    assert titles.listings["posting_id"].tolist() == ["1", "3", "5", "8", "9"]
    assert set(titles.photo_problems) == {"1", "3", "5", "8", "9"}
    assert [titles.photo_path(row) for row in range(5)] == [None] * 5
    assert not titles.has_photos
    with pytest.raises(InputError, match="No listing of the list can be used"):
        upload.catalogue(titles_alone=False)


@pytest.mark.parametrize("start", ["../../", "/", "x/../../"])
def test_a_name_that_leads_out_is_not_found_by_its_end(start: str, read: Read, tmp_path: Path) -> None:
    table = f"posting_id,image,title\n1,{start}a.jpg,x\n2,{start}sub/b.jpg,y\n".encode()
    upload = read(table, zip_of(PHOTOS))
    assert [each.posting_id for each in upload.faulty] == ["1", "2"]
    assert [upload.catalogue().photo_path(row) for row in range(2)] == [None, None]
    assert written(tmp_path) == {"outer/upload/listings.csv"}


@pytest.mark.parametrize(
    ("files", "images", "notes"),
    [
        ("x/y/{}", "{}", ["The photos were found in the folder “x/y” of the zip."]),
        ("{}", "images/{}", ["The folder “images” before the names in the list was passed over."]),
        (
            "photos/{}",
            "img/{}",
            [
                "The photos were found in the folder “photos” of the zip.",
                "The folder “img” before the names in the list was passed over.",
            ],
        ),
    ],
)
def test_one_folder_too_many_or_too_few_is_passed_over_and_said(
    files: str, images: str, notes: list[str], read: Read
) -> None:
    rows = "".join(f"{row},{images.format(name)},t\n" for row, name in enumerate(("a.jpg", "sub/b.jpg")))
    archive = zip_of({files.format(name): PHOTOS[name] for name in ("a.jpg", "sub/b.jpg")} | {"list.csv": b"x"})
    upload = read(f"posting_id,image,title\n{rows}".encode(), archive)
    assert upload.faulty == []
    assert list(upload.notes) == [*notes, "1 file of the zip is not in the list."]
    paths = [upload.catalogue().photo_path(row) for row in range(2)]
    assert [path and path.read_bytes() for path in paths] == [b"photo a", b"photo b"]


def test_photos_in_two_folders_are_not_guessed_but_named(read: Read) -> None:
    table = b"posting_id,image,title\n1,a.jpg,x\n"
    (faulty,) = read(table, zip_of({"small/a.jpg": b"1", "large/a.jpg": b"2"})).faulty
    assert faulty.reason == "no such photo in the zip: 'a.jpg'; there are 'large/a.jpg' and 'small/a.jpg'"


def test_a_photo_that_is_too_large_is_not_unpacked(read: Read, tmp_path: Path) -> None:
    archive = zip_of({**PHOTOS, "a.jpg": bytes(6 * 2**20)}, deflate=True)
    upload = read(photos=archive, limits=UploadLimits(archive=ArchiveLimits(photo_bytes=5 * 2**20)))
    assert [each.reason for each in upload.faulty] == ["photo that cannot be unpacked: it has more than 5 MB"]
    assert written(tmp_path) == {"outer/upload/listings.csv", "outer/upload/photos/sub/b.jpg"}


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


def test_a_file_that_states_less_than_it_holds_is_told_and_not_kept(read: Read, tmp_path: Path) -> None:
    data = bytearray(zip_of({"a.jpg": bytes(2**20), "sub/b.jpg": b"photo b"}, deflate=True))
    place = data.index(b"PK\x01\x02") + 24
    data[place : place + 4] = (10).to_bytes(4, "little")
    (faulty,) = read(photos=bytes(data)).faulty
    assert faulty.posting_id == "1"
    assert faulty.reason.startswith("photo that cannot be unpacked: Bad CRC-32")
    assert written(tmp_path) == {"outer/upload/listings.csv", "outer/upload/photos/sub/b.jpg"}


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
