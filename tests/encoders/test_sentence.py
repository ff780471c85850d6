from pathlib import Path

import numpy as np
import pytest
from safetensors.torch import load_file, save_file

from product_matching.encoders.sentence import SentenceEncoder, encode_once
from product_matching.errors import InputError
from product_matching.networks.weights import save_weights

TITLES = ["Kopi Susu 250 gr", "teh botol", "", "kopi susu 250g", "!!!", "Sepatu lari pria ukuran 42 warna hitam"]


@pytest.fixture(scope="module")
def encoder(tiny_sentence_model: Path) -> SentenceEncoder:
    return SentenceEncoder.load(str(tiny_sentence_model), device="cpu")


def test_titles_become_unit_vectors_in_their_order(encoder: SentenceEncoder) -> None:
    vectors = encoder.encode(TITLES)
    assert vectors.shape == (6, 32)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), [1, 1, 0, 1, 0, 1], atol=1e-6)
    np.testing.assert_array_equal(vectors[0], vectors[3])
    expected = encoder.network.backbone.encode(["teh botol"], normalize_embeddings=True)
    np.testing.assert_allclose(vectors[1], expected[0], atol=1e-5)
    assert encoder.encode([]).shape == (0, 32)


def test_a_vector_hardly_depends_on_the_batch(encoder: SentenceEncoder) -> None:
    one = SentenceEncoder(encoder.network, batch_size=1)
    np.testing.assert_allclose(one.encode(TITLES), encoder.encode(TITLES), atol=1e-5)
    np.testing.assert_array_equal(encoder.encode(TITLES), encoder.encode(TITLES))


def test_trained_weights_take_the_place_of_the_models_own(
    encoder: SentenceEncoder, tiny_sentence_model: Path, tmp_path: Path
) -> None:
    file = tmp_path / "weights.safetensors"
    save_weights(encoder.network, file, half=False)
    again = SentenceEncoder.load(str(tiny_sentence_model), weights=file, device="cpu")
    np.testing.assert_array_equal(again.encode(TITLES), encoder.encode(TITLES))
    tensors = load_file(file)
    name = next(name for name in tensors if "word_embeddings" in name)
    save_file({**tensors, name: -tensors[name]}, file)
    other = SentenceEncoder.load(str(tiny_sentence_model), weights=file, device="cpu")
    assert np.abs(other.encode(TITLES) - encoder.encode(TITLES)).max() > 0.01
    save_file({name: tensors[name][1:]}, file)
    with pytest.raises(InputError, match="not of the backbone"):
        SentenceEncoder.load(str(tiny_sentence_model), weights=file)


def test_titles_are_embedded_once(encoder: SentenceEncoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRODUCT_MATCHING_HOME", str(tmp_path))
    first = encode_once(encoder, TITLES)
    monkeypatch.setattr(SentenceEncoder, "encode", lambda self, titles: np.full((len(titles), 32), 7, np.float32))
    np.testing.assert_array_equal(encode_once(encoder, TITLES), first)
    assert (encode_once(encoder, TITLES[:3]) == 7).all()
    [kept] = [path for path in tmp_path.rglob("*.npy") if np.array_equal(np.load(path), first)]
    kept.write_bytes(kept.read_bytes()[:-9])
    assert (encode_once(encoder, TITLES) == 7).all()
