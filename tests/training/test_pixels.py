"""Photos decoded once."""

import logging
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from product_matching.encoders.photo import PhotoEncoder
from product_matching.errors import InputError
from product_matching.progress import Cancelled
from product_matching.training import pixels as pixels_module
from product_matching.training.parts import LabelledPhotos
from product_matching.training.pixels import decode_part
from tests.recorded_progress import RecordedProgress


def part_of(paths: list[Path]) -> LabelledPhotos:
    return LabelledPhotos(tuple(path.name for path in paths), tuple(paths), np.arange(len(paths)))


@pytest.fixture
def files(tmp_path: Path, make_photo: Callable[..., Image.Image]) -> list[Path]:
    paths = [tmp_path / f"{seed}.png" for seed in range(5)]
    for seed, path in enumerate(paths):
        make_photo(seed, 90, 70).save(path)
    return paths


@pytest.mark.parametrize("budget", [2**30, 1000])
def test_pixels_are_those_that_the_encoder_sees_in_memory_or_in_a_file(
    files: list[Path], tiny_model: Path, budget: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pixels_module, "MEMORY_BUDGET", budget)
    decoded = decode_part(part_of(files), 64, "bicubic")
    encoder = PhotoEncoder.load(tiny_model, device="cpu")
    for path, pixels in zip(files, decoded.pixels, strict=True):
        assert np.array_equal(pixels, encoder.prepare(Image.open(path).convert("RGB")))
    assert isinstance(decoded.pixels, np.memmap) == (budget == 1000)


def test_photos_that_cannot_be_read_are_named_and_left_out(files: list[Path], caplog: pytest.LogCaptureFixture) -> None:
    whole = decode_part(part_of(files), 32, "bilinear")
    files[1].write_bytes(b"no photo")
    files[3].unlink()
    with caplog.at_level(logging.WARNING):
        decoded = decode_part(part_of(files), 32, "bilinear")
    assert decoded.labels.tolist() == [0, 2, 4]
    assert np.array_equal(decoded.pixels, whole.pixels[[0, 2, 4]])
    assert [record.message.split(" is left out")[0] for record in caplog.records] == ["Listing 1.png", "Listing 3.png"]


def test_no_readable_photo_at_all_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="None of 1 photos can be read; the first is"):
        decode_part(part_of([tmp_path / "none.png"]), 32, "bicubic")


def test_decoding_can_be_cancelled(files: list[Path]) -> None:
    progress = RecordedProgress(cancel_in="decoding", cancel_after=2)
    with pytest.raises(Cancelled):
        decode_part(part_of(files), 32, "bicubic", progress=progress)
    assert progress.stages == {"decoding": [2, 5]}
