"""The demo's samples as one list of new listings: time of the check, and how many of each band are right.

    python benchmarks/check.py

The photos are read from their files, nothing cached, on the CPU in one thread. A sample is right among "same product"
if its best match has its label, and among "new" if no listing of the catalogue has it. The bands are the default ones,
chosen before anything was measured; beside each share stands its exact 95 % interval (Clopper and Pearson).
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import pandas as pd
from scipy.stats import beta

from product_matching.encoders.cache import EmbeddingCache
from product_matching.encoders.keypoint_cache import KeypointCache
from product_matching.encoders.model_sources import open_photo_encoder
from product_matching.listings.catalogue import Catalogue
from product_matching.matching.bands import DEFAULT_BANDS
from product_matching.store.bundle import Bundle, open_bundle
from product_matching.workflows.check_listings import CheckedListing, Proposal, check_listings
from product_matching.workflows.choose_scorer import choose_scorer
from product_matching.workflows.find import Finder
from product_matching.workflows.new_listings import read_new_listings
from product_matching.workflows.score_pairs import prepare_scorer

T = TypeVar("T")


def timed(what: str, work: Callable[[], T], n: int) -> T:
    """Do some work and print the time that it took in all and for each listing."""
    wall, cpu = time.perf_counter(), time.process_time()
    result = work()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    print(f"{what}: {wall:.1f} s, processor {cpu:.1f} s; for each listing {1000 * cpu / n:.0f} ms of processor time")
    return result


def samples_of(queries: Path, images: Path) -> Catalogue:
    """The list of sample queries as new listings."""
    table = pd.read_csv(queries, dtype=str, keep_default_na=False)
    return Catalogue(table.rename(columns={"query_id": "posting_id"}), images)


def interval(right: int, n: int) -> str:
    """A share with its exact 95 % interval."""
    if n == 0:
        return "none"
    low = 0.0 if right == 0 else float(beta.ppf(0.025, right, n - right + 1))
    high = 1.0 if right == n else float(beta.ppf(0.975, right + 1, n - right))
    return f"{right} of {n} [{low:.2f}, {high:.2f}]"


def tell_bands(bundle: Bundle, checked: Sequence[CheckedListing]) -> None:
    """Print how many of each band are right."""
    labels = bundle.labels
    if labels is None:
        raise SystemExit("The bundle has no labels.")
    for proposal in Proposal:
        own = [each for each in checked if each.proposal(DEFAULT_BANDS) is proposal]
        listed = sum(bool((labels == each.listing.columns["label_group"]).any()) for each in own)
        best = sum(
            bool(each.found) and labels[each.found[0].row] == each.listing.columns["label_group"] for each in own
        )
        print(
            f"{proposal}: N {len(own)}; best match is the same product {interval(best, len(own))}; "
            f"product not in the catalogue {interval(len(own) - listed, len(own))}"
        )


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bundle", type=Path, default=Path("embeddings/demo"))
    parser.add_argument("--queries", type=Path, default=Path("demo/queries.csv"))
    parser.add_argument("--images", type=Path, default=Path("demo/images"))
    options = parser.parse_args()
    bundle, new = open_bundle(options.bundle), samples_of(options.queries, options.images)
    finder, n = Finder(bundle), len(new)
    finder.load()
    chosen, model = choose_scorer(bundle), bundle.manifest.photo_model
    if chosen is None or model is None:
        raise SystemExit("The bundle has no photos, or no pair scorer.")
    encoder = open_photo_encoder(model, device="cpu")
    prepared = timed(
        "preparing the pair scorer, once for each catalogue", lambda: prepare_scorer(bundle, chosen.scorer), n
    )
    with tempfile.TemporaryDirectory() as folder:
        cache, keypoints = EmbeddingCache(model, Path(folder)), KeypointCache(Path(folder))
        listings = timed(
            f"reading {n} photos",
            lambda: read_new_listings(finder, new, encoder, cache=cache, keypoints=keypoints),
            n,
        )
    checked = timed(f"checking {n} listings", lambda: check_listings(finder, listings, prepared=prepared), n)
    tell_bands(bundle, checked)
    repeats = [
        (each.listing.posting_id, [one.posting_id for one in each.sure_repeats(DEFAULT_BANDS)]) for each in checked
    ]
    print(f"the same product within the list: {[pair for pair in repeats if pair[1]] or 'none'}")
    true = new.listings["label_group"].to_numpy()
    print(f"samples with the label of an earlier sample: {len(true) - (true == '').sum() - len(set(true) - {''})}")


if __name__ == "__main__":
    main()
