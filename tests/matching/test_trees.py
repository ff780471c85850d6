from pathlib import Path

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier

from product_matching.errors import InputError
from product_matching.matching.trees import BoostedTrees, load_trees


@pytest.fixture(scope="module")
def trained() -> tuple[HistGradientBoostingClassifier, np.ndarray]:
    rng = np.random.default_rng(0)
    features = rng.random((600, 4)).astype(np.float32)
    features[rng.random((600, 4)) < 0.1] = np.nan
    target = (np.nan_to_num(features[:, 0]) + np.nan_to_num(features[:, 1]) * rng.random(600)) > 0.7
    model = HistGradientBoostingClassifier(max_iter=30, max_leaf_nodes=12, random_state=0).fit(features, target)
    return model, features


def test_probabilities_are_those_of_scikit_learn(trained) -> None:
    model, features = trained
    expected = model.predict_proba(features)[:, 1]
    np.testing.assert_allclose(BoostedTrees.of(model).probabilities(features), expected, rtol=0, atol=1e-12)


def test_stored_and_read_they_judge_the_same(trained, tmp_path: Path) -> None:
    model, features = trained
    trees = BoostedTrees.of(model)
    trees.save(tmp_path / "trees.npz", about=np.array("x"))
    again, extra = load_trees(tmp_path / "trees.npz")
    np.testing.assert_array_equal(again.log_odds(features), trees.log_odds(features))
    assert str(extra["about"]) == "x"


def test_contributions_add_up_to_the_log_odds(trained) -> None:
    model, features = trained
    trees = BoostedTrees.of(model)
    start = trees.baseline[0] + trees.value[trees.roots].sum()
    shares = trees.contributions(features, features.shape[1])
    np.testing.assert_allclose(start + shares.sum(axis=1), trees.log_odds(features), atol=1e-9)
    assert np.abs(shares[:, 0]).mean() > 5 * np.abs(shares[:, 3]).mean()  # the target does not depend on the last one


def test_a_damaged_file_is_refused(trained, tmp_path: Path) -> None:
    arrays = BoostedTrees.of(trained[0]).arrays()
    path = tmp_path / "trees.npz"
    with pytest.raises(InputError, match="cannot be read"):
        load_trees(path)
    path.write_bytes(b"PK no archive")
    with pytest.raises(InputError, match="cannot be read"):
        load_trees(path)
    np.savez(path, **{name: array for name, array in arrays.items() if name != "left"})
    with pytest.raises(InputError, match="cannot be read"):
        load_trees(path)
    np.savez(path, **arrays | {"left": arrays["left"] + 10**6})
    with pytest.raises(InputError, match="do not form trees"):
        load_trees(path)
    np.savez(path, **arrays | {"left": np.array([object()])})
    with pytest.raises(InputError, match="cannot be read"):
        load_trees(path)
