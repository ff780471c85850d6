"""Match a catalogue on Spark: the pairs, matches and groups of one machine, made in shards."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd

from product_matching.engines import group_shards, photo_pairs, title_pairs
from product_matching.engines.components import Components, find_components
from product_matching.engines.group_shards import Deciding, EngineMatches, gather_groups, group_stage
from product_matching.engines.listing_shards import ListingShards, write_listing_shards
from product_matching.engines.running import Shuffle, join_shards
from product_matching.engines.session import SparkPlace
from product_matching.engines.shards import Stage
from product_matching.matching.decisions import NO_DECISIONS, PairDecisions
from product_matching.matching.thresholds import Thresholds
from product_matching.progress import NO_PROGRESS, Progress
from product_matching.store.bundle import Bundle

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


@dataclass(frozen=True, kw_only=True)
class ShardSizes:
    """How large the shards are; a task holds one of each kind at most.

    Attributes
    ----------
    listings
        Listings of a shard: 100 MB of vectors at 1,280 dimensions.
    cells
        Photo vectors at home in a cell, on average.
    titles
        Titles that the words of a shard are sent, on average.
    groups
        Listings whose groups are made together; a component with more of them is one shard.
    visits
        Most cells that a photo vector is a guest in; None for all within reach, which finds every pair.
    """

    listings: int = 20_000
    cells: int = 20_000
    titles: int = 200_000
    groups: int = 20_000
    visits: int | None = None


def match_by_distances(
    spark: SparkSession,
    bundle: Bundle,
    place: SparkPlace,
    thresholds: Thresholds,
    *,
    decisions: PairDecisions = NO_DECISIONS,
    sizes: ShardSizes | None = None,
    progress: Progress = NO_PROGRESS,
) -> EngineMatches:
    """Find all pairs within the thresholds, decide them and group the listings, as `match_catalogue` does.

    Parameters
    ----------
    spark, place
        The session, and where the shards lie.
    bundle
        The catalogue.
    thresholds
        Largest accepted distances; None leaves that side out.
    decisions
        What people decided: matches and groups obey it.
    sizes
        How large the shards are.
    progress
        Shows the shards of each stage.

    Raises
    ------
    InputError
        A task failed, or the folder of the shards cannot be written.
    Cancelled
        The progress was cancelled; finished shards stay.
    """
    sizes = sizes or ShardSizes()
    listings = write_listing_shards(bundle, place.work, sizes.listings, progress=progress)
    photo, title = thresholds.reach()
    pairs = []
    if photo is not None and listings.dimension:
        pairs.append(_photo_pairs(spark, listings, photo, sizes, progress=progress))
    if title is not None and listings.words:
        pairs.append(_title_pairs(spark, bundle, listings, title, sizes=sizes, progress=progress))
    deciding = Deciding(thresholds=thresholds, least=None, decisions=decisions)
    return decide_and_group(spark, listings, pairs, deciding, sizes=sizes, progress=progress)


def _photo_pairs(
    spark: SparkSession, listings: ListingShards, distance: float, sizes: ShardSizes, *, progress: Progress
) -> Stage:
    cells = photo_pairs.train_cells(listings, -(-listings.n // sizes.cells), distance, sizes.visits)
    stage = photo_pairs.photo_pair_stage(listings, cells)
    join_shards(
        spark,
        stage,
        Shuffle(
            sources=listings.stage.n,
            scatter=partial(photo_pairs.scatter_photos, listings, cells),
            join=partial(photo_pairs.join_photos, listings, cells),
            columns=photo_pairs.COLUMNS,
            order=photo_pairs.ORDER,
        ),
        describe="pairs by photo",
        progress=progress,
    )
    return stage


def _title_pairs(
    spark: SparkSession,
    bundle: Bundle,
    listings: ListingShards,
    distance: float,
    *,
    sizes: ShardSizes,
    progress: Progress,
) -> Stage:
    matrix = bundle.title_matrix
    assert matrix is not None
    words = title_pairs.word_order(matrix, distance, -(-matrix.nnz // sizes.titles))
    stage = title_pairs.title_pair_stage(listings, words)
    join_shards(
        spark,
        stage,
        Shuffle(
            sources=listings.stage.n,
            scatter=partial(title_pairs.scatter_titles, listings, words),
            join=partial(title_pairs.join_titles, listings, words),
            columns=title_pairs.COLUMNS,
            order=title_pairs.ORDER,
        ),
        describe="pairs by title",
        progress=progress,
    )
    return stage


def decide_and_group(
    spark: SparkSession,
    listings: ListingShards,
    pairs: list[Stage],
    deciding: Deciding,
    *,
    sizes: ShardSizes,
    progress: Progress = NO_PROGRESS,
) -> EngineMatches:
    """Decide the pairs of some stages and group the listings, whole components together.

    Parameters
    ----------
    spark, listings
        The session and the catalogue.
    pairs
        All pairs that may match; where scores decide, all that were scored.
    deciding
        What decides.
    sizes, progress
        As of `match_by_distances`.
    """
    progress.begin("connecting listings", 0)
    tables = (deciding.accepted(table) for stage in pairs for table in stage.tables())
    components = find_components(
        listings.n, tables, deciding.decisions, work=listings.stage.work, rows_per_shard=sizes.groups
    )
    stage = group_stage(listings, components, deciding)
    sources = [(one, shard) for one in [listings.stage, *pairs] for shard in range(one.n)]
    join_shards(
        spark,
        stage,
        Shuffle(
            sources=len(sources),
            scatter=partial(_scatter, listings, components, sources),
            join=partial(group_shards.group_shard, listings=listings, components=components, deciding=deciding),
            columns=group_shards.COLUMNS,
            order=group_shards.ORDER,
        ),
        describe="groups",
        progress=progress,
    )
    return gather_groups(stage, listings.n, deciding.thresholds)


def _scatter(
    listings: ListingShards, components: Components, sources: list[tuple[Stage, int]], source: int
) -> Iterator[pd.DataFrame]:
    stage, shard = sources[source]
    if stage.name == listings.stage.name:
        yield from group_shards.scatter_listings(listings, components, shard)
    else:
        yield from group_shards.scatter_pairs(stage.read(shard), components)
