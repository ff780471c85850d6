from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from product_matching.errors import InputError
from product_matching.listings.catalogue import Catalogue, CatalogueError, read_catalogue
from product_matching.listings.listing_checks import MAX_ID_LENGTH
from product_matching.listings.sifted_catalogue import sift_catalogue

FULL = "posting_id,image,title,label_group,colour\n007,a.jpg,Red shoe,g1,red\nx8,sub/b.jpg,Blue hat,,blue\n"


@pytest.fixture
def images(tmp_path: Path) -> Path:
    folder = tmp_path / "images"
    (folder / "sub").mkdir(parents=True)
    for name in ("a.jpg", "sub/b.jpg", "c d é.jpg"):
        (folder / name).write_bytes(b"photo")
    (tmp_path / "secret.jpg").write_bytes(b"secret")
    return folder


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    def write_file(content: str | bytes | pd.DataFrame, name: str = "listings.csv") -> Path:
        path = tmp_path / name
        if isinstance(content, pd.DataFrame):
            content.to_parquet(path)
        else:
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write_file


Write = Callable[..., Path]


def problems_of(path: Path, **options: object) -> list[str]:
    with pytest.raises(CatalogueError) as caught:
        read_catalogue(path, **options)
    assert isinstance(caught.value, InputError)
    assert str(path) in str(caught.value).splitlines()[0]
    assert str(caught.value).splitlines()[1:] == [f"- {problem}" for problem in caught.value.problems]
    return caught.value.problems


def test_titles_and_photos(write: Write, images: Path) -> None:
    catalogue = read_catalogue(write(FULL), images=images)
    assert isinstance(catalogue, Catalogue)
    assert len(catalogue) == 2
    assert catalogue.has_titles
    assert catalogue.has_photos
    assert isinstance(catalogue.listings.index, pd.RangeIndex)
    assert catalogue.listings.to_dict("list") == {
        "posting_id": ["007", "x8"],
        "image": ["a.jpg", "sub/b.jpg"],
        "title": ["Red shoe", "Blue hat"],
        "label_group": ["g1", ""],
        "colour": ["red", "blue"],
    }
    assert catalogue.photo_path(1) == images / "sub/b.jpg"


def test_without_an_image_folder_there_are_no_photos(write: Write) -> None:
    catalogue = read_catalogue(write(FULL))
    assert catalogue.has_titles
    assert not catalogue.has_photos
    assert catalogue.image_folder is None
    assert catalogue.photo_path(0) is None
    assert list(catalogue.listings["image"]) == ["a.jpg", "sub/b.jpg"]


def test_titles_only(write: Write) -> None:
    catalogue = read_catalogue(write("posting_id,title\n1,Shoe\n"))
    assert catalogue.has_titles
    assert not catalogue.has_photos
    assert catalogue.photo_path(0) is None


def test_photos_only(write: Write, images: Path) -> None:
    catalogue = read_catalogue(write("posting_id,image\n1,a.jpg\n2,./sub//b.jpg\n3,c d é.jpg\n"), images=images)
    assert catalogue.has_photos
    assert not catalogue.has_titles
    assert all(path is not None and path.is_file() for path in map(catalogue.photo_path, range(3)))


def test_a_listing_may_lack_its_title_or_its_photo(write: Write, images: Path) -> None:
    catalogue = read_catalogue(write("posting_id,title,image\n1,,a.jpg\n2,Hat,\n3,  ,a.jpg\n"), images=images)
    assert list(catalogue.listings["title"]) == ["", "Hat", ""]
    assert catalogue.photo_path(1) is None


@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("line_end", [b"\n", b"\r\n", b"\r"])
def test_csv_flavours(start: bytes, line_end: bytes, write: Write) -> None:
    content = start + FULL.encode().replace(b"\n", line_end) + line_end
    assert list(read_catalogue(write(content, "L.CSV")).listings["posting_id"]) == ["007", "x8"]


def test_csv_values_are_plain_text(write: Write) -> None:
    title = '=HYPERLINK("x"), <b>NA</b>\nsecond line'
    quoted = title.replace('"', '""')
    catalogue = read_catalogue(write(f'posting_id,title,n\nNULL,"{quoted}",1e5\n0060,NaN,007\n'))
    assert list(catalogue.listings["title"]) == [title, "NaN"]
    assert list(catalogue.listings["posting_id"]) == ["NULL", "0060"]
    assert list(catalogue.listings["n"]) == ["1e5", "007"]


def test_another_label_column_is_copied(write: Write) -> None:
    path = write("posting_id,title,product,label_group\n1,A,milk,old\n2,B,,old\n")
    listings = read_catalogue(path, label_column="product").listings
    assert list(listings["label_group"]) == list(listings["product"]) == ["milk", ""]
    assert list(listings.columns).count("label_group") == 1


def test_a_named_label_column_must_be_there(write: Write) -> None:
    (problem,) = problems_of(write("posting_id,title\n1,A\n"), label_column="product")
    assert "no column 'product'" in problem


def test_parquet_types(write: Write) -> None:
    frame = pd.DataFrame(
        {
            "posting_id": np.array([2**62 + 1, 5], dtype=np.int64),
            "title": ["Shoe", None],
            "image": pd.Categorical([None, "b.jpg"]),
            "image_phash": ["94974f937d4c2433", None],
            "product": [3.0, np.nan],
            "price": [1.5, 2.5],
        }
    )
    with pytest.raises(CatalogueError, match="neither title nor photo: row 2"):
        read_catalogue(write(frame, "l.parquet"))
    frame["title"] = [7, 8]
    catalogue = read_catalogue(write(frame, "l.parquet"), label_column="product")
    assert catalogue.listings[["posting_id", "title", "image", "image_phash", "label_group"]].to_dict("list") == {
        "posting_id": [str(2**62 + 1), "5"],
        "title": ["7", "8"],
        "image": ["", "b.jpg"],
        "image_phash": ["94974f937d4c2433", ""],
        "label_group": ["3", ""],
    }
    assert catalogue.listings["price"].dtype == np.float64
    assert catalogue.listings["product"].dtype == np.float64


def test_csv_and_parquet_read_the_same(write: Write, images: Path) -> None:
    from_csv = read_catalogue(write(FULL), images=images)
    path = write(from_csv.listings, "l.parquet")
    pd.testing.assert_frame_equal(read_catalogue(path, images=images).listings, from_csv.listings)


def test_a_parquet_index_named_posting_id_is_a_column(write: Write) -> None:
    frame = pd.DataFrame({"posting_id": ["a", "b"], "title": ["A", "B"]}).set_index("posting_id")
    assert list(read_catalogue(write(frame, "l.parquet")).listings["posting_id"]) == ["a", "b"]


def test_parquet_text_must_be_utf8(tmp_path: Path) -> None:
    latin = pa.Array.from_buffers(pa.string(), 1, pa.array([b"caf\xe9"]).buffers())
    pq.write_table(pa.table({"posting_id": ["a"], "title": latin}), tmp_path / "l.parquet")
    (problem,) = problems_of(tmp_path / "l.parquet")
    assert problem.startswith("it is not a Parquet file that can be read")
    assert "UTF8" in problem


def test_what_pandas_notes_in_a_parquet_file_is_ignored(tmp_path: Path) -> None:
    table = pa.table({"posting_id": ["a"], "title": ["A"]}).replace_schema_metadata({"pandas": "not json"})
    pq.write_table(table, tmp_path / "l.parquet")
    assert list(read_catalogue(tmp_path / "l.parquet").listings.columns) == ["posting_id", "title"]


@pytest.mark.parametrize(
    ("column", "values", "problem"),
    [
        ("title", [["a", "list"]], "column 'title' holds list"),
        ("title", [b"\xff"], "column 'title' holds binary"),
        ("posting_id", [1.5], "column 'posting_id' holds double; accepted are text and whole numbers"),
        ("posting_id", [True], "column 'posting_id' holds bool"),
        ("label_group", [pd.Timestamp(0)], "column 'label_group' holds timestamp"),
    ],
)
def test_parquet_columns_that_are_no_text(column: str, values: list, problem: str, write: Write) -> None:
    frame = pd.DataFrame({"posting_id": ["a"], "title": ["A"], column: values})
    assert [found for found in problems_of(write(frame, "l.parquet")) if found.startswith(problem)]


@pytest.mark.parametrize(
    ("content", "name", "problem"),
    [
        (b"", "l.csv", "the file is empty"),
        (b" \n\r\n", "l.csv", "the file is empty"),
        (b"posting_id,title\n", "l.csv", "it has a header but no rows"),
        (b"\n\nposting_id,title\n\n", "l.csv", "it has a header but no rows"),
        (
            b"1,Shoe\n2,Hat\n",
            "l.csv",
            "no column 'posting_id'; no column 'title'; the columns that the file names are '1', 'Shoe'",
        ),
        (b"posting_id;title\n1;Shoe\n", "l.csv", "the columns that the file names are 'posting_id;title'"),
        (b"posting_id,price\n1,2\n", "l.csv", "no column 'title'"),
        (b"posting_id,image\n1,a.jpg\n", "l.csv", "no column 'title' and no photos for 'image'"),
        (b"title\nShoe\n", "l.csv", "no column 'posting_id'"),
        (b"posting_id,title,title\n1,a,b\n", "l.csv", "more than one column is named 'title'"),
        (b'posting_id,"title\n1,Shoe\n', "l.csv", "its header cannot be read"),
        ("posting_id,title\n1,Shoe\n".encode("utf-16"), "l.csv", "it is not UTF-8 text"),
        ("posting_id,title\n1,Shoe\n".encode("utf-16-le"), "l.csv", "it is not UTF-8 text"),
        (b"PK\x03\x04 a spreadsheet", "l.csv", "it is not UTF-8 text"),
        (b"posting_id,title\n1,Shoe\n", "l.parquet", "it is not a Parquet file that can be read"),
        (b"", "l.parquet", "it is not a Parquet file that can be read"),
        (b"PAR1 broken PAR1", "l.parquet", "it is not a Parquet file that can be read"),
        (b"posting_id,title\n1,Shoe\n", "l.txt", "its name ends in '.txt'; accepted are .csv and .parquet"),
        (b"posting_id,title\n1,Shoe\n", "listings", "its name ends in ''; accepted are .csv and .parquet"),
        (pd.DataFrame({"posting_id": [], "title": []}), "l.parquet", "it has columns but no rows"),
    ],
)
def test_files_that_are_no_catalogue(content: bytes | pd.DataFrame, name: str, problem: str, write: Write) -> None:
    (found,) = problems_of(write(content, name))
    assert problem in found
    assert "\n" not in found


def test_no_file(tmp_path: Path) -> None:
    assert problems_of(tmp_path / "missing.csv") == ["there is no such file"]
    (tmp_path / "folder.csv").mkdir()
    assert problems_of(tmp_path / "folder.csv") == ["there is no such file"]
    with pytest.raises(CatalogueError, match="there is no such file"):
        read_catalogue(tmp_path / "nul\0.csv")


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        ("1,A\n2,B\n1,C\n2,D\n1,E\n", "duplicate posting_id: row 3 ('1' as in row 1), row 4 ('2' as in row 2), row 5"),
        ("1,A\n,B\n 	,C\n", "empty posting_id: row 2, row 3"),
        ("1,A\n2,B\n3,\n4,  \n", "neither title nor photo: row 3, row 4"),
        (f"1,A\n{'i' * (MAX_ID_LENGTH + 1)},B\n", f"posting_id longer than {MAX_ID_LENGTH} characters: row 2 ('iii"),
        (
            "1,A\na b,B\n",
            "posting_id with spaces or control characters, which separate ids in an export: row 2 ('a b')",
        ),
        ("1,A\na\x00b,B\n", "row 2 ('a\\x00b')"),
        ('1,A\n"a\nb",B\n', "row 2 ('a\\nb')"),
        ("1,A\n2,B,C\n3\n", "not 2 fields as in the header: row 2 (3), row 3 (1)"),
        ('1,A\n2,"B"C\n3,D\n', "quoting that cannot be read: row 2 (line 3: "),
        ('1,A\n2,"never closed\n3,D\n', "quoting that cannot be read: row 2 (line 4: "),
        (f"1,A\n2,{'t' * 200_000}\n", "quoting that cannot be read: row 2 (line 3: field larger than field limit"),
    ],
)
def test_wrong_rows(rows: str, problem: str, write: Write) -> None:
    (found,) = problems_of(write("posting_id,title\n" + rows))
    assert problem in found
    assert "\n" not in found


def test_the_first_few_rows_are_named_and_the_rest_counted(write: Write) -> None:
    (found,) = problems_of(write("posting_id,title\n" + "".join(f"{row},\n" for row in range(2_000))))
    assert found == "neither title nor photo: row 1, row 2, row 3, row 4, row 5 and 1,995 more"


def test_row_numbers_count_listings_not_lines(write: Write) -> None:
    found = problems_of(write('posting_id,title\n1,"two\nlines"\n\n2,B,extra\n3,\n'))
    assert found == ["not 2 fields as in the header: row 2 (3)", "neither title nor photo: row 3"]


def test_bad_encoding_names_its_lines(write: Write) -> None:
    found = problems_of(write(b"posting_id,title\n1,caf\xc3\xa9\n2,caf\xe9\n1,\xff\n"))
    assert found[0] == "not UTF-8 text, save the file as UTF-8: line 3, line 4"
    assert found[1].startswith("duplicate posting_id: row 3")


@pytest.mark.parametrize(
    "image",
    ["/etc/passwd", "../secret.jpg", "sub/../../secret.jpg", "sub/../a.jpg", "..", "sub\\b.jpg", "C:a.jpg", "a.jpg\0"],
)
def test_image_paths_that_leave_the_folder(image: str, write: Write, images: Path) -> None:
    (found,) = problems_of(write(f"posting_id,image\n1,a.jpg\n2,{image}\n"), images=images)
    assert found.startswith("image is not a path inside the image folder: row 2 (")


def test_symbolic_links_may_not_leave_the_folder(write: Write, images: Path, tmp_path: Path) -> None:
    (images / "out.jpg").symlink_to(tmp_path / "secret.jpg")
    (images / "up").symlink_to(tmp_path)
    (images / "in.jpg").symlink_to(images / "a.jpg")
    (images / "same").symlink_to(images / "sub")
    (images / "loop.jpg").symlink_to(images / "loop.jpg")
    linked = tmp_path / "linked"
    linked.symlink_to(images)
    path = write("posting_id,image\n1,out.jpg\n2,up/secret.jpg\n3,in.jpg\n4,same/b.jpg\n5,loop.jpg\n")
    for folder in (images, linked):
        assert problems_of(path, images=folder) == [
            "image is not a path inside the image folder: row 1 ('out.jpg'), row 2 ('up/secret.jpg')",
            f"no such photo in {str(folder)!r}: row 5 ('loop.jpg')",
        ]


@pytest.mark.parametrize("image", ["b.jpg", "sub", ".", "A.JPG", "no/such/folder.jpg", "a.jpg/b.jpg", "n" * 300])
def test_missing_photos(image: str, write: Write, images: Path) -> None:
    (found,) = problems_of(write(f"posting_id,image\n1,a.jpg\n2,{image}\n"), images=images)
    assert found.startswith(f"no such photo in {str(images)!r}: row 2 ('{image[:20]}")


def test_the_image_folder_must_be_a_folder(write: Write, tmp_path: Path) -> None:
    for folder in (tmp_path / "nowhere", tmp_path / "listings.csv"):
        (found,) = problems_of(write(FULL), images=folder)
        assert found == f"the image folder {str(folder)!r} does not exist or is not a folder"


def test_an_image_folder_needs_an_image_column(write: Write, images: Path) -> None:
    (found,) = problems_of(write("posting_id,title\n1,A\n"), images=images)
    assert found.startswith("photos were given, but there is no column 'image'")


def test_all_problems_are_reported_together(write: Write, images: Path) -> None:
    rows = b"1,A,a.jpg\n1,B,../b.jpg\n,C,c.jpg\n4,,\n5,caf\xe9,\n6,D\n7,E,a.jpg\n"
    path = write(b"posting_id,title,image\n" + rows)
    found = problems_of(path, images=images, label_column="product")
    expected = [
        "not UTF-8 text, save the file as UTF-8: line 6",
        "not 3 fields as in the header: row 6 (2)",
        "no column 'product' for the label groups",
        "empty posting_id: row 3",
        "duplicate posting_id: row 2",
        "neither title nor photo: row 4",
        "image is not a path inside the image folder: row 2",
        "no such photo",
    ]
    assert len(found) == len(expected)
    assert all(problem.startswith(start) for problem, start in zip(found, expected, strict=True))


def test_photos_are_looked_up_by_folder_not_one_by_one(
    write: Write, images: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for row in range(50):
        (images / f"{row}.jpg").touch()
    path = write("posting_id,image\n" + "".join(f"{row},{row}.jpg\n" for row in range(50)))
    scanned: list[str] = []
    scandir = os.scandir
    monkeypatch.setattr(os, "scandir", lambda folder: scanned.append(str(folder)) or scandir(folder))
    assert len(read_catalogue(path, images=images)) == 50
    assert scanned == [os.path.realpath(images)]


def test_a_list_is_sifted_as_it_is_checked(write: Write, images: Path) -> None:
    rows = '1,A,a.jpg\n1,B,../b.jpg\n3,C,A.jpg\n4,,\n,,\n6,D\n7,E,sub/b.jpg\n8,"F"G,\n'
    path = write("posting_id,title,image\n" + rows)
    problems_of(path, images=images)
    sifted = sift_catalogue(path, images=images)
    assert [(each.line, each.kinds, each.by_title) for each in sifted.faulty] == [
        (3, ("duplicate posting_id", "image is not a path inside the image folder"), False),
        (4, ("no such photo",), True),
        (5, ("neither title nor photo",), False),
        (7, ("not 3 fields as in the header",), False),
        (9, ("quoting that cannot be read",), False),
    ]
    assert sifted.faulty[1].reason == "no such photo: 'A.jpg'; there is 'a.jpg'"
    assert sifted.catalogue().listings["posting_id"].tolist() == ["1", "3", "7"]
    assert sifted.catalogue(titles_alone=False).listings["posting_id"].tolist() == ["1", "7"]
    assert sifted.rows() == [1, 3, 6]
    with pytest.raises(CatalogueError, match="unexpected end of data, in a text that begins in line 3"):
        sift_catalogue(write('posting_id,title\n1,A\n2,"never closed\n3,B\n'))
    with pytest.raises(CatalogueError, match="look separated by semicolons"):
        sift_catalogue(write("posting_id;title\n1;A\n"))


@pytest.mark.data
@pytest.mark.parametrize(
    ("table", "photos", "label_column", "listings", "groups"),
    [
        ("shopee/train.csv", None, "label_group", 34_250, 11_014),
        ("apparel/listings.csv", "apparel/images", "label_group", 16_018, None),
        ("groceries/photos.csv", "groceries/images", "product", 4_908, 71),
    ],
)
def test_real_catalogues(
    table: str,
    photos: str | None,
    label_column: str,
    listings: int,
    groups: int | None,
    need_data: Callable[[str], Path],
) -> None:
    images = None if photos is None else need_data(photos)
    catalogue = read_catalogue(need_data(table), images=images, label_column=label_column)
    assert len(catalogue) == listings
    assert catalogue.has_photos == (photos is not None)
    assert (catalogue.listings["label_group"].nunique() if groups else None) == groups


@pytest.mark.parametrize(
    ("kind", "cell", "named"),
    [
        (pa.map_(pa.string(), pa.int64()), {"a": 1}, "map<string, int64"),
        (pa.list_(pa.string()), ["a"], "list<element: string"),
        (pa.struct({"a": pa.int8()}), {"a": 1}, "struct<a: int8"),
        (pa.binary(), b"\xff", "binary"),
    ],
)
def test_a_column_of_cells_that_hold_several_values_is_refused(
    tmp_path: Path, kind: pa.DataType, cell: object, named: str
) -> None:
    table = pa.table({"posting_id": ["a"], "title": ["lamp"], "sizes": pa.array([cell], kind)})
    pq.write_table(table, tmp_path / "c.parquet")
    [problem] = problems_of(tmp_path / "c.parquet")
    assert problem.startswith(f"column 'sizes' holds {named}")
    assert problem.endswith("accepted are text, numbers, dates, and true or false")


def test_a_parquet_file_that_unpacks_to_far_more_than_its_size_is_refused_unread(tmp_path: Path) -> None:
    text = pa.DictionaryArray.from_arrays(pa.array([0] * 200, pa.int32()), pa.array(["x" * 1_000_000]))
    table = pa.table({"posting_id": [str(row) for row in range(200)], "title": text})
    pq.write_table(table, tmp_path / "c.parquet", compression="zstd")
    before = pa.default_memory_pool().max_memory()
    [problem] = problems_of(tmp_path / "c.parquet")
    assert "c.parquet would unpack to 201," in problem
    assert pa.default_memory_pool().max_memory() - before < 50_000_000


def test_a_date_that_is_out_of_range_is_named_by_its_column(tmp_path: Path) -> None:
    dates = pa.array([2**30], pa.int32()).view(pa.date32())
    pq.write_table(pa.table({"posting_id": ["a"], "title": ["lamp"], "day": dates}), tmp_path / "c.parquet")
    assert problems_of(tmp_path / "c.parquet") == [
        "column 'day' of the type date32[day] holds a value that is out of range"
    ]
