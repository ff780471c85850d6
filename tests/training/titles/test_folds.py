from pathlib import Path

import numpy as np
import pytest

from product_matching.evaluation.listings import LabelledListings
from product_matching.evaluation.protocols import plan_protocol, with_encoders
from product_matching.training.titles.folds import embedded_rows, out_of_fold_vectors, untrained_vectors
from product_matching.training.titles.recipe import TitleRecipe


@pytest.fixture(scope="module")
def listings() -> LabelledListings:
    labels = np.repeat(np.arange(20), 3)
    titles = np.array(
        [f"{'abcdefghij'[g % 10] * 2} {'klm'[c]} {'xy'[g // 10]}" for g in range(20) for c in range(3)], object
    )
    return LabelledListings(titles, np.full(60, "", object), labels, labels)


@pytest.mark.parametrize(
    ("protocol", "needed"), [("fold", ["all"]), ("dense", ["all"]), ("half", ["all", "0", "1", "2"])]
)
def test_only_what_is_compared_is_embedded(listings: LabelledListings, protocol: str, needed: list[str]) -> None:
    plan = with_encoders(plan_protocol(protocol, listings.names))
    assert list(embedded_rows(plan, two_stage=False)) == needed
    embedded = embedded_rows(plan, two_stage=True)
    assert list(embedded) == ["all", "0", "1", "2"]
    for split in (*plan.validation, plan.test, *plan.train):
        assert np.isin(split.catalogue, embedded[split.encoder]).all()
    if protocol == "fold":
        assert np.sort(np.concatenate(list(embedded.values()))).tolist() == list(range(60))


def test_each_part_is_embedded_by_its_own_encoder(
    listings: LabelledListings, tiny_sentence_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PRODUCT_MATCHING_HOME", str(tmp_path))
    recipe = TitleRecipe(
        name="tiny", epochs=1, batch_size=8, learning_rate=0.01, backbone=str(tiny_sentence_model), max_tokens=16
    )
    parts = out_of_fold_vectors(listings, "fold", recipe)
    assert {name: int(part.any(axis=1).sum()) for name, part in parts.items()} == dict.fromkeys("012", 12) | {"all": 24}
    vectors = np.sum(list(parts.values()), axis=0)
    assert vectors.shape == (60, 32)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert len(list(tmp_path.rglob("tiny-*/weights.safetensors"))) == 4
    plain = untrained_vectors(listings, str(tiny_sentence_model))
    assert (np.abs(vectors - plain).max(axis=1) > 1e-4).all()
    dates = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.safetensors")}
    again = out_of_fold_vectors(listings, "fold", recipe)
    for name, part in parts.items():
        np.testing.assert_array_equal(again[name], part)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.safetensors")} == dates
