"""Milvus beside the local index: publication, size on disk, searches, and what IVF_FLAT finds by its lists looked into.

``python benchmarks/milvus.py embeddings/demo http://HOST:PORT``, or a file that ends in ``.db`` for Milvus Lite.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from product_matching.search import IndexSpec, VectorIndex, open_index
from product_matching.search.milvus.connection import check_address, is_lite
from product_matching.search.milvus.layout import IndexType
from product_matching.store.bundle import Bundle, open_bundle
from product_matching.workflows.find import default_thresholds
from product_matching.workflows.publish import publish_bundle
from product_matching.workflows.served import ServedBundle

SEED, QUERIES, K = 0, 100, 50
#: Lists that a query looks into.
PROBES = (4, 8, 16, 32, 64)


def milliseconds(times: list[float]) -> dict[str, float]:
    """Median and 95th percentile of seconds, in milliseconds."""
    return {f"p{share}": round(1000 * float(np.percentile(times, share)), 2) for share in (50, 95)}


def timed(search: Callable[[], Any]) -> tuple[Any, float]:
    """What a search gives, and the seconds that it takes."""
    started = time.perf_counter()
    return search(), time.perf_counter() - started


def compare(served: VectorIndex[Any], local: VectorIndex[Any], vectors: Any, threshold: float) -> dict[str, Any]:
    """Search for some listings in both: times, and the share of the local results that Milvus finds."""
    rows = np.random.default_rng(SEED).choice(local.size, min(QUERIES, local.size), replace=False)
    taken: dict[str, list[float]] = {"milvus": [], "local": []}
    found = {"nearest": [0, 0], "within": [0, 0]}
    same = True
    for row in rows:
        query = vectors[row : row + 1]
        ours, seconds = timed(partial(served.nearest, query, K))
        taken["milvus"].append(seconds)
        theirs, seconds = timed(partial(local.nearest, query, K))
        taken["local"].append(seconds)
        near = served.within(query, threshold), local.within(query, threshold)
        for name, (one, other) in {"nearest": (ours, theirs), "within": near}.items():
            found[name][0] += len(np.intersect1d(one.rows, other.rows))
            found[name][1] += len(other.rows)
            same &= np.array_equal(one.rows, other.rows) and np.array_equal(one.distances, other.distances)
    shares = {f"recall_{name}": round(hits / max(whole, 1), 4) for name, (hits, whole) in found.items()}
    return {**{name: milliseconds(times) for name, times in taken.items()}, **shares, "identical": same}


def measure(bundle: Bundle, address: str, index: IndexType, probes: int | None) -> dict[str, Any]:
    """Publish a bundle with an index and search it."""
    started, cpu = time.perf_counter(), time.process_time()
    published = publish_bundle(bundle, address, index=index, probes=probes)
    told: dict[str, Any] = {
        "index": index,
        "layout": {name: value for name, value in asdict(published.layout).items() if name in ("lists", "probes")},
        "sent": published.sent,
        "publish_seconds": round(time.perf_counter() - started, 1),
        "publish_processor_seconds": round(time.process_time() - cpu, 1),
    }
    if is_lite(address):
        files = [path.stat().st_size for path in Path(address).rglob("*") if path.is_file()]
        told["bytes_per_listing"] = round(sum(files) / len(bundle))
    vectors, thresholds = ServedBundle(bundle, address).vectors(), default_thresholds(bundle)
    if vectors is None:
        raise SystemExit("Milvus does not answer.")
    sides: list[tuple[str, Any, Any, float | None]] = [("photo", "flat", bundle.photo_vectors, thresholds.photo)]
    if index == "FLAT":
        sides.append(("title", "sparse", bundle.title_matrix, thresholds.title))
    for side, kind, matrix, threshold in sides:
        if matrix is not None and threshold is not None:
            spec = IndexSpec(kind)
            told[side] = compare(open_index(spec, matrix, served=vectors), open_index(spec, matrix), matrix, threshold)
    return told


def main() -> None:
    """Measure FLAT, then IVF_FLAT by its lists looked into; one line of JSON each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bundle", type=Path)
    parser.add_argument("address", type=check_address)
    arguments = parser.parse_args()
    bundle = open_bundle(arguments.bundle)
    print(json.dumps({"bundle": bundle.manifest.name, "listings": len(bundle), "load": os.getloadavg()[0]}))
    print(json.dumps(measure(bundle, arguments.address, "FLAT", None)))
    if bundle.photo_vectors is not None:
        for probes in PROBES:
            print(json.dumps(measure(bundle, arguments.address, "IVF_FLAT", probes)), flush=True)


if __name__ == "__main__":
    main()
