"""What each stage of the Spark engine costs a listing, in processor seconds and bytes: the numbers of docs/spark.md.

``python -m benchmarks.spark_costs BUNDLE`` measures the functions that the workers run, in this process on one thread,
by its processor time, which other processes of the machine change little. ``--photos FOLDER --model NAME`` adds the
embedding of photos, ``--scorer`` the pair scorer.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from product_matching.engines import group_shards, photo_pairs, score, title_pairs
from product_matching.engines.components import find_components
from product_matching.engines.embed import _embed_shard, _write_files
from product_matching.engines.listing_shards import ListingShards, write_listing_shards
from product_matching.matching.decisions import NO_DECISIONS
from product_matching.matching.thresholds import Thresholds
from product_matching.progress import NO_PROGRESS
from product_matching.search.joins.dense import DenseJoin
from product_matching.search.joins.mixed import MixedJoin
from product_matching.search.joins.sparse import SparseJoin
from product_matching.store.bundle import Bundle, open_bundle
from product_matching.workflows.choose_scorer import choose_scorer
from product_matching.workflows.find import default_thresholds

#: Of so many shards of titles one is joined.
_EVERY = 8
Batches = Iterator[pd.DataFrame]


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    """What some work gives, and the processor seconds that it took."""
    started = time.process_time()
    return work(), time.process_time() - started


def _first_rows(bundle: Bundle, n: int) -> Bundle:
    return replace(
        bundle,
        listings=bundle.listings.iloc[:n],
        photo_vectors=None if bundle.photo_vectors is None else bundle.photo_vectors[:n],
        title_matrix=None if bundle.title_matrix is None else bundle.title_matrix[:n],
    )


def measure_photos(listings: ListingShards, distance: float, k: int, visits: int | None) -> dict[str, Any]:
    """Photo vectors sent to cells, and the join of one of them."""
    cells = photo_pairs.train_cells(listings, k, distance, visits)
    sent, kept, shard = 0, [], k // 2

    def scatter() -> None:
        nonlocal sent
        for source in range(listings.stage.n):
            for rows in photo_pairs.scatter_photos(listings, cells, source):
                sent += len(rows)
                kept.append(rows[rows["shard"] == shard])

    _, scattering = timed(scatter)
    rows = pd.concat(kept).sort_values(photo_pairs.ORDER)
    own, guests = int((~rows["guest"]).sum()), int(rows["guest"].sum())
    batches = (rows.iloc[start : start + 2000] for start in range(0, len(rows), 2000))
    table, joining = timed(lambda: photo_pairs.join_photos(listings, cells, shard, batches))
    return {
        "cells": k,
        "visits": visits,
        "distance": distance,
        "sent_per_listing": sent / listings.n,
        "bytes_per_row_sent": 4 * listings.dimension + 13,
        "scatter_seconds_per_listing": scattering / listings.n,
        "join_seconds_per_million_comparisons": joining / (own * own / 2 + own * guests) * 1e6,
        "pairs_of_the_cell": len(table),
    }


def measure_assigning(dimension: int, k: int, visits: int) -> dict[str, Any]:
    """Finding home and guest cells among many centroids, which for this may lie anywhere."""
    drawn = np.random.default_rng(0).normal(size=(k + 4000, dimension)).astype(np.float32)
    drawn /= np.linalg.norm(drawn, axis=1, keepdims=True)
    cells = photo_pairs.Cells(centroids=drawn[:k], distance=0.1, visits=visits)
    vectors = drawn[k:]

    def assign() -> None:
        for start in range(0, len(vectors), 2000):
            part = vectors[start : start + 2000]
            cells.guests(part, cells.homes(part))

    return {"cells": k, "visits": visits, "seconds_per_listing": timed(assign)[1] / len(vectors)}


def measure_visits(listings: ListingShards, bundle: Bundle, distance: float, k: int) -> dict[str, Any]:
    """Share of all pairs within a distance that limits on visits find."""
    vectors = np.asarray(bundle.photo_vectors, dtype=np.float32)
    near, seconds = timed(lambda: DenseJoin().within(vectors, distance))
    first, second = near.queries(), near.rows
    once = first < second
    first, second = first[once], second[once]
    found: dict[str, Any] = {
        "distance": distance,
        "cells": k,
        "pairs_per_listing": len(first) / len(vectors),
        "self_join_seconds_per_million_comparisons": seconds / (len(vectors) ** 2 / 2) * 1e6,
    }
    trained = photo_pairs.train_cells(listings, k, distance)
    homes = trained.homes(vectors)
    for visits in (1, 2, 4, 8, 16, 32):
        if visits > k - 1:
            break
        cells = replace(trained, visits=visits)
        guests = np.concatenate(
            [
                cells.guests(vectors[start : start + 2000], homes[start : start + 2000])
                for start in range(0, len(vectors), 2000)
            ]
        )
        met = (homes[first] == homes[second]) | guests[first, homes[second]] | guests[second, homes[first]]
        found[f"found_with_{visits}_visits"] = float(met.mean())
    return found


def measure_titles(listings: ListingShards, bundle: Bundle, distance: float) -> dict[str, Any]:
    """Titles sent to words, and the join of every eighth shard."""
    matrix = bundle.title_matrix
    if matrix is None:
        return {}
    words = title_pairs.word_order(matrix, distance, shards=8 * _EVERY)
    sent, sent_bytes, kept = 0, 0, []

    def scatter() -> None:
        nonlocal sent, sent_bytes
        for source in range(listings.stage.n):
            for rows in title_pairs.scatter_titles(listings, words, source):
                sent += len(rows)
                sent_bytes += 16 * len(rows) + 2 * int(rows["words"].map(len).sum())
                kept.append(rows[rows["shard"] % _EVERY == 0])

    _, scattering = timed(scatter)
    rows, joining, pairs = pd.concat(kept), 0.0, 0
    for shard in np.unique(rows["shard"]).tolist():
        ordered = rows[rows["shard"] == shard].sort_values(title_pairs.ORDER)
        batches = (ordered.iloc[start : start + 2000] for start in range(0, len(ordered), 2000))
        table, seconds = timed(partial(title_pairs.join_titles, listings, words, shard, batches))
        joining, pairs = joining + seconds, pairs + len(table)
    return {
        "listings": listings.n,
        "distance": distance,
        "sent_per_listing": sent / listings.n,
        "bytes_sent_per_listing": sent_bytes / listings.n,
        "scatter_seconds_per_listing": scattering / listings.n,
        "join_seconds_per_listing": joining * _EVERY / listings.n,
        "pairs_per_listing_in_all_shards": pairs * _EVERY / listings.n,
    }


def measure_groups(listings: ListingShards, bundle: Bundle, thresholds: Thresholds) -> dict[str, Any]:
    """Components of all pairs, and the decisions and groups of all their shards."""
    sides: list[tuple[Any, float | None, Any]] = [
        (bundle.photo_vectors, thresholds.photo, DenseJoin()),
        (bundle.title_matrix, thresholds.title, SparseJoin()),
    ]
    keys = [
        join.within(vectors, distance)
        for vectors, distance, join in sides
        if vectors is not None and distance is not None
    ]
    first, second = (np.concatenate(part) for part in zip(*((near.queries(), near.rows) for near in keys), strict=True))
    found = np.unique(np.column_stack([first, second])[first < second], axis=0)
    pairs = photo_pairs.pairs_table([(found[:, 0], found[:, 1])])
    components, connecting = timed(
        lambda: find_components(listings.n, [pairs], NO_DECISIONS, work=listings.stage.work, rows_per_shard=20_000)
    )
    deciding = group_shards.Deciding(thresholds=thresholds, least=None, decisions=NO_DECISIONS)
    sent = [
        rows
        for source in range(listings.stage.n)
        for rows in group_shards.scatter_listings(listings, components, source)
    ]
    rows = pd.concat([*sent, *group_shards.scatter_pairs(pairs, components)], ignore_index=True)
    grouping = 0.0
    for shard in range(components.shards):
        batches = iter([rows[rows["shard"] == shard].sort_values(group_shards.ORDER)])
        work = partial(
            group_shards.group_shard, shard, batches, listings=listings, components=components, deciding=deciding
        )
        grouping += timed(work)[1]
    return {
        "pairs_per_listing": len(found) / listings.n,
        "share_of_listings_with_pairs": sum(map(len, sent)) / listings.n,
        "connecting_seconds_per_listing": connecting / listings.n,
        "grouping_seconds_per_listing": grouping / listings.n,
    }


def measure_scorer(bundle: Bundle, work: Path) -> dict[str, Any]:
    """Preparing a catalogue for its scorer, choosing candidates and scoring them."""
    chosen = choose_scorer(bundle)
    if chosen is None:
        return {}
    folder, n = work / "prepared", len(bundle)
    _, preparing = timed(lambda: score._prepare(folder, bundle, chosen.scorer, NO_PROGRESS))
    vectors = np.asarray(bundle.photo_vectors, dtype=np.float32)
    _, nearest = timed(lambda: MixedJoin(vectors.shape[1]).nearest(vectors, 51))
    near = np.load(folder / score._NEAR)
    tables, choosing = timed(
        lambda: [score._choose_shard(folder, shard) for shard in range(-(-len(near) // score._NEAR_PAIRS))]
    )
    candidates = np.concatenate([np.column_stack([table["first"], table["second"]]) for table in tables])
    path = work / "candidates.npy"
    np.save(path, candidates)
    score._features(folder / score._FEATURES)
    table, scoring = timed(lambda: score._score_shard(folder, path, 0))
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    return {
        "listings": n,
        "prepare_seconds": preparing,
        "nearest_of_photos_seconds_per_million_comparisons": nearest / n**2 * 1e6,
        "near_pairs_per_listing": len(near) / n,
        "candidates_per_listing": len(candidates) / n,
        "choose_seconds_per_near_pair": choosing / len(near),
        "score_seconds_per_candidate": scoring / len(table),
        "prepared_bytes_per_listing": size / n,
    }


def measure_embedding(photos: Path, model: Path, work: Path, n: int = 96) -> dict[str, Any]:
    """One shard of photos."""
    paths = sorted(photos.iterdir())[: n + 8]
    warm, files = (_write_files(some, work, len(some)) for some in (paths[n:], paths[:n]))
    _embed_shard(warm, model, keypoints=True, shard=0)
    table, seconds = timed(lambda: _embed_shard(files, model, keypoints=True, shard=0))
    columns = ("thumbnail", "keypoints", "vector")
    return {
        "photos": len(table),
        "seconds_per_photo": seconds / len(table),
        **{f"{name}_bytes": sum(map(len, table[name].to_pylist())) / len(table) for name in columns},
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bundle", type=Path)
    parser.add_argument("--cells", type=int, default=32)
    parser.add_argument("--visits", type=int, help="limit on the visits of the vectors that are sent")
    parser.add_argument("--rows", type=int, help="only so many listings, to see how costs grow")
    parser.add_argument("--assign", type=int, help="measure the assignment to so many cells as well")
    parser.add_argument("--photo-distance", type=float, help="instead of the bundle's own threshold")
    parser.add_argument("--title-distance", type=float, help="instead of the bundle's own threshold")
    parser.add_argument("--photos", type=Path)
    parser.add_argument("--model", type=Path, default=Path("models/efficientnet_lite2_arcface"))
    parser.add_argument("--scorer", action="store_true")
    given = parser.parse_args()
    bundle = open_bundle(given.bundle)
    if given.rows is not None:
        bundle = _first_rows(bundle, given.rows)
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="spark-costs.") as name:
        work = Path(name)
        listings, writing = timed(lambda: write_listing_shards(bundle, work, 5000))
        found["listings"] = {
            "listings": len(bundle),
            "bytes_per_listing": listings.stage.bytes() / len(bundle),
            "write_seconds_per_listing": writing / len(bundle),
        }
        own = default_thresholds(bundle)
        thresholds = Thresholds(
            own.photo if given.photo_distance is None else given.photo_distance,
            own.title if given.title_distance is None else given.title_distance,
        )
        if thresholds.photo is not None:
            found["photos"] = measure_photos(listings, thresholds.photo, given.cells, given.visits)
            found["visits"] = measure_visits(listings, bundle, thresholds.photo, given.cells)
        if thresholds.title is not None:
            found["titles"] = measure_titles(listings, bundle, thresholds.title)
        if given.assign is not None:
            found["assigning"] = measure_assigning(listings.dimension, given.assign, given.visits or 8)
        found["groups"] = measure_groups(listings, bundle, thresholds)
        if given.scorer:
            found["scorer"] = measure_scorer(bundle, work)
        if given.photos is not None:
            found["embedding"] = measure_embedding(given.photos, given.model, work)
    found["load_average"] = os.getloadavg()[0]
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
