"""Boosted trees of the pair scorer: LightGBM trains and applies them, a text file holds them, nothing is executed.

The format of the text is LightGBM's own (``Booster.save_model``). Its reader is written in C++ for files that it wrote
itself, so that a text is checked here first, node by node.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from product_matching.errors import InputError, said
from product_matching.search.neighbours import FloatArray

if TYPE_CHECKING:
    from lightgbm import Booster

#: One thread: where cores are shared, LightGBM's threads wait for each other by spinning (28 times the time, measured).
_SEED, _THREADS = 20240501, 1
_PARAMETERS = {
    "objective": "binary",
    "learning_rate": 0.06,
    "num_leaves": 31,
    "min_data_in_leaf": 40,
    "lambda_l2": 1.0,
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": _THREADS,
    "verbosity": -1,
}
_NODES = ("split_feature", "threshold", "decision_type", "left_child", "right_child")
_HEADER = {
    "version": "v4",
    "num_class": "1",
    "num_tree_per_iteration": "1",
    "label_index": "0",
    "objective": "binary sigmoid:1",
}
_END = "end of trees"
MAX_MODELS = 20
_CATEGORICAL = 1


@dataclass(frozen=True, eq=False)
class BoostedTrees:
    """A binary classifier: one or more models of boosted trees, whose log odds are averaged.

    Attributes
    ----------
    text
        The models as LightGBM writes them, one after the other.
    """

    text: str

    @cached_property
    def _boosters(self) -> list[Booster]:
        from lightgbm import Booster
        from lightgbm.basic import LightGBMError

        try:
            return [Booster(model_str=model) for model in _models(self.text)]
        except LightGBMError as error:  # what `check_trees` does not see
            raise InputError(f"The trees of a pair scorer are damaged ({said(error)}): train it anew.") from error

    def probabilities(self, features: npt.NDArray[np.floating]) -> FloatArray:
        """Probability of the positive class for each row of features, shape (P, F); returns shape (P,)."""
        if len(features) == 0:
            return np.zeros(0)
        odds: Any = [booster.predict(features, raw_score=True, num_threads=_THREADS) for booster in self._boosters]
        return 1.0 / (1.0 + np.exp(-np.mean(odds, axis=0, dtype=np.float64)))

    def contributions(self, features: npt.NDArray[np.floating]) -> FloatArray:
        """Share of each feature in the log odds of each row: exact Shapley values (Lundberg et al. 2020).

        Returns
        -------
        numpy.ndarray
            Shape (P, F). With the mean log odds of the training pairs, a row sums to its log odds.
        """
        if len(features) == 0:
            return np.zeros(features.shape)
        shares: Any = [booster.predict(features, pred_contrib=True, num_threads=_THREADS) for booster in self._boosters]
        return np.asarray(np.mean(shares, axis=0, dtype=np.float64))[:, :-1]


def train_trees(
    features: npt.NDArray[np.float32],
    names: Sequence[str],
    same: npt.NDArray[np.bool_],
    weights: FloatArray | None = None,
    *,
    iterations: int = 300,
    feature_share: float = 1.0,
    models: int = 1,
) -> BoostedTrees:
    """Train boosted trees to separate pairs of the same product from others.

    Parameters
    ----------
    features
        Shape (P, F).
    names
        The F names of the features.
    same
        Whether each pair is one product; shape (P,).
    weights
        Weight of each pair; all equal by default.
    iterations
        Number of trees.
    feature_share
        Share of the features, drawn at random, among which each split chooses: less makes the trees differ more.
    models
        Number of models, which differ in their seed: their mean is less of a chance result than any of them.

    Raises
    ------
    InputError
        The pairs are all of one kind.
    """
    if same.all() or not same.any():
        kind = "the same product" if len(same) and same.all() else "different products"
        raise InputError(f"All {len(same)} candidate pairs are {kind}, but a pair scorer needs both kinds: label more.")
    import lightgbm

    pairs = lightgbm.Dataset(features, same.astype(np.float32), weight=weights, feature_name=written_names(names))
    texts = []
    for number in range(models):
        parameters = _PARAMETERS | {"feature_fraction_bynode": feature_share, "seed": _SEED + number}
        texts.append(_plain(lightgbm.train(parameters, pairs, num_boost_round=iterations).model_to_string()))
    return BoostedTrees("".join(texts))


def _models(text: str) -> list[str]:
    """The single models of a text; text after the last one counts as another model, which is invalid."""
    *models, rest = text.split(f"\n{_END}\n")
    return [f"{model}\n{_END}\n" for model in models] + ([rest] if rest else [])


def written_names(names: Sequence[str]) -> list[str]:
    """Names of features as LightGBM accepts them: without blanks and commas."""
    return [name.replace(", ", "__").replace(" ", "_") for name in names]


def _plain(text: str) -> str:
    """Leave out what is not needed: offsets of the trees, which a reader would have to trust, and what follows them."""
    header, _, trees = text.partition(f"{_END}\n")[0].partition("\nTree=")
    kept = "\n".join(line for line in header.splitlines() if not line.startswith("tree_sizes="))
    return f"{kept}\n\nTree={trees}{_END}\n"


def check_trees(text: str, names: Sequence[str]) -> None:
    """Check that a text holds models of trees over these features, node by node.

    Raises
    ------
    ValueError
        It is not such a text; the message gives the reason in a few words.
    """
    models = _models(text)
    if not 1 <= len(models) <= MAX_MODELS:
        raise ValueError(f"it holds {len(models)} models, but 1 to {MAX_MODELS} are read")
    for model in models:
        _check_model(model, names)


def _check_model(text: str, names: Sequence[str]) -> None:
    if not text.startswith("tree\n") or not text.endswith(f"\n{_END}\n") or text.count(_END) != 1:
        raise ValueError(f"it does not begin with 'tree' and end with {_END!r}")
    header, *trees = text[: -len(_END) - 1].split("\nTree=")
    expected = _HEADER | {"max_feature_idx": str(len(names) - 1), "feature_names": " ".join(written_names(names))}
    fields = _fields(header)
    fields.pop("feature_infos", None)
    for name in sorted(expected.keys() | fields.keys()):
        if fields.get(name) != expected.get(name):
            raise ValueError(f"{name} is {fields.get(name)!r:.60}, not {expected.get(name)!r:.60}")
    if not trees:
        raise ValueError("it holds no tree")
    for number, tree in enumerate(trees):
        _check_tree(_fields(tree), number, len(names))


def _fields(block: str) -> dict[str, str]:
    pairs = [line.partition("=") for line in block.splitlines() if "=" in line]
    fields = {name: value for name, _, value in pairs}
    if len(fields) < len(pairs):
        raise ValueError("it holds a field twice")
    return fields


def _check_tree(fields: dict[str, str], number: int, n_features: int) -> None:
    """Every child of a node stands after it, so that each path ends, and every number is of the range it should be."""
    leaves = int(fields.get("num_leaves", "0"))
    if leaves < 1 or fields.get("num_cat") != "0" or fields.get("is_linear") != "0":
        raise ValueError(f"tree {number} is no tree of plain splits")
    nodes = {name: _numbers(fields, name, leaves - 1, finite=name != "threshold") for name in _NODES}
    _numbers(fields, "leaf_value", leaves)
    place = np.arange(leaves - 1)
    for child in (nodes["left_child"], nodes["right_child"]):
        if not (((child > place) & (child < leaves - 1)) | ((child < 0) & (child >= -leaves))).all():
            raise ValueError(f"the nodes of tree {number} do not form a tree")
    asked = nodes["split_feature"]
    if not ((asked >= 0) & (asked < n_features)).all() or (nodes["decision_type"].astype(int) & _CATEGORICAL).any():
        raise ValueError(f"tree {number} splits by features that are not there")


def _numbers(fields: dict[str, str], name: str, count: int, *, finite: bool = True) -> FloatArray:
    """Numbers of a field; a threshold may be infinite, where a split tells missing values from all others."""
    numbers = np.array([float(value) for value in fields.get(name, "").split()])
    if len(numbers) != count or np.isnan(numbers).any() or (finite and not np.isfinite(numbers).all()):
        raise ValueError(f"{name} does not hold {count} numbers")
    return numbers
