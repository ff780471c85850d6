"""Rows that compare titles, on the demo catalogue; and reported title figures reproduced under their own protocol."""

from __future__ import annotations

import json
import logging
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from product_matching.comparison.lookup import DataSet, Lookup
from product_matching.comparison.scores import Ranker
from product_matching.errors import InputError
from product_matching.evaluation.evaluate import evaluate
from product_matching.evaluation.listings import LabelledListings, labelled_listings
from product_matching.evaluation.methods import PUBLISHED_THRESHOLDS, RANKINGS, Settings
from product_matching.files import file_sha256, read_json, write_text
from product_matching.listings.catalogue import Catalogue, read_catalogue
from product_matching.search.neighbours import Neighbours, RowArray
from product_matching.store.comparison import DECIMALS, Reproduced
from product_matching.validation import validate

log = logging.getLogger(__name__)
_MAX_STORE_BYTES = 1_000_000


@dataclass(frozen=True)
class _Kept:
    """Reproduced figures by method, and the SHA-256 of the file that they are of."""

    data: str
    figures: dict[str, Reproduced]


@dataclass(frozen=True, eq=False)
class TitledDemo:
    """The demo catalogue with its titles.

    Attributes
    ----------
    data
        Its parts.
    listings
        Those listings, in the order of `data.rows`.
    background
        Titles of the training part, on which word weights may be computed without labels.
    """

    data: DataSet
    listings: LabelledListings
    background: list[str]

    @classmethod
    def of(cls, catalogue: Catalogue, data: DataSet, phashes: list[str]) -> TitledDemo:
        """Take the titles of a catalogue whose parts are those of `data`."""
        everything = labelled_listings(catalogue)
        trains = np.flatnonzero((catalogue.listings["part"] == "train").to_numpy())
        own = everything.take(data.rows)
        hashed = LabelledListings(own.titles, np.array(phashes, dtype=object), own.labels, own.names)
        return cls(data, hashed, everything.titles[trains].tolist())


def rank_titles(demo: TitledDemo, method: str) -> Ranker:
    """Rank by a method of `evaluation.methods`; word weights are of the part's and the training part's titles."""

    def rank(lookup: Lookup) -> Neighbours:
        def nearest(rows: RowArray) -> Neighbours:
            part = demo.listings.take(rows)
            background = np.array([*part.titles, *demo.background], dtype=object)
            return RANKINGS[method](part, background, Settings())

        return lookup.join(nearest)

    return rank


def reproduce(shopee: Path, methods: list[str], store: Path) -> dict[str, Reproduced]:
    """Reproduce reported figures on the competition's titles and pHashes: all listings, under ``full``.

    Parameters
    ----------
    shopee
        The competition's ``train.csv``.
    methods
        Rows of `evaluation.methods`.
    store
        JSON file that keeps the figures of an earlier run on the same file.
    """
    sha256 = file_sha256(shopee)
    kept = _read_store(store, sha256)
    for method in methods:
        if method not in kept:
            log.info("Reproducing %s on %s.", method, shopee)
            kept[method] = _figure(labelled_listings(read_catalogue(shopee)), method)
            figures = {name: asdict(figure) for name, figure in kept.items()}
            write_text(store, json.dumps({"data": sha256, "figures": figures}, indent=2) + "\n", parents=True)
    return {method: kept[method] for method in methods}


def _figure(listings: LabelledListings, method: str) -> Reproduced:
    report = evaluate(listings, method, "full", with_partition=False)
    published = method in PUBLISHED_THRESHOLDS
    how = "the published threshold" if published else "the best threshold, vectors trained on the titles"
    low, high = report.f1_interval
    return Reproduced(
        f1=round(report.f1, DECIMALS),
        interval=(round(low, DECIMALS), round(high, DECIMALS)),
        protocol=f"full: all listings of the competition are queries and catalogue, {how}",
        n=report.n_catalogue,
    )


def _read_store(store: Path, sha256: str) -> dict[str, Reproduced]:
    """Figures of an earlier run on the same file; empty where there are none or they cannot be read."""
    try:
        kept = validate(_Kept, read_json(store, max_bytes=_MAX_STORE_BYTES), store.name)
    except InputError:
        return {}
    return kept.figures if kept.data == sha256 else {}
