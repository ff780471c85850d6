"""Gradient-boosted trees as plain arrays: scikit-learn trains them, a few lines of numpy apply them, no pickle."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from product_matching.errors import InputError
from product_matching.search.neighbours import FloatArray

_BLOCK_ROWS = 65_536


@dataclass(frozen=True, eq=False)
class BoostedTrees:
    """A binary classifier of boosted trees; the nodes of all trees stand in one row.

    Attributes
    ----------
    feature, threshold
        What a node compares: a row with ``x[feature] <= threshold`` goes left; shape (nodes,).
    left, right
        Position of the child nodes, shape (nodes,); a leaf is its own child.
    missing_left
        Whether a row without the value (NaN) goes left; shape (nodes,).
    value
        What a leaf adds to the log odds; inside a tree, the mean of the leaves below by training pairs; shape (nodes,).
    roots
        Position of each tree's first node; shape (trees,).
    depth
        Nodes below the root on the longest path of each tree; shape (trees,).
    baseline
        Log odds before the first tree; shape (1,).
    """

    feature: npt.NDArray[np.int64]
    threshold: FloatArray
    left: npt.NDArray[np.int64]
    right: npt.NDArray[np.int64]
    missing_left: npt.NDArray[np.bool_]
    value: FloatArray
    roots: npt.NDArray[np.int64]
    depth: npt.NDArray[np.int64]
    baseline: FloatArray

    @classmethod
    def of(cls, model: Any) -> BoostedTrees:
        """Take the trees out of a fitted binary `HistGradientBoostingClassifier` without categorical features."""
        trees = [tree.nodes for (tree,) in model._predictors]
        sizes = np.array([len(nodes) for nodes in trees], dtype=np.int64)
        roots = np.cumsum(sizes) - sizes
        nodes = np.concatenate(trees)
        start, leaf = np.repeat(roots, sizes), nodes["is_leaf"].astype(np.bool_)
        own = np.arange(len(nodes))
        return cls(
            np.where(leaf, 0, nodes["feature_idx"]).astype(np.int64),
            nodes["num_threshold"].astype(np.float64),
            np.where(leaf, own, start + nodes["left"].astype(np.int64)),
            np.where(leaf, own, start + nodes["right"].astype(np.int64)),
            nodes["missing_go_to_left"].astype(np.bool_),
            np.concatenate([_node_values(tree) for tree in trees]),
            roots,
            np.array([int(tree["depth"].max()) for tree in trees], dtype=np.int64),
            np.asarray(model._baseline_prediction, dtype=np.float64).ravel(),
        )

    def log_odds(self, features: npt.NDArray[np.floating]) -> FloatArray:
        """Log odds of each row of features, shape (P, F); returns shape (P,)."""
        odds = np.full(len(features), self.baseline[0])
        for start in range(0, len(features), _BLOCK_ROWS):
            block = np.ascontiguousarray(features[start : start + _BLOCK_ROWS], dtype=np.float64)
            for root, depth in zip(self.roots, self.depth, strict=True):
                odds[start : start + _BLOCK_ROWS] += self.value[self._leaves(block, root, depth)]
        return odds

    def probabilities(self, features: npt.NDArray[np.floating]) -> FloatArray:
        """Probability of the positive class for each row of features; shape (P,)."""
        return 1.0 / (1.0 + np.exp(-self.log_odds(features)))

    def contributions(self, features: npt.NDArray[np.floating], n_features: int) -> FloatArray:
        """Share of each feature in the log odds: along each path, the change of the mean at the feature's splits.

        Returns
        -------
        numpy.ndarray
            Shape (P, F). With the baseline and each root's mean it sums to the log odds (Saabas 2014).
        """
        shares = np.zeros((len(features), n_features))
        block, rows = np.asarray(features, dtype=np.float64), np.arange(len(features))
        for root, depth in zip(self.roots, self.depth, strict=True):
            node = np.full(len(block), root, dtype=np.int64)
            for _ in range(depth):
                child = self._children(block, rows, node)
                shares[rows, self.feature[node]] += self.value[child] - self.value[node]
                node = child
        return shares

    def _leaves(self, block: FloatArray, root: int, depth: int) -> npt.NDArray[np.int64]:
        node = np.full(len(block), root, dtype=np.int64)
        rows = np.arange(len(block))
        for _ in range(depth):
            node = self._children(block, rows, node)
        return node

    def _children(
        self, block: FloatArray, rows: npt.NDArray[np.int64], node: npt.NDArray[np.int64]
    ) -> npt.NDArray[np.int64]:
        value = block[rows, self.feature[node]]
        goes_left = np.where(np.isnan(value), self.missing_left[node], value <= self.threshold[node])
        return np.where(goes_left, self.left[node], self.right[node])

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Name every array, as they are stored."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def save(self, path: Path, **extra: npt.NDArray[Any]) -> None:
        """Write the trees, and further arrays beside them, to an ``.npz`` file."""
        np.savez_compressed(path, **self.arrays(), **extra)  # type: ignore[arg-type]


def _node_values(nodes: npt.NDArray[Any]) -> FloatArray:
    """Leaf values, and for each inner node the mean below it; children stand after their parent."""
    values = nodes["value"].astype(np.float64)
    counts = nodes["count"].astype(np.float64)
    for position in range(len(nodes) - 1, -1, -1):
        if not nodes["is_leaf"][position]:
            below = [int(nodes["left"][position]), int(nodes["right"][position])]
            values[position] = np.average(values[below], weights=counts[below])
    return values


def load_trees(path: Path) -> tuple[BoostedTrees, dict[str, npt.NDArray[Any]]]:
    """Read trees and the further arrays stored beside them; nothing in the file is executed.

    Raises
    ------
    InputError
        The file is missing, damaged, or no such file, or its nodes do not form trees.
    """
    names = [field.name for field in fields(BoostedTrees)]
    try:
        with np.load(path, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        trees = BoostedTrees(**{name: arrays.pop(name) for name in names})
    except (OSError, ValueError, KeyError, EOFError) as error:
        why = (
            error.strerror
            if isinstance(error, OSError) and error.strerror
            else "it is none that train-pairs has written"
        )
        raise InputError(f"The pair classifier {str(path)!r} cannot be read: {why}.") from error
    _check_nodes(trees, path)
    return trees, arrays


def _check_nodes(trees: BoostedTrees, path: Path) -> None:
    n = len(trees.feature)
    per_node = (trees.threshold, trees.left, trees.right, trees.missing_left, trees.value)
    whole = all(array.shape == (n,) for array in per_node) and trees.depth.shape == trees.roots.shape
    inside = whole and all(((array >= 0) & (array < n)).all() for array in (trees.left, trees.right, trees.roots))
    if not inside or trees.baseline.shape != (1,) or (trees.feature < 0).any():
        raise InputError(f"The pair classifier {str(path)!r} is damaged: its nodes do not form trees.")
