"""Splits of labelled listings: queries with their catalogues, and folds that keep label groups together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.model_selection import GroupKFold

from product_matching.errors import InputError

RowArray = npt.NDArray[np.int64]
#: Folds of a labelled catalogue.
N_FOLDS = 5


@dataclass(frozen=True)
class Split:
    """A catalogue and the listings that are looked up in it.

    Attributes
    ----------
    catalogue
        Rows of the data that the catalogue holds, rising; shape (N,).
    queries
        Positions in `catalogue` of the listings that are looked up, rising; shape (Q,).
    encoder
        Name of the text encoder that embeds the catalogue, where encoders are trained on parts of the listings.
    """

    catalogue: RowArray
    queries: RowArray
    encoder: str = ""

    @classmethod
    def whole(cls, catalogue: RowArray) -> Split:
        """A catalogue all of whose listings are looked up."""
        return cls(catalogue, np.arange(len(catalogue), dtype=np.int64))


def group_folds(labels: npt.ArrayLike) -> RowArray:
    """Fold of each listing, whole groups together: ``GroupKFold(5)`` in the order that it yields; shape (N,)."""
    labels = np.asarray(labels)
    n_groups = len(np.unique(labels))
    if n_groups < N_FOLDS:
        raise InputError(f"The catalogue has {n_groups} label groups, but folds need at least {N_FOLDS}.")
    folds = np.empty(len(labels), dtype=np.int64)
    for fold, (_, rows) in enumerate(GroupKFold(N_FOLDS).split(labels, groups=labels)):
        folds[rows] = fold
    return folds
