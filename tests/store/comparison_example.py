"""A comparison table as the command writes it, with invented figures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

_PHOTO, _TITLE = "competition's photos, catalogue of about 70,000", "all 34,250 titles"
_CLOSED = "closed-set accuracy, not F1 of sets"
#: name, kind, section, remark, reported F1 and its protocol, reproduced F1, F1 on the demo, F1 on the groceries.
_ROWS = (
    ("Convolutional autoencoder", "photo", "comparison", "latent vector", 0.51, "top k", None, 0.452, 0.318),
    ("Softmax", "photo", "comparison", "", 0.59, _CLOSED, None, 0.681, 0.452),
    ("Softmax + weighted sampler", "photo", "comparison", "", 0.62, _CLOSED, None, 0.688, 0.447),
    ("ArcFace", "photo", "comparison", "", 0.70, _PHOTO, None, 0.724, 0.481),
    ("ArcFace + weighted sampler", "photo", "comparison", "weight 1/n", 0.72, _PHOTO, None, 0.731, 0.476),
    ("ArcFace + weighted sampler + TF-IDF", "photo+title", "comparison", "union", 0.74, _PHOTO, None, 0.889, None),
    ("IDF", "title", "comparison", "binary counts", 0.661, _TITLE, 0.661, 0.861, None),
    ("TF-IDF", "title", "comparison", "", 0.648, _TITLE, 0.6486, 0.848, None),
    ("GloVe", "title", "comparison", "mean of word vectors", 0.518, _TITLE, 0.567, 0.741, None),
    ("GloVe + IDF", "title", "comparison", "", 0.536, _TITLE, 0.583, 0.768, None),
    ("Fused distance", "photo+title", "beyond", "photo or title or mean", None, "", None, 0.902, None),
    ("Database augmentation", "photo+title", "beyond", "expansion by 2", None, "", None, 0.911, None),
    ("Second stage", "photo+title", "beyond", "boosted trees on pairs", None, "", None, 0.926, None),
    ("untrained backbone", "photo", "baseline", "ImageNet", None, "", None, 0.651, 0.441),
    ("pHash", "photo", "baseline", "64 bits", None, "", 0.5531, 0.541, 0.212),
    ("imagededup DHash", "photo", "baseline", "", None, "", None, 0.503, 0.197),
    ("efficientnet_lite2_arcface", "photo", "shipped", "224 px, 9 MB", None, "", None, 0.768, 0.522),
)


def example_comparison() -> dict[str, Any]:
    """The table, to be changed and written by `write_comparison`."""
    rows = [_row(*row) for row in _ROWS]
    differences = [
        _difference(row["name"], data, measure, row[data][measure] - other[measure])
        for other_row in rows
        if other_row["name"] == "untrained backbone"
        for row in rows
        for data in ("demo", "groceries")
        for measure in ("f1", "recall_at_1", "map_at_r")
        if (other := other_row[data]) and row["kind"] == "photo" and row[data] and row is not other_row
    ]
    return {
        "format": 1,
        "made_by": "product-matching compare --models build/comparison --demo demo/listings.csv",
        "protocols": {
            "demo": "Test part (544 listings) looked up in itself; the threshold was chosen on the validation part.",
            "groceries": "7 packaged products that no network has seen, among 21 others; 12 photos of each, 20 draws.",
            "reported": "As published, under at least three protocols: not comparable with each other.",
            "reproduced": "All 34,250 listings are catalogue and queries, the threshold chosen on the same data.",
        },
        "rows": rows,
        "differences": differences,
        "order": ["IDF stands above ArcFace here and below it as reported: 0.137, more than its interval."],
    }


def write_comparison(path: Path, table: object) -> Path:
    """Write a table as JSON and return its path."""
    path.write_text(json.dumps(table), encoding="utf-8")
    return path


def _row(
    name: str,
    kind: str,
    section: str,
    remark: str,
    reported: float | None,
    protocol: str,
    reproduced: float | None,
    demo: float,
    groceries: float | None,
) -> dict[str, Any]:
    again = None if reproduced is None else {"f1": reproduced, "interval": _around(reproduced, 0.006)}
    return {
        "name": name,
        "kind": kind,
        "section": section,
        "remark": remark,
        "reported": None if reported is None else {"f1": reported, "protocol": protocol},
        "reproduced": again and {**again, "protocol": "full", "n": 34250},
        "demo": _scores(demo, 0.043, 544, 504),
        "groceries": None if groceries is None else _scores(groceries, 0.11, 336, 84),
        "groceries_full": None if groceries is None else _scores(groceries - 0.06, 0.12, 1210, 402),
    }


def _scores(f1: float, reach: float, n: int, queries: int) -> dict[str, Any]:
    recall, precision = round(f1 + 0.06, 3), round(f1 - 0.03, 3)
    return {
        "f1": f1,
        "f1_interval": _around(f1, reach),
        "recall_at_1": recall,
        "recall_at_1_interval": _around(recall, reach),
        "map_at_r": precision,
        "map_at_r_interval": _around(precision, reach),
        "threshold": 0.31,
        "n": n,
        "queries": queries,
    }


def _difference(name: str, data: str, measure: str, difference: float) -> dict[str, Any]:
    return {
        "row": name,
        "to": "untrained backbone",
        "data": data,
        "measure": measure,
        "difference": round(difference, 3),
        "interval": _around(difference, 0.03, -1),
    }


def _around(value: float, reach: float, lowest: float = 0) -> list[float]:
    return [round(max(value - reach, lowest), 3), round(min(value + reach, 1), 3)]
