"""Decisions and groups of the components of a shard, by the functions that decide a whole catalogue."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from product_matching.engines.components import Components, decisions_among
from product_matching.engines.listing_shards import ListingShards, read_titles, read_vectors
from product_matching.engines.shards import Stage, content_key
from product_matching.matching.catalogue_pairs import MatchLists
from product_matching.matching.decisions import PairDecisions
from product_matching.matching.grouping.description import Group
from product_matching.matching.sides import Side, Sides
from product_matching.matching.thresholds import Thresholds
from product_matching.search.joins.dense import DenseJoin
from product_matching.search.joins.sparse import SparseJoin
from product_matching.search.neighbours import DISTANCE_DECIMALS, FloatArray, Neighbours, RowArray, sort_neighbours
from product_matching.workflows.groups import group_catalogue
from product_matching.workflows.match import CatalogueMatches, match_by_scores, match_measured

#: A listing that has a pair: the smallest row of its group, its group's size, density and weakest link (infinite where
#: only a decision holds it, 0 for a single listing), and its matches, nearest first.
SCHEMA = pa.schema(
    {
        "row": pa.int64(),
        "group": pa.int64(),
        "density": pa.float64(),
        "weakest_link": pa.float64(),
        "matches": pa.list_(pa.int64()),
    }
)
COLUMNS = (
    "shard int, pair boolean, first long, second long, distance double, photo binary, has_title boolean, "
    "words binary, weights binary"
)
ORDER = ["pair", "first", "second"]
_ROWS = 2000


@dataclass(frozen=True, eq=False, kw_only=True)
class EngineMatches:
    """A catalogue that was decided and grouped in shards.

    Attributes
    ----------
    matches
        Matches of each listing, as `workflows.match.CatalogueMatches` has them.
    numbers, groups
        Group number of each listing, and the groups of at least two, as `workflows.groups.group_catalogue` gives them.
    thresholds
        The thresholds that decided.
    """

    matches: MatchLists
    numbers: RowArray
    groups: Sequence[Group]
    thresholds: Thresholds


@dataclass(frozen=True, kw_only=True)
class Deciding:
    """What decides on the pairs of a shard.

    Attributes
    ----------
    thresholds
        Largest accepted distances; not used where scores decide.
    least
        Least score of a match; None where distances decide.
    decisions
        What people decided, by the rows of the catalogue.
    """

    thresholds: Thresholds
    least: float | None
    decisions: PairDecisions

    def accepted(self, pairs: pa.Table) -> pa.Table:
        """The pairs that groups may join: of scored ones those that match."""
        if self.least is None:
            return pairs
        return pairs.filter(pc.less_equal(pairs["distance"], round(1 - self.least, DISTANCE_DECIMALS)))


def group_stage(listings: ListingShards, components: Components, deciding: Deciding) -> Stage:
    """The stage of the groups: a shard for some components."""
    thresholds = (deciding.thresholds.photo, deciding.thresholds.title, deciding.thresholds.fused)
    key = content_key(
        "groups", listings.stage.key, components.key, thresholds, deciding.least, deciding.decisions.version
    )
    return Stage(work=listings.stage.work, name="groups", key=key, n=components.shards, schema=SCHEMA)


def scatter_listings(listings: ListingShards, components: Components, source: int) -> Iterator[pd.DataFrame]:
    """The listings of one shard that have pairs, with their vectors, for the shards of their components."""
    shards = components.of_listings()
    for batch in listings.stage.read(source).to_batches(max_chunksize=_ROWS):
        rows = batch.to_pandas()
        rows["shard"] = shards[rows["row"].to_numpy()]
        rows = rows[rows["shard"] >= 0]
        yield pd.DataFrame(
            {
                "shard": rows["shard"].astype("int32"),
                "pair": False,
                "first": rows["row"],
                "second": rows["row"],
                "distance": 0.0,
                "photo": rows["photo"],
                "has_title": rows["has_title"],
                "words": rows["words"],
                "weights": rows["weights"],
            }
        )


def scatter_pairs(pairs: pa.Table, components: Components) -> Iterator[pd.DataFrame]:
    """Pairs for the shards of their components; scored ones have the column ``distance``."""
    shards = components.of_listings()
    for batch in pairs.to_batches(max_chunksize=50 * _ROWS):
        first, second = batch["first"].to_numpy(), batch["second"].to_numpy()
        batch = batch.filter(pa.array(shards[first] == shards[second]))
        first = batch["first"].to_numpy()
        scored = "distance" in batch.schema.names
        yield pd.DataFrame(
            {
                "shard": shards[first].astype(np.int32),
                "pair": True,
                "first": first,
                "second": batch["second"].to_numpy(),
                "distance": batch["distance"].to_numpy() if scored else 0.0,
                "photo": None,
                "has_title": False,
                "words": None,
                "weights": None,
            }
        )


def group_shard(
    shard: int,
    batches: Iterator[pd.DataFrame],
    *,
    listings: ListingShards,
    components: Components,
    deciding: Deciding,
) -> pa.Table:
    """Decide and group the listings of a shard; rows of pairs come last."""
    every = pd.concat(list(batches), ignore_index=True)
    of_pairs = every["pair"].to_numpy(dtype=bool)
    rows = components.rows(shard)
    pairs = every.loc[of_pairs, ["first", "second", "distance"]].drop_duplicates(["first", "second"])
    first, second = (np.searchsorted(rows, pairs[name].to_numpy(dtype=np.int64)) for name in ("first", "second"))
    if deciding.least is None:
        decided = _by_distances(listings, every[~of_pairs], first, second, thresholds=deciding.thresholds)
    else:
        near = _neighbours(len(rows), first, second, pairs["distance"].to_numpy(dtype=np.float64))
        decided = match_by_scores(near, deciding.least)
    decided = decided.with_decisions(decisions_among(deciding.decisions, rows))
    numbers, groups = group_catalogue(decided)
    density, weakest = np.zeros(len(rows)), np.zeros(len(rows))
    for group in groups:
        density[list(group.rows)], weakest[list(group.rows)] = group.density, group.weakest_link
    matches = decided.matches
    return pa.table(
        {
            "row": rows,
            "group": rows[numbers],
            "density": density,
            "weakest_link": weakest,
            "matches": pa.ListArray.from_arrays(pa.array(matches.offsets, pa.int32()), pa.array(rows[matches.rows])),
        },
        schema=SCHEMA,
    )


def _by_distances(
    listings: ListingShards, own: pd.DataFrame, first: RowArray, second: RowArray, *, thresholds: Thresholds
) -> CatalogueMatches:
    sides = _sides(listings, own)
    measured = sides.measure(first, second)
    return match_measured(sides.n, first, measured, measure=sides.measure, thresholds=thresholds)


def _neighbours(n: int, first: RowArray, second: RowArray, distances: FloatArray) -> Neighbours:
    own = np.arange(n)
    return sort_neighbours(
        np.concatenate([own, first, second]),
        np.concatenate([own, second, first]),
        np.concatenate([np.zeros(n), distances, distances]),
        n,
    )


def _sides(listings: ListingShards, own: pd.DataFrame) -> Sides:
    photo = title = None
    if listings.dimension:
        photos = [None if isinstance(cell, float) else cell for cell in own["photo"].tolist()]
        there: npt.NDArray[np.bool_] = np.array([cell is not None for cell in photos], dtype=np.bool_)
        photo = Side(vectors=read_vectors(photos, listings.dimension), present=there, join=DenseJoin())
    if listings.words:
        matrix = read_titles(own["words"].tolist(), own["weights"].tolist(), listings.words)
        title = Side(vectors=matrix, present=own["has_title"].to_numpy(dtype=bool), join=SparseJoin())
    return Sides(n=len(own), photo=photo, title=title)


def gather_groups(stage: Stage, n: int, thresholds: Thresholds) -> EngineMatches:
    """Put the finished shards together: the same lists and groups that one machine makes."""
    numbers, counts = np.arange(n), np.zeros(n, dtype=np.int64)
    described: dict[int, tuple[float, float]] = {}
    members: dict[int, list[int]] = {}
    lists: list[tuple[RowArray, RowArray]] = []
    for table in stage.tables():
        rows, group = table["row"].to_numpy(), table["group"].to_numpy()
        numbers[rows] = group
        matches = table["matches"].combine_chunks()
        lengths = np.diff(matches.offsets.to_numpy())
        counts[rows] = lengths
        lists.append((np.repeat(rows, lengths), matches.flatten().to_numpy()))
        values = zip(
            rows.tolist(), group.tolist(), table["density"].to_pylist(), table["weakest_link"].to_pylist(), strict=True
        )
        for row, number, density, link in values:
            described[number] = (density, link)
            members.setdefault(number, []).append(row)
    groups = [
        Group(tuple(sorted(rows)), described[number][0], described[number][1])
        for number, rows in members.items()
        if len(rows) > 1
    ]
    none = np.zeros(0, dtype=np.int64)
    queries, found = (np.concatenate([none, *column]) for column in (zip(*lists, strict=True) if lists else ((), ())))
    order = np.argsort(queries, kind="stable")
    return EngineMatches(
        matches=MatchLists.sorted(queries[order], found[order], n),
        numbers=numbers,
        groups=sorted(groups, key=lambda group: (-group.size, group.rows)),
        thresholds=thresholds,
    )
