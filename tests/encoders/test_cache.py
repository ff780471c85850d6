import sqlite3
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from product_matching.encoders.cache import EmbeddingCache
from product_matching.encoders.keypoint_cache import KeypointCache
from product_matching.encoders.model_folder import PhotoModel
from product_matching.errors import InputError

MODEL = PhotoModel(name="m", backbone="test_efficientnet", weights_sha256="0" * 64, dimension=3)


def vector(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float32)


def test_what_was_put_is_found_again_and_nothing_else(tmp_path: Path) -> None:
    EmbeddingCache(MODEL, tmp_path).put({"a": vector(1, 0, 0), "b": vector(0, 0.6, 0.8)})
    cache = EmbeddingCache(MODEL, tmp_path)
    found = cache.get(["b", "c", "b"])
    assert list(found) == ["b"]
    np.testing.assert_array_equal(found["b"], vector(0, 0.6, 0.8))
    assert cache.keys() == {"a", "b"}


def test_more_photos_than_one_query_holds(tmp_path: Path) -> None:
    cache = EmbeddingCache(MODEL, tmp_path)
    angles = np.linspace(0, 1, 1203)
    cache.put({str(number): vector(np.cos(angle), np.sin(angle), 0) for number, angle in enumerate(angles)})
    found = cache.get(str(number) for number in range(1203))
    assert [found[str(number)][1] for number in (0, 499, 500, 1202)] == pytest.approx(np.sin(angles[[0, 499, 500, -1]]))


@pytest.mark.parametrize("change", [{"weights_sha256": "1" * 64}, {"image_size": 160}, {"interpolation": "lanczos"}])
def test_another_model_or_preparation_has_vectors_of_its_own(tmp_path: Path, change: dict[str, object]) -> None:
    EmbeddingCache(MODEL, tmp_path).put({"a": vector(1, 0, 0)})
    assert EmbeddingCache(replace(MODEL, **change), tmp_path).get(["a"]) == {}


def test_the_name_of_a_model_does_not_matter(tmp_path: Path) -> None:
    EmbeddingCache(MODEL, tmp_path).put({"a": vector(1, 0, 0)})
    assert list(EmbeddingCache(replace(MODEL, name="other"), tmp_path).get(["a"])) == ["a"]


def test_a_file_that_is_no_cache_is_begun_anew_and_said_to_be(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    EmbeddingCache(MODEL, tmp_path)
    path = next(tmp_path.glob("*.sqlite"))
    path.write_bytes(b"not a database" * 100)
    cache = EmbeddingCache(MODEL, tmp_path)
    assert "is damaged: it is begun anew" in caplog.text
    cache.put({"a": vector(1, 0, 0)})
    assert list(cache.get(["a"])) == ["a"]


def test_a_file_whose_pages_are_damaged_is_named(tmp_path: Path) -> None:
    cache = EmbeddingCache(MODEL, tmp_path)
    cache.put({str(number): vector(1, 0, 0) for number in range(1000)})
    path = next(tmp_path.glob("*.sqlite"))
    content = path.read_bytes()
    path.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))
    with pytest.raises(InputError, match=r"The embedding cache .* cannot be used .* delete it") as caught:
        cache.keys()
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "damaged", [b"", b"\0" * 11, b"\0" * 12, np.full(3, np.nan, "<f4").tobytes(), "text", vector(3, 0, 0).tobytes()]
)
def test_a_damaged_vector_is_forgotten_and_said_to_be(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, damaged: object
) -> None:
    cache = EmbeddingCache(MODEL, tmp_path)
    cache.put({"a": vector(1, 0, 0), "b": vector(0, 1, 0)})
    with sqlite3.connect(next(tmp_path.glob("*.sqlite"))) as database:
        database.execute("UPDATE vectors SET vector = ? WHERE photo = 'a'", [damaged])
    database.close()
    assert list(cache.get(["a", "b"])) == ["b"]
    assert "has damaged entries (1)" in caplog.text
    assert cache.keys() == {"b"}
    cache.put({"a": vector(0, 0, 1)})
    np.testing.assert_array_equal(cache.get(["a"])["a"], vector(0, 0, 1))


def test_a_data_folder_that_cannot_be_written_gives_a_cache_for_this_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("in place of the folder")
    monkeypatch.setenv("PRODUCT_MATCHING_HOME", str(tmp_path / "file"))
    cache = EmbeddingCache(MODEL)
    cache.put({"a": vector(1, 0, 0)})
    assert list(cache.get(["a"])) == ["a"]
    KeypointCache(cache.folder)  # as a build takes it
    assert "cannot be made" in caplog.text
    assert "Nothing is kept for another run." in caplog.text
    with pytest.raises(InputError, match="cannot be made"):
        EmbeddingCache(MODEL, tmp_path / "file" / "named")
