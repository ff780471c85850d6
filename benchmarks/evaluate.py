"""Evaluating TF-IDF on all titles: this library beside the chunked scikit-learn product that notebooks use.

    python benchmarks/evaluate.py data/shopee/train.csv
    python benchmarks/evaluate.py data/shopee/train.csv --chain

All read the file, make the same vectors, find every listing's 51 nearest and choose the threshold with the best F1.
The usual ways: scikit-learn's `NearestNeighbors` (its own chunked brute force), and a hand-written loop over dense
chunks of the product, as in the competition's notebooks. Both then try a grid of thresholds; the library tries every
threshold. Each way runs in its own process, so that none warms another up, and the fastest run counts.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

CHUNK = 4096
NEAREST = 51
GRID = np.arange(0.3, 0.6, 0.01)


def ours(path: Path, method: str) -> dict[str, Any]:
    """Evaluate with the library, from the file to the report."""
    from product_matching.evaluation.evaluate import evaluate
    from product_matching.evaluation.listings import labelled_listings
    from product_matching.listings.catalogue import read_catalogue

    started = time.perf_counter()
    report = evaluate(labelled_listings(read_catalogue(path)), method, "full")
    return _result(f"product-matching, {method}", report.best.f1, started)


def nearest_neighbours(path: Path) -> dict[str, Any]:
    """Scikit-learn's brute-force neighbours, then a grid of thresholds."""
    from sklearn.neighbors import NearestNeighbors

    started = time.perf_counter()
    vectors, labels = _vectors(path)
    search = NearestNeighbors(n_neighbors=NEAREST, metric="cosine", algorithm="brute").fit(vectors)
    distances, rows = search.kneighbors(vectors)
    return _result("scikit-learn NearestNeighbors", _best_f1(distances, rows, labels), started)


def chunked_product(path: Path) -> dict[str, Any]:
    """Dense chunks of the product, the nearest of each row by partition, then a grid of thresholds."""
    from sklearn.metrics.pairwise import linear_kernel

    started = time.perf_counter()
    vectors, labels = _vectors(path)
    kept = []
    for start in range(0, vectors.shape[0], CHUNK):
        similar = linear_kernel(vectors[start : start + CHUNK], vectors)
        rows = np.argpartition(-similar, NEAREST - 1, axis=1)[:, :NEAREST]
        kept.append((1.0 - np.take_along_axis(similar, rows, axis=1), rows))
    distances, rows = (np.concatenate(part) for part in zip(*kept, strict=True))
    return _result("chunked product", _best_f1(distances, rows, labels), started)


def _vectors(path: Path) -> tuple[Any, Any]:
    from sklearn.feature_extraction.text import TfidfVectorizer

    frame = pd.read_csv(path)
    return TfidfVectorizer(dtype=np.float32).fit_transform(frame["title"]), frame["label_group"].to_numpy()


def _best_f1(distances: Any, rows: Any, labels: Any) -> float:
    """Best mean F1 over the grid, the listing itself in both sets."""
    own = np.arange(len(labels))[:, None]
    others, same = rows != own, labels[rows] == labels[own]
    size = pd.Series(labels).map(pd.Series(labels).value_counts()).to_numpy()
    best = 0.0
    for threshold in GRID:
        found = others & (distances <= threshold)
        f1 = 2 * (1 + (found & same).sum(axis=1)) / (1 + found.sum(axis=1) + size)
        best = max(best, float(f1.mean()))
    return best


def _result(name: str, f1: float, started: float) -> dict[str, Any]:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"way": name, "f1": round(f1, 4), "seconds": round(time.perf_counter() - started, 2), "peak_mb": round(peak)}


def _in_own_process(path: Path, way: str) -> dict[str, Any]:
    command = [sys.executable, __file__, str(path), "--way", way]
    return dict(json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout))


USUAL = {"nearest": nearest_neighbours, "chunked": chunked_product}


def main() -> None:
    """Run the ways by turns and print their fastest runs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("catalogue", type=Path)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--chain", action="store_true", help="also time the whole chain of rules")
    parser.add_argument("--way", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.way:
        way = arguments.way
        print(json.dumps(USUAL[way](arguments.catalogue) if way in USUAL else ours(arguments.catalogue, way)))
        return
    runs = [[_in_own_process(arguments.catalogue, way) for way in ("tfidf", *USUAL)] for _ in range(arguments.runs)]
    best = [min(side, key=lambda run: run["seconds"]) for side in zip(*runs, strict=True)]
    rows = best + ([_in_own_process(arguments.catalogue, "chain")] if arguments.chain else [])
    print(pd.DataFrame(rows).to_string(index=False))
    for other in best[1:]:
        print(f"{other['seconds'] / best[0]['seconds']:.1f} times faster than {other['way']}")


if __name__ == "__main__":
    main()
