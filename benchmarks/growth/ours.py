"""What this project does in the benchmark, by the functions behind its commands and its app."""

from __future__ import annotations

import json
import os
import shutil
import statistics
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.growth import tasks
from benchmarks.growth.data import BUNDLE, ROOT, VECTORS, read_titles
from benchmarks.made_photos import MadePhotos, MadeVectors, StandInEncoder, grey_picture
from product_matching.encoders.cache import EmbeddingCache
from product_matching.listings.catalogue import Catalogue
from product_matching.search.budget import SearchBudget
from product_matching.store.bundle import open_bundle
from product_matching.workflows.add_listings import add_listings
from product_matching.workflows.build import BuildOptions, build_bundle
from product_matching.workflows.find import Finder
from product_matching.workflows.photo_index import describe_index

BUDGET = SearchBudget(memory_mb=1_500.0, milliseconds=20.0)
_NETWORK_PHOTOS = 400


def build_drawn(folder: Path) -> tuple[Path, str]:
    """Build the bundle; gives its folder, and what its index is."""
    titles, vectors = read_titles(folder), np.load(folder / VECTORS, mmap_mode="r")
    ids = [f"drawn_{row:07d}" for row in range(len(titles))]
    listings = pd.DataFrame({"posting_id": ids, "title": titles, "image": [f"{name}.jpg" for name in ids]})
    picture = grey_picture()
    out = folder / BUNDLE
    out.parent.mkdir(parents=True, exist_ok=True)
    manifest = build_bundle(
        Catalogue(listings, folder),
        out,
        encoder=StandInEncoder(vectors.shape[1]),
        options=BuildOptions(
            photo_threshold=tasks.PHOTO_DISTANCE,
            title_threshold=tasks.TITLE_DISTANCE,
            overwrite=True,
            keypoints=False,
            budget=BUDGET,
            embed=MadePhotos(picture=lambda _: picture, phash=lambda _: ""),
        ),
        cache=MadeVectors(folder, lambda rows: np.asarray(vectors[rows])),
    )
    return out, "" if manifest.index.photo is None else describe_index(manifest.index.photo)


def photo_search(folder: Path) -> Callable[[Any], np.ndarray]:
    """The search by photo of the bundle, as Find has it."""
    index = Finder(open_bundle(folder / BUNDLE)).photo_index
    if index is None:
        raise SystemExit(f"The bundle {folder / BUNDLE} has no photos.")
    return lambda query: index.nearest(query, tasks.K + 1).of(0)[0]


def add_to_drawn(folder: Path) -> dict[str, Any]:
    """Add listings of the demo three times to a copy of the bundle; its vectors are drawn, its photos are read."""
    from benchmarks.add import embed, new_listings, timed

    copy = folder / "grown" / "drawn"
    shutil.rmtree(copy.parent, ignore_errors=True)
    shutil.copytree(folder / BUNDLE, copy, copy_function=os.link)  # a change writes new files beside
    encoder = StandInEncoder(tasks.DIMENSIONS)
    before = timed(lambda: open_bundle(copy))
    took = []
    for repeat in range(3):
        new, cache = new_listings(tasks.NEW, f"{repeat}_"), EmbeddingCache(encoder.model, copy.parent / f"{repeat}")
        took.append(timed(partial(add_listings, copy, new, open_encoder=lambda _: encoder, cache=cache)))
    after = timed(lambda: open_bundle(copy))
    new = new_listings(tasks.NEW, "alone_")
    read = timed(lambda: embed(new, encoder, EmbeddingCache(encoder.model, copy.parent / "alone")))
    shutil.rmtree(copy.parent)
    return {
        "seconds": round(statistics.median(each.seconds for each in took), 3),
        "cpu_seconds": round(statistics.median(each.processor for each in took), 3),
        "repeats": [round(each.seconds, 3) for each in took],
        "told": f"{read.seconds:.2g} s of it reading photos; opened in {before.seconds:.2g} s before, "
        f"{after.seconds:.2g} s after",
    }


def start_app(folder: Path) -> dict[str, Any]:
    """Start the server over the bundle, draw Home, then Find for a listing, then Find for others."""
    os.environ |= {
        "PRODUCT_MATCHING_EMBEDDINGS": str((folder / BUNDLE).parent),
        "PRODUCT_MATCHING_HOME": str(folder / "home"),
    }
    from benchmarks.app import running_server, time_listings

    bundle = open_bundle(folder / BUNDLE)
    name = bundle.manifest.name
    with running_server() as server:
        home = server.wait_for_first_page()
        first, *others = time_listings(server, bundle, name, 11)
        memory = server.memory_mb()
    return {
        "seconds": round(home + first / 1000, 2),
        "told": f"Home {home:.2g} s, then Find {first / 1000:.2g} s, for another listing "
        f"{statistics.median(others):.0f} ms; the server has {memory:,.0f} MB",
    }


def network_cost() -> dict[str, Any]:
    """Milliseconds a photo with the shipped network: read, decoded, embedded and kept."""
    from tempfile import TemporaryDirectory

    from benchmarks.add import embed, new_listings, timed
    from product_matching.encoders.photo import PhotoEncoder

    encoder = PhotoEncoder.load(ROOT / "models" / "efficientnet_lite2_arcface", device="cpu")
    with TemporaryDirectory() as work:
        embed(new_listings(32, "warm"), encoder, EmbeddingCache(encoder.model, Path(work) / "warm"))
        took = timed(
            lambda: embed(new_listings(_NETWORK_PHOTOS, ""), encoder, EmbeddingCache(encoder.model, Path(work) / "own"))
        )
    return {"seconds": round(took.seconds, 2), "ms_a_photo": round(1000 * took.seconds / _NETWORK_PHOTOS, 1)}


if __name__ == "__main__":
    print(json.dumps(network_cost() | {"load": round(os.getloadavg()[0], 1)}))
