"""Measure how hard the demo catalogue is, beside the real titles and pHashes cut to the same size.

How hard the photos are is measured with a backbone that was not trained on any of them; how often the sample queries
find something, with the bundle that ships.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from product_matching.encoders.print_reader import PrintReader
from product_matching.errors import InputError
from product_matching.evaluation.evaluate import evaluate
from product_matching.evaluation.listings import LabelledListings, labelled_listings
from product_matching.listings.catalogue import Catalogue, read_catalogue
from product_matching.store.bundle import Bundle, open_bundle
from product_matching.store.sample_queries import SampleQuery
from product_matching.workflows.choose_scorer import choose_scorer
from product_matching.workflows.find import Finder, Query
from product_matching.workflows.find_print import add_print, read_sample
from product_matching.workflows.score_pairs import predict, prepare_scorer

PROTOCOL = "fold"
TITLE_METHODS = ("phash", "idf", "tfidf")
DRAWS = 10
_SEED = 20261122


def demo_figures(bundle: Bundle) -> dict[str, Any]:
    """Figures of the demo: its groups of two and more listings as the real data has them, and all listings.

    Parameters
    ----------
    bundle
        Of a backbone that was trained on none of these photos.
    """
    everything = labelled_listings(Catalogue(bundle.listings, None), bundle.photo_vectors)
    sizes = np.bincount(everything.labels)[everything.labels]
    grouped = everything.take(np.flatnonzero(sizes > 1))
    model = bundle.manifest.photo_model
    figures: dict[str, Any] = {
        name: {method: _summary(listings, method) for method in (*TITLE_METHODS, "photo")}
        for name, listings in (("grouped", grouped), ("with_singles", everything))
    }
    return figures | {"model": None if model is None else asdict(model)}


def sample_figures(bundle: Bundle) -> dict[str, Any]:
    """What the samples find at the default setting, by the pair scorer of the bundle: by photo, with print, with title.

    Returns
    -------
    dict
        ``known`` and ``others``, the numbers of samples with a true match and without one; and by what was searched
        for how many of the known find a true match (``right``), and of the others any (``wrong``).
    """
    chosen = choose_scorer(bundle)
    if chosen is None or bundle.samples is None:
        raise InputError(f"The bundle {bundle.manifest.name} has no sample photos, or there is no pair scorer for it.")
    finder, prepared = Finder(bundle), prepare_scorer(bundle, chosen.scorer)
    samples = [bundle.samples[row] for row in range(len(bundle.samples))]
    labels = bundle.listings["label_group"].astype(str).to_numpy()

    def found(query: Query) -> set[str]:
        least = chosen.scorer.least_probability
        return {labels[one.row] for one in predict(prepared, query) if one.score >= least}

    def count(make: Callable[[SampleQuery], Query]) -> dict[str, int]:
        groups = [(sample.label_group, found(make(sample))) for sample in samples]
        return {
            "right": sum(own in others for own, others in groups if own),
            "wrong": sum(bool(others) for own, others in groups if not own),
        }

    def printed(sample: SampleQuery) -> Query:
        return add_print(finder, finder.sample_query(sample.query_id), read_sample(bundle, sample.query_id, _no_reader))

    return {
        "known": sum(bool(sample.label_group) for sample in samples),
        "others": sum(not sample.label_group for sample in samples),
        "by_photo": count(lambda sample: finder.sample_query(sample.query_id)),
        "with_print": count(printed),
        "with_title": count(lambda sample: finder.sample_query(sample.query_id, with_title=True)),
    }


def _no_reader() -> PrintReader:
    raise InputError("The bundle does not keep the print on its sample photos: read it first (command read).")


def _summary(listings: LabelledListings, method: str) -> dict[str, Any]:
    report = evaluate(listings, method, PROTOCOL)
    return {
        "f1": round(report.f1, 4),
        "interval": [round(bound, 4) for bound in report.f1_interval],
        "threshold": round(report.threshold, 4),
        "n": report.n_catalogue,
        "listings": len(listings),
        "precision": round(report.precision, 4),
        "recall": round(report.recall, 4),
        "f1_by_group_size": {band: round(f1, 4) for band, f1 in report.f1_by_group_size.items()},
    }


def real_figures(catalogue: Path, n_listings: int, draws: int = DRAWS) -> dict[str, Any]:
    """The same for the real listings: whole groups drawn at random until there are about `n_listings`."""
    real = labelled_listings(read_catalogue(catalogue))
    parts = [_draw(real, n_listings, draw) for draw in range(draws)]
    return {method: _over_draws(parts, method) for method in TITLE_METHODS}


def _draw(real: LabelledListings, n_listings: int, draw: int) -> LabelledListings:
    order = np.random.default_rng([_SEED, draw]).permutation(int(real.labels.max()) + 1)
    sizes = np.bincount(real.labels)[order]
    taken = order[np.cumsum(sizes) <= n_listings]
    return real.take(np.flatnonzero(np.isin(real.labels, taken)))


def _over_draws(parts: Sequence[LabelledListings], method: str) -> dict[str, Any]:
    reports = [evaluate(part, method, PROTOCOL) for part in parts]
    f1 = np.array([report.f1 for report in reports])
    return {
        "f1": round(float(f1.mean()), 4),
        "spread": round(float(f1.std()), 4),
        "draws": len(parts),
        "n": round(float(np.mean([report.n_catalogue for report in reports]))),
        "listings": round(float(np.mean([len(part) for part in parts]))),
    }


def main() -> None:
    """Write the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bundle", type=Path, help="bundle of the demo catalogue, as it ships")
    parser.add_argument("--untrained", type=Path, required=True, help="bundle of the demo with an untrained backbone")
    parser.add_argument("--real", type=Path, help="the Shopee competition's train.csv, if it is available")
    parser.add_argument("--out", type=Path, required=True, help="JSON file to write")
    chosen = parser.parse_args()
    figures: dict[str, Any] = {"protocol": PROTOCOL, **demo_figures(open_bundle(chosen.untrained))}
    figures["samples"] = sample_figures(open_bundle(chosen.bundle))
    if chosen.real is not None:
        figures["real"] = real_figures(chosen.real, figures["grouped"]["idf"]["listings"])
    chosen.out.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
