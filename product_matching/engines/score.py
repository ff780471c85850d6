"""Pairs scored on Spark: the catalogue is prepared once, its candidate pairs are scored in blocks."""

from __future__ import annotations

import logging
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from product_matching.engines.feature_files import (
    open_features,
    open_keypoint_files,
    write_features,
    write_keypoint_files,
)
from product_matching.engines.group_shards import Deciding, EngineMatches
from product_matching.engines.listing_shards import write_listing_shards
from product_matching.engines.match import ShardSizes, decide_and_group
from product_matching.engines.running import map_shards
from product_matching.engines.session import SparkPlace
from product_matching.engines.shards import Stage, content_key
from product_matching.errors import InputError
from product_matching.files import atomic_file
from product_matching.folders import atomic_folder
from product_matching.matching.decisions import PairDecisions
from product_matching.matching.second_stage.candidate_pairs import (
    compared_sides,
    is_likely,
    near_pairs,
)
from product_matching.matching.second_stage.listing_features import ListingFeatures
from product_matching.matching.second_stage.pair_features import BLOCK_PAIRS, pair_features
from product_matching.matching.second_stage.pairs import Pairs
from product_matching.matching.second_stage.score_blending import blend_by_score
from product_matching.matching.second_stage.scorer import PairScorer, PairTable
from product_matching.matching.second_stage.scorer_file import read_scorer, write_scorer
from product_matching.matching.thresholds import Thresholds
from product_matching.progress import NO_PROGRESS, Progress, track
from product_matching.search.neighbours import Neighbours, RowArray
from product_matching.store.bundle import Bundle
from product_matching.store.pair_scores import write_pair_scores
from product_matching.workflows.pair_scores import kept_scores, scores_key
from product_matching.workflows.score_pairs import check_sides, prepare_catalogue

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

log = logging.getLogger(__name__)
#: Near pairs of a shard of which the candidates are chosen.
_NEAR_PAIRS = 200_000
#: Scored pairs of a shard for the grouping.
_SCORED_PAIRS = 1_000_000
#: A scored pair, the lower row first, with 1 - probability before any blending; and kept scores of any origin.
SCORED = pa.schema({"first": pa.int64(), "second": pa.int64(), "distance": pa.float64()})
_PROBABLE = pa.schema({"first": pa.int64(), "second": pa.int64(), "probability": pa.float64()})
_CANDIDATES = pa.schema({"first": pa.int64(), "second": pa.int64()})
_FEATURES, _SCORER, _NEAR = "features", "scorer", "near_pairs.npy"


def match_by_sureness(
    spark: SparkSession,
    bundle: Bundle,
    place: SparkPlace,
    scorer: PairScorer,
    *,
    least: float,
    decisions: PairDecisions,
    progress: Progress = NO_PROGRESS,
) -> EngineMatches:
    """Score the candidate pairs of a catalogue, then decide and group it, as one machine does.

    Parameters
    ----------
    spark, place
        The session, and where the shards lie.
    bundle, scorer
        What is scored, and by what.
    least
        Least probability of a match.
    decisions
        What people decided.
    progress
        Shows the shards of each stage.

    Raises
    ------
    InputError
        The bundle lacks what the scorer compares, or a task failed.
    Cancelled
        The progress was cancelled; finished shards stay.
    """
    sizes = ShardSizes()
    near = score_on_spark(spark, bundle, place, scorer, progress=progress)
    listings = write_listing_shards(bundle, place.work, sizes.listings, progress=progress)
    scored = _scored_shards(near, place, content_key(scores_key(bundle, scorer)), progress)
    deciding = Deciding(thresholds=Thresholds(), least=least, decisions=decisions)
    return decide_and_group(spark, listings, [scored], deciding, sizes=sizes, progress=progress)


def score_on_spark(
    spark: SparkSession,
    bundle: Bundle,
    place: SparkPlace,
    scorer: PairScorer,
    *,
    progress: Progress = NO_PROGRESS,
) -> Neighbours:
    """Score every candidate pair of a bundle and keep the scores beside it, as `score_catalogue` does.

    The driver prepares the catalogue: its vectors under the scorer's rules and their nearest. Workers choose the
    candidates among near pairs, compute their features and score them.

    Parameters
    ----------
    spark, bundle, place, scorer, progress
        As of `match_by_sureness`.
    """
    kept = kept_scores(bundle, scorer)
    if kept is not None:
        return kept
    check_sides(bundle, scorer)
    key = scores_key(bundle, scorer)
    folder = place.work / f"prepared-{content_key(key)}"
    if not folder.is_dir():
        _prepare(folder, bundle, scorer, progress)
    candidates = _candidates(spark, folder, content_key("candidates", key), progress)
    stage = Stage(
        work=place.work,
        name="scores",
        key=content_key("scores", key),
        n=-(-len(np.load(candidates, mmap_mode="r", allow_pickle=False)) // BLOCK_PAIRS),
        schema=_PROBABLE,
    )
    map_shards(spark, stage, partial(_score_shard, folder, candidates), describe="scoring pairs", progress=progress)
    progress.begin("collecting scores", 0)
    near = _collected(stage, folder, scorer, len(bundle))
    try:
        write_pair_scores(bundle.folder, key, near)
    except InputError as error:  # a folder that is only read: they are collected anew the next time
        log.info("%s", error)
    return near


def _prepare(folder: Path, bundle: Bundle, scorer: PairScorer, progress: Progress) -> None:
    """Write what the workers need: the scorer, what is known of the listings, and near pairs, each once."""
    progress.begin("preparing the pair scorer", 0)
    catalogue = prepare_catalogue(bundle, scorer)
    near = near_pairs(catalogue)
    once = near.once()
    with atomic_folder(folder) as partial_folder:
        write_scorer(scorer, partial_folder / _SCORER)
        (partial_folder / _FEATURES).mkdir()
        write_features(partial_folder / _FEATURES, catalogue.listings)
        if catalogue.listings.keypoints is not None:
            write_keypoint_files(partial_folder / _FEATURES, bundle)
        np.save(partial_folder / _NEAR, np.column_stack([near.first[once], near.second[once]]))


def _candidates(spark: SparkSession, folder: Path, key: str, progress: Progress) -> Path:
    """File of the candidates among the near pairs, in order."""
    path = folder.parent / f"candidates-{key}.npy"
    if path.exists():
        return path
    near = np.load(folder / _NEAR, mmap_mode="r", allow_pickle=False)
    stage = Stage(work=folder.parent, name="candidates", key=key, n=-(-len(near) // _NEAR_PAIRS), schema=_CANDIDATES)
    map_shards(spark, stage, partial(_choose_shard, folder), describe="choosing candidates", progress=progress)
    table = pa.concat_tables([stage.schema.empty_table(), *stage.tables()])
    with atomic_file(path, what="shard") as partial_file:
        np.save(partial_file, np.column_stack([table["first"].to_numpy(), table["second"].to_numpy()]))
    return path


@lru_cache(maxsize=1)
def _scorer(folder: Path) -> PairScorer:
    return read_scorer(folder)


@lru_cache(maxsize=1)
def _features(folder: Path) -> ListingFeatures:
    keypoints = open_keypoint_files(folder)
    return open_features(folder, None if keypoints is None else keypoints.get)


def _some_pairs(
    whole: ListingFeatures, path: Path, size: int, shard: int
) -> tuple[RowArray, ListingFeatures, RowArray]:
    """Rows of some pairs, what is known of them, and the pairs by their places among them; shape (2, P)."""
    pairs = np.load(path, mmap_mode="r", allow_pickle=False)[shard * size : (shard + 1) * size]
    rows, places = np.unique(pairs, return_inverse=True)
    return rows, whole.take(rows), places.reshape(pairs.shape).T


def _choose_shard(folder: Path, shard: int) -> pa.Table:
    """Choose the candidates among some near pairs."""
    whole = _features(folder / _FEATURES)
    rows, listings, (first, second) = _some_pairs(whole, folder / _NEAR, _NEAR_PAIRS, shard)
    likely = is_likely(listings, first, second, compared_sides(whole))
    return pa.table({"first": rows[first[likely]], "second": rows[second[likely]]}, schema=_CANDIDATES)


def _score_shard(folder: Path, candidates: Path, shard: int) -> pa.Table:
    """Score some candidates: those whose features one machine computes at once, so that they are the same."""
    whole, scorer = _features(folder / _FEATURES), _scorer(folder / _SCORER)
    rows, listings, (first, second) = _some_pairs(whole, candidates, BLOCK_PAIRS, shard)
    features, names = pair_features(listings, first, second)
    scored = scorer.score(listings, PairTable(first, second, features, names), n=len(whole.has_photo))
    return pa.table(
        {"first": rows[first], "second": rows[second], "probability": scored.probabilities}, schema=_PROBABLE
    )


def _collected(stage: Stage, folder: Path, scorer: PairScorer, n: int) -> Neighbours:
    """All scored pairs, after blending by score where the scorer has it."""
    tables = list(stage.tables())
    table = pa.concat_tables(tables) if tables else stage.schema.empty_table()
    one, other, found = (table[name].to_numpy() for name in stage.schema.names)
    first, second = np.concatenate([one, other]), np.concatenate([other, one])
    order = np.lexsort((second, first))
    pairs = Pairs(first[order], second[order], n)
    probabilities = np.concatenate([found, found])[order]
    if scorer.blend is None:
        return pairs.to_neighbours(probabilities)
    averaged = open_features(folder / _FEATURES, None).views["averaged"]
    return pairs.to_neighbours(blend_by_score(averaged, pairs, probabilities, scorer.blend))


def _scored_shards(near: Neighbours, place: SparkPlace, key: str, progress: Progress) -> Stage:
    """Scores as shards for the grouping, each pair once."""
    queries = near.queries()
    once = queries < near.rows
    first, second, distances = queries[once], near.rows[once], near.distances[once]
    size = _SCORED_PAIRS
    stage = Stage(work=place.work, name="scored", key=key, n=max(1, -(-len(first) // size)), schema=SCORED)
    for shard in track(progress, stage.missing(), "writing scores", unit="shard"):
        part = slice(shard * size, (shard + 1) * size)
        columns = {"first": first[part], "second": second[part], "distance": distances[part]}
        stage.write(shard, pa.table(columns, schema=SCORED))
    return stage
