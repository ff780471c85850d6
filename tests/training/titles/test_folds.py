from pathlib import Path

import numpy as np
import pytest

from product_matching.errors import InputError
from product_matching.evaluation.listings import LabelledListings
from product_matching.evaluation.protocols import plan_protocol
from product_matching.training.titles.folds import out_of_fold_vectors, training_parts, untrained_vectors
from product_matching.training.titles.recipe import TitleRecipe


@pytest.fixture(scope="module")
def listings() -> LabelledListings:
    labels = np.repeat(np.arange(20), 3)
    titles = np.array(
        [f"{'abcdefghij'[g % 10] * 2} {'klm'[c]} {'xy'[g // 10]}" for g in range(20) for c in range(3)], object
    )
    return LabelledListings(titles, np.full(60, "", object), labels, labels)


def test_no_encoder_learns_from_a_group_that_it_embeds(listings: LabelledListings) -> None:
    plan = plan_protocol("fold", listings.names)
    parts = training_parts(plan, two_stage=True)
    assert np.sort(np.concatenate([embedded for _, embedded in parts])).tolist() == list(range(60))
    for trained, embedded in parts:
        assert not set(listings.labels[trained]) & set(listings.labels[embedded])
    scored = set(np.concatenate([plan.validation.catalogue, plan.test.catalogue]).tolist())
    assert set(parts[0][1].tolist()) == scored
    assert len(parts[0][0]) == 60 - len(scored)
    assert all(len(trained) > len(embedded) for trained, embedded in parts[1:])
    assert len(parts) == 4


def test_protocols_that_mix_learning_and_measuring_are_refused(listings: LabelledListings) -> None:
    dense = training_parts(plan_protocol("dense", listings.names), two_stage=False)
    assert len(dense) == 1
    assert dense[0][1].tolist() == list(range(60))
    for protocol, two_stage in (("dense", True), ("half", False), ("full", False), ("half", True)):
        with pytest.raises(InputError, match=f"only, not '{protocol}'"):
            training_parts(plan_protocol(protocol, listings.names), two_stage=two_stage)


def test_each_part_is_embedded_by_its_own_encoder(
    listings: LabelledListings, tiny_sentence_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PRODUCT_MATCHING_HOME", str(tmp_path))
    recipe = TitleRecipe(
        name="tiny", epochs=1, batch_size=8, learning_rate=0.01, backbone=str(tiny_sentence_model), max_tokens=16
    )
    vectors = out_of_fold_vectors(listings, "fold", recipe)
    assert vectors.shape == (60, 32)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert len(list(tmp_path.rglob("tiny-*/weights.safetensors"))) == 4
    plain = untrained_vectors(listings, str(tiny_sentence_model))
    assert (np.abs(vectors - plain).max(axis=1) > 1e-4).all()
    dates = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.safetensors")}
    again = out_of_fold_vectors(listings, "fold", recipe)
    np.testing.assert_array_equal(again, vectors)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.safetensors")} == dates
