"""The example of Home: a sure group, which the labels confirm where there are some."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import pandas as pd

from product_matching.app.home.example import ENOUGH, example_of
from product_matching.search.neighbours import Neighbours
from product_matching.store.bundle import Bundle
from product_matching.workflows.catalogue_groups import CatalogueGroups


@dataclass
class Part:
    """Some fields of what the example looks at."""

    fields: dict[str, Any]

    def __getattr__(self, name: str) -> Any:
        return self.fields[name]


def test_labels_confirm_the_group_that_is_shown() -> None:
    n = ENOUGH + 1
    rows = [list(range(n)), list(range(n, 2 * n))]
    listings = pd.DataFrame({"title": [f"lamp {row}" for row in range(2 * n)], "photo_sha256": ""})
    near_rows = np.concatenate([rows[row // n] for row in range(2 * n)])
    near = Neighbours(np.arange(0, 2 * n * n + 1, n), near_rows, np.full(2 * n * n, 0.1))
    found = Part(
        {
            "groups": [Part({"rows": each}) for each in rows],
            "farthest": [Part({"probability": 0.9})] * 2,
            "scored": near,
        }
    )

    def shown(labels: list[str] | None) -> int:
        of = None if labels is None else np.array(labels, dtype=object)
        example = example_of(cast(Bundle, Part({"listings": listings, "labels": of})), cast(CatalogueGroups, found))
        assert example is not None
        assert [probability for _, probability in example.matches] == [0.9] * ENOUGH
        return example.row

    assert shown(None) == 0
    assert shown(["a"] * n + ["b"] * n) == 0
    assert shown(["a"] * (n - 1) + ["c"] + ["b"] * n) == n, "the labels of the first group differ"
