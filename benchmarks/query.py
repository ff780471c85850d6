"""Time of one photo query and one title query, side by side with what a user would write instead.

    python benchmarks/query.py --bundle embeddings/apparel --photos data/shopee/train_images

Every query is asked of both, in turn, in the same process. The usual way is scikit-learn's
``NearestNeighbors(metric="cosine")`` on the same photo vectors, and a dense product of the same TF-IDF vectors.
With ``--read`` the print of 50 of the photos is read as well (extra ocr), turned into words and searched for.
With ``--score`` every sample of the bundle is scored by its pair scorer, by photo, by photo and title, and by photo and
print, each beside the search by distances. Its parts are the search for candidates, geometry, reasons, and the scoring
of the candidates, which is also timed for 100 of them.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pandas as pd
import torch
from PIL import Image
from sklearn.neighbors import NearestNeighbors

from product_matching.encoders.model_sources import open_photo_encoder
from product_matching.encoders.print_reader import RapidPrintReader
from product_matching.listings.photos import decode_photo, read_photo
from product_matching.matching.second_stage import catalogue_scorer
from product_matching.matching.second_stage import scorer as scorer_module
from product_matching.matching.second_stage.candidate_pairs import PreparedCatalogue
from product_matching.matching.second_stage.catalogue_scorer import CatalogueScorer
from product_matching.matching.second_stage.feature_sides import BOTH
from product_matching.matching.second_stage.listing_features import ListingFeatures
from product_matching.matching.second_stage.pair_features import pair_features
from product_matching.matching.second_stage.query_features import add_query
from product_matching.matching.second_stage.scorer import PairScorer, PairTable, comparisons
from product_matching.matching.second_stage.verified_photos import verify_photos
from product_matching.store.bundle import open_bundle
from product_matching.workflows.choose_scorer import choose_scorer
from product_matching.workflows.find import Finder, Query, default_thresholds
from product_matching.workflows.find_print import add_print, read_sample
from product_matching.workflows.score_pairs import bundle_data, predict, query_data

SEED = 7
K = 50
#: Queries before the first one that is timed, and photos that are read.
WARM_UP, N_READ = 5, 50
#: Candidates that are scored at once.
N_CANDIDATES = 100
Times = dict[str, list[float]]


def timed(times: Times, name: str, work: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    """Do some work and note its milliseconds."""
    started = time.perf_counter()
    result = work(*arguments, **named)
    times.setdefault(name, []).append(1000 * (time.perf_counter() - started))
    return result


def decode(path: Path) -> Image.Image:
    """Read and decode one photo file."""
    return decode_photo(read_photo(path), name=path.name)


def time_photos(finder: Finder, photos: list[Path], rounds: int) -> Times:
    """Decode, encode and search for each photo; the usual search right after ours."""
    bundle = finder.bundle
    model, index = bundle.manifest.photo_model, finder.photo_index
    if model is None or index is None or bundle.photo_vectors is None:
        raise SystemExit("The bundle has no photos.")
    encoder = open_photo_encoder(model, device="cpu")
    usual = NearestNeighbors(n_neighbors=K, metric="cosine", algorithm="brute").fit(np.array(bundle.photo_vectors))
    times: Times = {}
    for number in range(rounds + WARM_UP):
        path = photos[number % len(photos)]
        image = timed(times, "photo decode", decode, path)
        vector = timed(times, "photo encode", encoder.encode, image).reshape(1, -1)
        ours = timed(times, "photo search", index.nearest, vector, K)
        theirs = timed(times, "photo search, scikit-learn", usual.kneighbors, vector)
        check_same(ours.of(0)[1], theirs[0][0])
    return {name: values[WARM_UP:] for name, values in times.items()}


def time_print(finder: Finder, photos: list[Path], rounds: int) -> Times:
    """Read the print on each photo, turn it into words of the titles, and search with photo and print together."""
    reader, encoder, bundle = RapidPrintReader(), finder.print_encoder, finder.bundle
    if encoder is None or bundle.photo_vectors is None:
        raise SystemExit("The bundle needs photos and titles for --read.")
    times: Times = {}
    for number in range(rounds + WARM_UP):
        image = decode(photos[number % len(photos)])
        read = timed(times, "print read", reader.read, image)
        words = timed(times, "print to words", encoder.query, read)
        photo = np.array(bundle.photo_vectors[number % len(bundle)])
        timed(times, "candidates by photo", finder.candidates, Query(photo=photo), K)
        timed(times, "candidates by photo and print", finder.candidates, Query(photo=photo, print=words), K)
    return {name: values[WARM_UP:] for name, values in times.items()}


def time_scores(finder: Finder) -> Times:
    """Score each sample of the bundle by photo, photo and title, photo and print; search by distances right before."""
    bundle, chosen = finder.bundle, choose_scorer(finder.bundle)
    if chosen is None or bundle.samples is None:
        raise SystemExit("The bundle needs samples and a pair scorer for --score.")
    scorer, thresholds = chosen.scorer, default_thresholds(bundle)
    catalogue = PreparedCatalogue.of(bundle_data(bundle, scorer.dense), scorer.rules)
    prepared = CatalogueScorer(scorer, catalogue)
    times: Times = {}
    for number, query_id in enumerate([*bundle.samples.table["query_id"][:WARM_UP], *bundle.samples.table["query_id"]]):
        noted = times if number >= WARM_UP else {}
        photo = finder.sample_query(query_id)
        asked = {"photo": photo, "photo and title": finder.sample_query(query_id, with_title=True)}
        asked["photo and print"] = add_print(finder, photo, read_sample(bundle, query_id, RapidPrintReader))
        for sides, query in asked.items():
            timed(noted, f"{sides}, by distances", finder.matches, query, thresholds)
            with parts_noted(noted, sides):
                timed(noted, f"{sides}, by scorer", predict, prepared, query)
            queried = add_query(catalogue, query_data(query, scorer.dense))
            timed(noted, f"{sides}: {N_CANDIDATES} candidates", score_candidates, scorer, queried.listings)
    return times


def score_candidates(scorer: PairScorer, listings: ListingFeatures) -> None:
    """Score 100 pairs of a query, the last of some listings, and the others: their features and the trees."""
    query = len(listings.texts) - 1
    first, second = np.full(N_CANDIDATES, query), np.resize(np.arange(query), N_CANDIDATES)
    kinds = set(comparisons(listings, first, second).tolist()) - {""}
    features, names = pair_features(listings, first, second, kinds.pop() if len(kinds) == 1 else BOTH)
    scorer.score(replace(listings, keypoints=None), PairTable(first, second, features, names), n=len(listings.texts))


@contextmanager
def parts_noted(times: Times, sides: str) -> Iterator[None]:
    """Note how long the parts of the one prediction inside take."""
    parts: Times = {}

    def noting(name: str, work: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *arguments, **named: timed(parts, name, work, *arguments, **named)

    with (
        patch.object(catalogue_scorer, "add_query", noting("search", add_query)),
        patch.object(scorer_module, "verify_photos", noting("geometry", verify_photos)),
        patch.object(PairScorer, "reasons", noting("reasons", PairScorer.reasons)),
    ):
        yield
    took = {name: sum(parts.get(name, [])) for name in ("search", "geometry", "reasons")}
    took["scoring"] = times[f"{sides}, by scorer"][-1] - sum(took.values())
    for name, value in took.items():
        times.setdefault(f"{sides}, by scorer: {name}", []).append(value)


def time_titles(finder: Finder, rounds: int) -> Times:
    """Encode and search for titles of the catalogue; the usual search right after ours."""
    bundle, index = finder.bundle, finder.title_index
    encoder, matrix = bundle.title_encoder, bundle.title_matrix
    if encoder is None or matrix is None or index is None:
        raise SystemExit("The bundle has no titles.")
    dense = matrix.toarray()
    rows = np.random.default_rng(SEED).choice(np.flatnonzero(bundle.has_title), rounds + WARM_UP)
    times: Times = {}
    for title in bundle.listings["title"].iloc[rows]:
        query = timed(times, "title encode", encoder.encode, [title])
        ours = timed(times, "title search", index.nearest, query, K)
        theirs = timed(times, "title search, dense product", dense_search, dense, query)
        check_same(ours.of(0)[1], theirs)
    return {name: values[WARM_UP:] for name, values in times.items()}


def dense_search(dense: np.ndarray, query: Any) -> np.ndarray:
    """Distances of the K nearest titles by a dense product."""
    similarity = dense @ query.toarray()[0]
    nearest = np.argpartition(-similarity, K)[:K]
    return np.sort(1 - similarity[nearest])


def check_same(ours: np.ndarray, theirs: np.ndarray) -> None:
    """Stop if the two ways do not find the same distances: then their times cannot be compared."""
    if not np.allclose(ours, theirs, atol=1e-4):
        raise SystemExit(f"The two searches disagree by {np.abs(ours - theirs).max():.6f}.")


def summarise(times: Times) -> pd.DataFrame:
    """Median and 95th percentile of each part, in milliseconds."""
    rows = {name: (np.percentile(values, 50), np.percentile(values, 95)) for name, values in times.items()}
    return pd.DataFrame.from_dict(rows, orient="index", columns=["p50 ms", "p95 ms"])


def ratios(times: Times) -> dict[str, float]:
    """How many times faster than the usual way: the median over the queries of the ratio of each pair."""
    pairs = {"photo": "photo search, scikit-learn", "title": "title search, dense product"}
    return {
        side: round(float(np.median(np.array(times[usual]) / np.array(times[f"{side} search"]))), 1)
        for side, usual in pairs.items()
    }


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bundle", type=Path, default=Path("embeddings/apparel"))
    parser.add_argument("--photos", type=Path, default=Path("data/shopee/train_images"), help="photos to search with")
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--read", action="store_true", help="time reading the print, too")
    parser.add_argument("--score", action="store_true", help="time the pair scorer on the samples, too")
    parser.add_argument("--cpu", action="store_true", help="processor time of all threads, not wall time")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    with patch.object(time, "perf_counter", time.process_time if arguments.cpu else time.perf_counter):
        report(arguments)


def report(arguments: argparse.Namespace) -> None:
    """Measure what was asked for and print it."""
    torch.set_num_threads(1)  # as in the server
    finder = Finder(open_bundle(arguments.bundle))
    finder.load()
    photos = sorted(path for path in arguments.photos.iterdir() if path.suffix.lower() in {".jpg", ".jpeg", ".png"})
    times = time_titles(finder, arguments.rounds) | time_photos(finder, photos, arguments.rounds)
    if arguments.read:
        times |= time_print(finder, photos, min(arguments.rounds, N_READ))
    if arguments.score:
        times |= time_scores(finder)
    table, faster = summarise(times), ratios(times)
    if arguments.json:
        print(json.dumps({"ms": table.to_dict("index"), "times_faster": faster}))
        return
    print(f"{len(finder.bundle)} listings, {arguments.rounds} queries of each kind, {len(photos)} different photos")
    print(table.round(2).to_string())
    print(f"photo search: {faster['photo']} times faster than scikit-learn (median of the pairs)")
    print(f"title search: {faster['title']} times faster than the dense product (median of the pairs)")


if __name__ == "__main__":
    main()
