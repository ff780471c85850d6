from __future__ import annotations

import csv
import io
import os
import struct
import warnings
import zlib
from collections.abc import Callable
from pathlib import Path

import imagehash
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFile

from product_matching.errors import InputError
from product_matching.listings.photos import (
    MAX_PHOTO_BYTES,
    MAX_PHOTO_PIXELS,
    PhotoError,
    decode_photo,
    phash,
    phash_grey,
    photo_problem,
    read_photo,
    thumbnail,
)
from tests.slow_photos import jpeg_of_scans, long_png

Draw = Callable[..., Image.Image]
Encode = Callable[..., bytes]
LOSSLESS = {"PNG": {}, "WEBP": {"lossless": True}, "TIFF": {}, "BMP": {}}
FINE_JPEG = {"quality": 95, "subsampling": 0}


def pixels(image: Image.Image) -> np.ndarray:
    assert image.mode == "RGB"
    assert image.info == {}
    return np.asarray(image).astype(int)


def png(width: int, height: int, rows: bytes = b"", bit_depth: int = 1) -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bit_depth, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


@pytest.mark.parametrize("file_format", LOSSLESS)
def test_lossless_formats_keep_every_pixel(file_format: str, make_photo: Draw, encode_photo: Encode) -> None:
    photo = make_photo(1, 40, 30)
    data = encode_photo(photo, file_format, **LOSSLESS[file_format])
    assert (pixels(decode_photo(data, name="misnamed.jpg")) == pixels(photo)).all()


@pytest.mark.parametrize(
    ("file_format", "options"), [("JPEG", {"quality": 95}), ("WEBP", {"quality": 95}), ("GIF", {})]
)
def test_lossy_formats_look_the_same(file_format: str, options: dict, make_photo: Draw, encode_photo: Encode) -> None:
    photo = make_photo(2)
    decoded = decode_photo(encode_photo(photo, file_format, **options))
    assert np.abs(pixels(decoded) - pixels(photo)).mean() < 8


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_photos_stand_upright(orientation: int, file_format: str, make_photo: Draw, encode_photo: Encode) -> None:
    upright = {
        1: lambda stored: stored,
        2: np.fliplr,
        3: lambda stored: np.rot90(stored, 2),
        4: np.flipud,
        5: lambda stored: stored.swapaxes(0, 1),
        6: lambda stored: np.rot90(stored, -1),
        7: lambda stored: np.rot90(stored, 2).swapaxes(0, 1),
        8: lambda stored: np.rot90(stored, 1),
    }
    stored = make_photo(3, 48, 24)
    exif = Image.Exif()
    exif[0x0112] = orientation
    decoded = decode_photo(encode_photo(stored, file_format, exif=exif, **LOSSLESS.get(file_format, FINE_JPEG)))
    expected = upright[orientation](pixels(stored))
    assert pixels(decoded).shape == expected.shape
    assert np.abs(pixels(decoded) - expected).mean() < (4 if file_format == "JPEG" else 1e-9)


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize(
    "exif", [b"Exif\0\0garbage", b"Exif\0\0II*\0\xff\xff\xff\xff", b"Exif\0\0MM\0*\0\0\0\x08\xff\xff"]
)
def test_broken_exif_is_ignored(exif: bytes, make_photo: Draw, encode_photo: Encode) -> None:
    assert decode_photo(encode_photo(make_photo(4, 20, 10), "JPEG", exif=exif)).size == (20, 10)


def test_transparency_is_laid_on_white(encode_photo: Encode) -> None:
    colours = np.zeros((1, 3, 4), dtype=np.uint8)
    colours[0, :, 0], colours[0, :, 3] = 200, [0, 128, 255]
    decoded = pixels(decode_photo(encode_photo(Image.fromarray(colours))))
    assert decoded[0].tolist() == [[255, 255, 255], [227, 127, 127], [200, 0, 0]]


def test_grey_with_alpha_is_laid_on_white(encode_photo: Encode) -> None:
    grey = Image.merge("LA", (Image.new("L", (2, 1), 0), Image.fromarray(np.array([[0, 255]], dtype=np.uint8))))
    assert pixels(decode_photo(encode_photo(grey)))[0].tolist() == [[255] * 3, [0] * 3]


@pytest.mark.parametrize("file_format", ["PNG", "GIF"])
@pytest.mark.parametrize(("options", "first"), [({}, [10, 20, 30]), ({"transparency": 0}, [255, 255, 255])])
def test_palettes(file_format: str, options: dict, first: list[int], encode_photo: Encode) -> None:
    picture = Image.fromarray(np.array([[0, 1]], dtype=np.uint8))
    picture.putpalette([10, 20, 30, 200, 100, 0])
    assert picture.mode == "P"
    assert pixels(decode_photo(encode_photo(picture, file_format, **options)))[0].tolist() == [first, [200, 100, 0]]


def test_palette_with_alpha_for_each_colour(encode_photo: Encode) -> None:
    picture = Image.fromarray(np.array([[0, 1]], dtype=np.uint8))
    picture.putpalette([0, 0, 0, 200, 100, 0])
    data = encode_photo(picture, "PNG", transparency=bytes([128, 255]))
    assert pixels(decode_photo(data))[0].tolist() == [[127] * 3, [200, 100, 0]]


def test_a_colour_declared_transparent(encode_photo: Encode) -> None:
    picture = Image.fromarray(np.array([[[1, 2, 3], [9, 9, 9]]], dtype=np.uint8))
    assert pixels(decode_photo(encode_photo(picture, transparency=(1, 2, 3))))[0].tolist() == [[255] * 3, [9] * 3]


def test_cmyk_jpeg_keeps_its_colours(encode_photo: Encode) -> None:
    data = encode_photo(Image.new("RGB", (16, 16), (200, 30, 60)).convert("CMYK"), "JPEG", quality=95)
    assert b"Adobe" in data
    assert np.abs(pixels(decode_photo(data)) - [200, 30, 60]).max() < 6


@pytest.mark.parametrize("file_format", ["PNG", "TIFF"])
def test_sixteen_bit_grey_is_scaled(file_format: str, encode_photo: Encode) -> None:
    grey = np.array([[0, 257, 128 * 257, 65535]], dtype=np.uint16)
    decoded = pixels(decode_photo(encode_photo(Image.fromarray(grey), file_format)))
    assert decoded[0].tolist() == [[0] * 3, [1] * 3, [128] * 3, [255] * 3]


def test_big_endian_sixteen_bit_grey_is_scaled(encode_photo: Encode) -> None:
    grey = Image.frombytes("I;16B", (2, 1), struct.pack(">HH", 128 * 257, 65535))
    assert pixels(decode_photo(encode_photo(grey, "TIFF")))[0].tolist() == [[128] * 3, [255] * 3]


@pytest.mark.parametrize("values", [np.array([[-5, 0, 5]], dtype=np.int32), np.array([[0, 0.5, 1]], dtype=np.float32)])
def test_thirty_two_bit_grey_is_scaled_to_its_own_range(values: np.ndarray, encode_photo: Encode) -> None:
    decoded = pixels(decode_photo(encode_photo(Image.fromarray(values), "TIFF")))
    assert decoded[0, :, 0].tolist() == [0, 128, 255]


@pytest.mark.parametrize("values", [[np.nan, np.inf, -np.inf], [1.0, np.nan, 2.0], [7.0, 7.0, 7.0], [-3e38, 0, 3e38]])
def test_float_grey_of_any_values_decodes(values: list[float], encode_photo: Encode) -> None:
    picture = Image.fromarray(np.array([values], dtype=np.float32))
    assert decode_photo(encode_photo(picture, "TIFF")).size == (3, 1)


def test_one_bit_is_black_and_white(encode_photo: Encode) -> None:
    picture = Image.fromarray(np.array([[0, 255]], dtype=np.uint8)).convert("1")
    assert pixels(decode_photo(encode_photo(picture)))[0].tolist() == [[0] * 3, [255] * 3]


@pytest.mark.parametrize("file_format", ["GIF", "WEBP", "PNG", "TIFF"])
def test_the_first_frame_of_an_animation(file_format: str, encode_photo: Encode) -> None:
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "lime", "blue")]
    options = {**LOSSLESS.get(file_format, {}), "save_all": True, "append_images": frames[1:]}
    data = encode_photo(frames[0], file_format, **options)
    with Image.open(io.BytesIO(data)) as written:
        assert getattr(written, "n_frames", 1) == 3
    assert (pixels(decode_photo(data)) == [255, 0, 0]).all()


@pytest.mark.parametrize("size", [(1, 10_000), (10_000, 1), (1, 1)])
def test_extreme_shapes(size: tuple[int, int], make_photo: Draw, encode_photo: Encode) -> None:
    decoded = decode_photo(encode_photo(make_photo(5, *size), "JPEG"))
    assert decoded.size == size
    assert len(phash(decoded)) == 16
    assert max(decode_photo(thumbnail(decoded)).size) == min(max(size), 256)


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF"])
@pytest.mark.parametrize("kept", [0.99, 0.6, 0.1])
def test_truncated_photos(file_format: str, kept: float, make_photo: Draw, encode_photo: Encode) -> None:
    noise = Image.fromarray(np.random.default_rng(6).integers(0, 256, size=(60, 60, 3), dtype=np.uint8))
    data = encode_photo(noise, file_format)
    with pytest.raises(PhotoError, match=r"^The photo shoe\.jpg is (damaged or cut short: .+|no photo that .+)\.$"):
        decode_photo(data[: int(len(data) * kept)], name="shoe.jpg")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", r"is empty \(0 bytes\)"),
        (b"hello, I am a text", "is no photo that can be read: accepted are JPEG, PNG, WebP, GIF, BMP and TIFF"),
        (b"\xff\xd8\xff", "is damaged or cut short"),
        (b"\x89PNG\r\n\x1a\n", "is damaged or cut short"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "is a HEIC photo or a video: accepted are"),
        (b"\0\0\0\x1cftypavif\0\0\0\0mif1", "is an AVIF file: accepted are"),
        (b"%PDF-1.7\n", "is a PDF file: accepted are"),
        (b'<?xml version="1.0"?>\n<SVG xmlns="http://www.w3.org/2000/svg">', "is an SVG drawing: accepted are"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "is no photo that can be read"),
        (b"P6 1 1 255 abc", "is no photo that can be read"),
        (bytes(MAX_PHOTO_BYTES + 1), "is too large: at most 20 MB are accepted"),
        (png(7072, 7072), "has 7072 x 7072 pixels: at most 50 million are accepted"),
        (png(2**31 - 1, 2**31 - 1), "has 2147483647 x 2147483647 pixels"),
        (png(50_000_000, 1), "has 50000000 x 1 pixels: at most 30,000 a side are accepted"),
        (jpeg_of_scans(16, 3000), "is a JPEG of 3,006 scans: at most 100 are accepted"),
        (png(0, 5), "is damaged or cut short"),
        (b"GIF89a" + struct.pack("<HHBBB", 65535, 65535, 0, 0, 0) + b";", "The photo"),
    ],
)
def test_what_is_no_usable_photo_gets_one_sentence(data: bytes, reason: str) -> None:
    with pytest.raises(PhotoError, match=reason) as caught:
        decode_photo(data, name="shoe.jpg")
    message = str(caught.value)
    assert message.startswith("The photo shoe.jpg ")
    assert message.endswith(".")
    assert "\n" not in message
    assert isinstance(caught.value, InputError)


@pytest.mark.parametrize("edge", [9_500, 20_000])
def test_a_bomb_is_refused_before_it_is_decompressed(edge: int, monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = png(edge, edge, rows=bytes(edge * (edge // 8 + 1)))
    assert len(bomb) < 60_000
    monkeypatch.setattr(ImageFile.ImageFile, "load", lambda self: pytest.fail("the bomb was decompressed"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(PhotoError, match=f"has {edge} x {edge} pixels"):
            decode_photo(bomb)


def test_the_largest_photo_is_accepted_without_a_warning_and_pillow_is_left_alone() -> None:
    limit, filters = Image.MAX_IMAGE_PIXELS, list(warnings.filters)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        photo = decode_photo(png(10_000, 5_000, rows=bytes(5_000 * 1_251)))
    assert photo.width * photo.height == MAX_PHOTO_PIXELS
    assert limit == Image.MAX_IMAGE_PIXELS
    assert not ImageFile.LOAD_TRUNCATED_IMAGES
    assert filters == list(warnings.filters)


@pytest.mark.parametrize("data", [jpeg_of_scans(1000, 2000), long_png()], ids=["scans", "long"])
def test_a_photo_whose_header_promises_work_is_refused_before_any_is_done(
    data: bytes, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert len(data) < 60_000
    monkeypatch.setattr(ImageFile.ImageFile, "load", lambda self: pytest.fail("it was decompressed"))
    with pytest.raises(PhotoError, match=r"^The photo p\.png .+: at most [\d,]+ (a side )?are accepted\.$") as caught:
        decode_photo(data, name="p.png")
    (tmp_path / "p.png").write_bytes(data)
    assert photo_problem(tmp_path / "p.png") == str(caught.value)


@pytest.mark.filterwarnings("ignore::UserWarning")
@settings(max_examples=400)
@given(
    file_format=st.sampled_from(["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF"]),
    edits=st.lists(st.tuples(st.integers(0, 600), st.integers(0, 255)), min_size=1, max_size=6),
)
def test_damaged_photos_decode_or_raise_photo_error(file_format: str, edits: list[tuple[int, int]]) -> None:
    buffer = io.BytesIO()
    Image.linear_gradient("L").resize((24, 24)).convert("RGB").save(buffer, file_format)
    data = bytearray(buffer.getvalue())
    for position, value in edits:
        data[position % len(data)] = value
    mode, problem = "RGB", ""
    try:
        mode = decode_photo(bytes(data)).mode
    except PhotoError as error:
        problem = str(error)
    assert mode == "RGB"
    assert "\n" not in problem


def test_a_photo_without_a_name() -> None:
    with pytest.raises(PhotoError, match=r"^The photo is empty"):
        decode_photo(b"")


def test_an_odd_name_does_not_break_the_sentence() -> None:
    with pytest.raises(PhotoError, match=r"^The photo 'a\\nb\.jpg' is empty"):
        decode_photo(b"", name="a\nb.jpg")


def test_read_photo(tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(b"anything")
    assert read_photo(tmp_path / "photo.jpg") == b"anything"


@pytest.mark.parametrize(
    "name", ["missing.jpg", "folder.jpg", "fifo.jpg", "empty.jpg", "large.jpg", "nul\0.jpg", "n" * 300]
)
def test_files_that_cannot_be_read(name: str, tmp_path: Path) -> None:
    (tmp_path / "folder.jpg").mkdir()
    (tmp_path / "empty.jpg").touch()
    os.mkfifo(tmp_path / "fifo.jpg")
    with (tmp_path / "large.jpg").open("wb") as large:
        large.truncate(MAX_PHOTO_BYTES + 1)
    with pytest.raises(PhotoError) as caught:
        read_photo(tmp_path / name)
    assert name.split("\0")[0] in str(caught.value)
    assert str(tmp_path) in str(caught.value)


def test_thumbnails_are_small_and_never_enlarged(make_photo: Draw) -> None:
    assert decode_photo(thumbnail(make_photo(8, 1000, 400))).size == (256, 102)
    assert decode_photo(thumbnail(make_photo(8, 100, 40))).size == (100, 40)
    assert decode_photo(thumbnail(make_photo(8, 100, 40), edge=10)).size == (10, 4)
    assert thumbnail(make_photo(8, 300, 300))[:3] == b"\xff\xd8\xff"


def test_thumbnails_carry_pixels_only(make_photo: Draw, encode_photo: Encode) -> None:
    exif = Image.Exif()
    exif[0x010E] = "secret place"
    data = encode_photo(make_photo(9), "JPEG", exif=exif, comment=b"secret word")
    assert data.count(b"secret") == 2
    direct = Image.open(io.BytesIO(data))
    assert b"secret" not in thumbnail(direct) + thumbnail(decode_photo(data))
    assert thumbnail(direct) == thumbnail(decode_photo(data))


def test_a_thumbnail_leaves_the_photo_alone(make_photo: Draw) -> None:
    photo = make_photo(10, 600, 500)
    before = photo.tobytes()
    thumbnail(photo)
    assert photo.size == (600, 500)
    assert photo.tobytes() == before


@pytest.mark.parametrize("seed", range(5))
def test_phash_is_that_of_imagehash(seed: int, make_photo: Draw) -> None:
    photo = make_photo(seed, 160, 120)
    digits = phash(photo)
    assert len(digits) == 16
    assert imagehash.hex_to_hash(digits) == imagehash.phash(photo)
    assert phash(phash_grey(photo)) == digits
    assert imagehash.hex_to_hash(digits) - imagehash.hex_to_hash(phash(photo.resize((320, 240)))) <= 4


@pytest.mark.data
def test_phash_reproduces_the_data_sets_own(need_data: Callable[[str], Path]) -> None:
    folder = need_data("shopee/train_images")
    with need_data("shopee/train.csv").open(encoding="utf-8", newline="") as file:
        expected = {row["image"]: row["image_phash"] for row in csv.DictReader(file)}
    photos = sorted(path for path in folder.iterdir() if path.name in expected)
    distances = [
        imagehash.hex_to_hash(phash(decode_photo(read_photo(path)))) - imagehash.hex_to_hash(expected[path.name])
        for path in photos
    ]
    assert sorted(distances) == [0] * 29 + [2]
