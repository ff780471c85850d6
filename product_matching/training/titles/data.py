"""Titles whose products are known."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from product_matching.search.neighbours import RowArray


@dataclass(frozen=True, eq=False)
class LabelledTitles:
    """Titles to train on.

    Attributes
    ----------
    titles
        N raw titles.
    classes
        Product of each title, from 0 without gaps; shape (N,), int64.
    """

    titles: Sequence[str]
    classes: RowArray

    @classmethod
    def of(cls, titles: Sequence[str], labels: RowArray) -> LabelledTitles:
        """Number the products anew; `labels` may be any N numbers, equal ones for the same product."""
        return cls(titles, np.unique(labels, return_inverse=True)[1].astype(np.int64))

    def __len__(self) -> int:
        return len(self.classes)

    @property
    def n_classes(self) -> int:
        """Number of products."""
        return int(self.classes.max()) + 1 if len(self.classes) else 0

    @property
    def digest(self) -> str:
        """SHA-256 over titles and products: a checkpoint is continued only with the same."""
        digest = hashlib.sha256("\0".join(self.titles).encode("utf-8", "surrogatepass"))
        digest.update(self.classes.tobytes())
        return digest.hexdigest()
