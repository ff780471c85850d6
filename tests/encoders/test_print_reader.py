"""Print is read on photos of any size, its boxes lie in pixels of the photo, and a missing extra is one sentence."""

import sys

import pytest
from PIL import Image, ImageDraw, ImageFont

from product_matching.encoders.print_reader import (
    MAX_SIDE,
    MIN_SIDE,
    PrintReader,
    RapidPrintReader,
    fit_photo,
    why_no_reader,
)
from product_matching.errors import InputError


@pytest.fixture(scope="module")
def reader() -> PrintReader:
    pytest.importorskip("rapidocr", reason="the extra 'ocr' is not installed")
    pytest.importorskip("onnxruntime", reason="the extra 'ocr' is not installed")
    return RapidPrintReader()


def label(size: tuple[int, int], *lines: tuple[str, tuple[int, int]]) -> Image.Image:
    """A photo with dark print of 40 px at the given places."""
    photo = Image.new("RGB", size, (240, 236, 220))
    for text, place in lines:
        ImageDraw.Draw(photo).text(place, text, fill=(20, 30, 60), font=ImageFont.load_default(40))
    return photo


@pytest.mark.parametrize(
    ("size", "fitted"),
    [
        ((256, 128), (MIN_SIDE, MIN_SIDE // 2)),
        ((600, 700), (600, 700)),
        ((4000, 3000), (2 * MAX_SIDE, 2 * MAX_SIDE * 3 // 4)),
        ((20_000, 3), (2 * MAX_SIDE, 1)),
        ((1, 1), (MIN_SIDE, MIN_SIDE)),
    ],
)
def test_a_photo_is_brought_to_a_size_that_print_is_read_at(size: tuple[int, int], fitted: tuple[int, int]) -> None:
    scaled, scale = fit_photo(Image.new("RGB", size))
    assert scaled.size == fitted
    assert max(size) * scale == pytest.approx(max(fitted))


def test_lines_are_read_from_top_to_bottom_with_their_places(reader: PrintReader) -> None:
    read = reader.read(label((400, 240), ("HAND CREAM", (60, 30)), ("50 ml", (150, 150))))
    assert read.size == (400, 240)
    assert read.words == ("hand", "cream", "50ml")
    assert all(line.confidence > 0.8 for line in read.lines)
    (left, top), _, (right, bottom), _ = read.lines[1].box
    assert 120 < left < 160
    assert 130 < top < 180
    assert right < 300
    assert 170 < bottom < 215


def test_boxes_of_a_large_photo_lie_in_its_own_pixels(reader: PrintReader) -> None:
    small = label((400, 240), ("VELMIRA", (100, 90)))
    read = reader.read(small.resize((4000, 2400)))
    assert read.words == ("velmira",)
    (left, top), *_ = read.lines[0].box
    assert 850 < left < 1150
    assert 800 < top < 1150


def test_the_same_photo_gives_the_same_lines(reader: PrintReader) -> None:
    photo = label((300, 300), ("Travel Mug", (30, 40)), ("350 ml", (40, 200)))
    assert reader.read(photo) == reader.read(photo) == RapidPrintReader().read(photo)


@pytest.mark.parametrize("size", [(64, 64), (20_000, 3), (1, 1)])
def test_a_photo_without_print_has_no_lines(reader: PrintReader, size: tuple[int, int]) -> None:
    read = reader.read(Image.new("RGB", size, (90, 120, 90)))
    assert read.lines == ()
    assert read.size == size


def test_the_name_of_the_reader_has_what_its_lines_depend_on(reader: PrintReader) -> None:
    assert reader.name.startswith("rapidocr 3.")
    assert "PP-OCRv6 small" in reader.name
    assert str(MIN_SIDE) in reader.name


@pytest.mark.parametrize("module", ["rapidocr", "rapidocr.main", "onnxruntime"])
def test_without_its_packages_the_reader_names_the_extra(monkeypatch: pytest.MonkeyPatch, module: str) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(InputError, match=r"^Words on photos need the extra ocr: pip install -e '.\[ocr\]'.$"):
        RapidPrintReader()


@pytest.mark.parametrize("package", ["rapidocr", "onnxruntime"])
def test_why_print_cannot_be_read_is_known_beforehand(monkeypatch: pytest.MonkeyPatch, package: str) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    assert why_no_reader() == "Words on photos need the extra ocr: pip install -e '.[ocr]'."


def test_there_is_no_reason_where_the_packages_are_here(reader: PrintReader) -> None:
    assert why_no_reader() == ""
