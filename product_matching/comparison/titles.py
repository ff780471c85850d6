"""Rows that compare titles, on the demo catalogue; and reported title figures made again under their own protocol."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from product_matching.comparison.lookup import DataSet, Lookup
from product_matching.comparison.scores import Ranker, rounded
from product_matching.evaluation.evaluate import evaluate
from product_matching.evaluation.listings import LabelledListings, labelled_listings
from product_matching.evaluation.methods import PUBLISHED_THRESHOLDS, RANKINGS, Settings
from product_matching.files import file_sha256, write_text
from product_matching.listings.catalogue import Catalogue, read_catalogue
from product_matching.search.neighbours import Neighbours, RowArray

log = logging.getLogger(__name__)


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
        Titles of the training part, which words may be counted on without labels.
    """

    data: DataSet
    listings: LabelledListings
    background: list[str]

    @classmethod
    def of(cls, catalogue: Catalogue, data: DataSet, phashes: list[str]) -> TitledDemo:
        """Take the titles of a catalogue whose parts are laid out in `data`."""
        everything = labelled_listings(catalogue)
        trains = np.flatnonzero((catalogue.listings["part"] == "train").to_numpy())
        own = everything.take(data.rows)
        hashed = LabelledListings(own.titles, np.array(phashes, dtype=object), own.labels, own.names)
        return cls(data, hashed, everything.titles[trains].tolist())


def rank_titles(demo: TitledDemo, method: str) -> Ranker:
    """Rank by a method of `evaluation.methods`; words are counted on the part and on the training part's titles."""

    def rank(lookup: Lookup) -> Neighbours:
        def nearest(rows: RowArray) -> Neighbours:
            part = demo.listings.take(rows)
            background = np.array([*part.titles, *demo.background], dtype=object)
            return RANKINGS[method](part, background, Settings())

        return lookup.join(nearest)

    return rank


def reproduce(shopee: Path, methods: list[str], store: Path) -> dict[str, dict[str, Any]]:
    """Make reported figures again on the competition's titles and pHashes: all listings, under ``full``.

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
            write_text(store, json.dumps({"data": sha256, "figures": kept}, indent=2) + "\n", parents=True)
    return {method: kept[method] for method in methods}


def _figure(listings: LabelledListings, method: str) -> dict[str, Any]:
    report = evaluate(listings, method, "full", with_partition=False)
    published = method in PUBLISHED_THRESHOLDS
    how = "the published threshold" if published else "the best threshold, vectors trained on the titles"
    return {
        "f1": round(report.f1, 4),
        "interval": rounded(report.f1_interval),
        "protocol": f"full: all listings of the competition looked up in themselves, {how}",
        "n": report.n_catalogue,
    }


def _read_store(store: Path, sha256: str) -> dict[str, dict[str, Any]]:
    try:
        content = json.loads(store.read_text(encoding="utf-8"))
        return dict(content["figures"]) if content["data"] == sha256 else {}
    except (OSError, ValueError, KeyError, TypeError):
        return {}
