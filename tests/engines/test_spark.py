"""Spark finds the pairs, scores and groups of one machine, and continues where it stopped."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from product_matching.encoders.cache import EmbeddingCache
from product_matching.encoders.photo import PhotoEncoder
from product_matching.engines.embed import SparkEmbedding
from product_matching.engines.group_shards import EngineMatches
from product_matching.engines.match import ShardSizes, match_by_distances
from product_matching.engines.running import Shuffle, join_shards, map_shards
from product_matching.engines.score import match_by_sureness
from product_matching.engines.session import SparkPlace, open_session
from product_matching.engines.shards import Stage
from product_matching.errors import InputError
from product_matching.listings.catalogue import read_catalogue
from product_matching.matching.decisions import PairDecisions
from product_matching.progress import Cancelled
from product_matching.store.bundle import Bundle, open_bundle
from product_matching.store.kept_pairs import PAIR_SCORES_FILE
from product_matching.workflows.build import BuildOptions, build_bundle
from product_matching.workflows.choose_scorer import choose_scorer
from product_matching.workflows.find import default_thresholds
from product_matching.workflows.groups import group_catalogue
from product_matching.workflows.match import CatalogueMatches, match_by_scores, match_catalogue
from product_matching.workflows.pair_scores import kept_scores, score_catalogue
from product_matching.workflows.remove_listings import remove_listings

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

ROOT = Path(__file__).parents[2]
ROWS = pa.schema({"row": pa.int64()})
LISTINGS = 260

pytestmark = pytest.mark.spark


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> SparkPlace:
    return SparkPlace(master="local[2]", work=tmp_path_factory.mktemp("work"))


@pytest.fixture(scope="module")
def spark(place: SparkPlace) -> Iterator[SparkSession]:
    pytest.importorskip("pyspark", reason="the extra 'spark' is not installed")
    if shutil.which("java") is None:
        pytest.skip("there is no Java")
    with open_session(place) as session:
        yield session


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    """A part of the demo with its scorer's model: whole groups."""
    folder = tmp_path_factory.mktemp("bundles") / "demo"
    shutil.copytree(ROOT / "embeddings" / "demo", folder, ignore=shutil.ignore_patterns(PAIR_SCORES_FILE))
    listings = open_bundle(folder).listings.sort_values("label_group", kind="stable")
    remove_listings(folder, listings["posting_id"].iloc[LISTINGS:].tolist())
    return open_bundle(folder)


def assert_same(found: EngineMatches, decided: CatalogueMatches) -> None:
    numbers, groups = group_catalogue(decided)
    assert len(groups) > 20
    assert found.numbers.tolist() == numbers.tolist()
    assert list(found.groups) == list(groups)
    assert found.matches.offsets.tolist() == decided.matches.offsets.tolist()
    assert found.matches.rows.tolist() == decided.matches.rows.tolist()


def test_matches_and_groups_by_distances_are_those_of_one_machine(
    spark: SparkSession, bundle: Bundle, place: SparkPlace
) -> None:
    thresholds, sizes = default_thresholds(bundle), ShardSizes(listings=100, cells=60, titles=1000, groups=60)
    decided = match_catalogue(bundle, thresholds)
    _, groups = group_catalogue(decided)
    decisions = PairDecisions(same=[(0, LISTINGS - 1)], different=[groups[0].rows[:2]])
    found = match_by_distances(spark, bundle, place, thresholds, decisions=decisions, sizes=sizes)
    assert_same(found, decided.with_decisions(decisions))
    written = {path: path.stat().st_mtime_ns for path in place.work.rglob("*.parquet")}
    assert len({path.parent for path in written}) == 4
    again = match_by_distances(spark, bundle, place, thresholds, decisions=decisions, sizes=sizes)
    assert again.numbers.tolist() == found.numbers.tolist()
    assert {path: path.stat().st_mtime_ns for path in place.work.rglob("*.parquet")} == written


def test_scores_and_their_groups_are_those_of_one_machine(
    spark: SparkSession, bundle: Bundle, place: SparkPlace
) -> None:
    chosen = choose_scorer(bundle)
    assert chosen is not None
    local = score_catalogue(bundle, chosen.scorer)
    (bundle.folder / PAIR_SCORES_FILE).unlink()
    least, none = chosen.least_probability, PairDecisions()
    found = match_by_sureness(spark, bundle, place, chosen.scorer, least=least, decisions=none)
    assert_same(found, match_by_scores(local, least))
    kept = kept_scores(bundle, chosen.scorer)
    assert kept is not None
    assert kept.rows.tolist() == local.rows.tolist()
    assert kept.distances.tolist() == local.distances.tolist()


def test_a_build_on_spark_is_that_of_one_machine(
    spark: SparkSession, place: SparkPlace, tmp_path: Path, tiny_model: Path
) -> None:
    listings = pd.read_csv(ROOT / "demo" / "listings.csv", dtype=str, nrows=5)
    listings = pd.concat([listings, listings.iloc[:1].assign(posting_id="again")])
    (tmp_path / "listings.csv").write_text(listings.to_csv(index=False), encoding="utf-8")
    catalogue = read_catalogue(tmp_path / "listings.csv", images=ROOT / "demo" / "images")
    encoder = PhotoEncoder.load(tiny_model, device="cpu")
    one, other = (EmbeddingCache(encoder.model, tmp_path / name) for name in ("one", "other"))
    local = build_bundle(catalogue, tmp_path / "one" / "demo", encoder=encoder, cache=one)
    embed = SparkEmbedding(spark=spark, place=place, model=tiny_model, photos=4)
    options = BuildOptions(embed=embed)
    found = build_bundle(catalogue, tmp_path / "other" / "demo", encoder=encoder, options=options, cache=other)
    assert found.files == local.files


def test_a_failed_stage_keeps_its_shards_and_makes_only_the_others(
    spark: SparkSession, place: SparkPlace, tmp_path: Path
) -> None:
    stage = Stage(work=place.work, name="rows", key="mapped", n=4, schema=ROWS)
    broken = tmp_path / "broken"
    broken.touch()

    def make(shard: int) -> pa.Table:
        if shard == 3 and broken.exists():
            while not all(stage.path(other).exists() for other in range(3)):
                time.sleep(0.01)
            raise ValueError("the disk is full")
        return pa.table({"row": [shard]})

    with pytest.raises(InputError, match=r"'trying' failed \(ValueError: the disk is full\): finished shards are kept"):
        map_shards(spark, stage, make, describe="trying")
    assert stage.missing() == [3]
    written = [stage.path(shard).stat().st_mtime_ns for shard in range(3)]
    broken.unlink()
    map_shards(spark, stage, make, describe="trying")
    assert [stage.path(shard).stat().st_mtime_ns for shard in range(3)] == written
    assert [table["row"].to_pylist() for table in stage.tables()] == [[0], [1], [2], [3]]


def test_a_shuffle_sends_rows_of_missing_shards_only_and_in_order(spark: SparkSession, place: SparkPlace) -> None:
    stage = Stage(work=place.work, name="rows", key="joined", n=5, schema=ROWS)
    stage.write(1, pa.table({"row": [77]}))

    def scatter(source: int) -> Iterator[pd.DataFrame]:
        rows = np.arange(source, 40, 3)[::-1]
        yield pd.DataFrame({"shard": (rows % 4).astype(np.int32), "row": rows})

    def join(_: int, batches: Iterator[pd.DataFrame]) -> pa.Table:
        return pa.table({"row": pd.concat(list(batches))["row"].to_numpy()})

    shuffle = Shuffle(sources=3, scatter=scatter, join=join, columns="shard int, row long", order=["row"])
    join_shards(spark, stage, shuffle, describe="trying")
    rows = [table["row"].to_pylist() for table in stage.tables()]
    assert rows == [list(range(0, 40, 4)), [77], list(range(2, 40, 4)), list(range(3, 40, 4)), []]


class Stopped:
    cancelled = False

    def begin(self, description: str, total: int, *, unit: str = "") -> None: ...

    def advance(self, n: int = 1) -> None:
        self.cancelled = self.cancelled or n > 0


def test_a_cancelled_stage_stops(spark: SparkSession, place: SparkPlace) -> None:
    stage = Stage(work=place.work, name="rows", key="cancelled", n=2, schema=ROWS)

    def make(shard: int) -> pa.Table:
        time.sleep(20 * shard)
        return pa.table({"row": [shard]})

    started = time.monotonic()
    with pytest.raises(Cancelled):
        map_shards(spark, stage, make, describe="trying", progress=Stopped())
    assert time.monotonic() - started < 15
    assert stage.missing() == [1]
