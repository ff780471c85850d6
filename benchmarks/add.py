r"""Seconds that adding listings takes beside those of embedding their photos alone, on a large catalogue.

    python benchmarks/add.py --listings 100000 --new 1000 --json

The catalogue is drawn: titles of words by Zipf's law, random unit vectors of the model's dimension, one small picture
for all; with `--keypoints` it keeps keypoints, which the new photos then get as well. The new listings are those of the
demo with their photos. Each repetition embeds them alone (read, decode, embed, keep; with `--keypoints` as a build
does, which finds those as well), then adds them to a bundle of the catalogue by the function behind `add`; each has a
cache of its own and begins with nothing embedded. Told as well: seconds to add the same again with all in the cache,
which is what does not depend on the network, and to open the bundle before and after.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from product_matching.encoders.process import tune_process

tune_process()

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402

from product_matching.encoders.batch import embed_photos  # noqa: E402
from product_matching.encoders.cache import EmbeddingCache  # noqa: E402
from product_matching.encoders.keypoint_cache import KeypointCache  # noqa: E402
from product_matching.encoders.keypoints import KEYPOINTS_NAME  # noqa: E402
from product_matching.encoders.photo import PhotoEncoder  # noqa: E402
from product_matching.encoders.protocol import PhotoEmbedder  # noqa: E402
from product_matching.encoders.tfidf import TitleEncoder  # noqa: E402
from product_matching.listings.catalogue import Catalogue, read_catalogue  # noqa: E402
from product_matching.listings.photos import thumbnail  # noqa: E402
from product_matching.search.spec import IndexSpec  # noqa: E402
from product_matching.store.bundle import PHOTO_SHA256, open_bundle, write_titles  # noqa: E402
from product_matching.store.changing import describe_folder  # noqa: E402
from product_matching.store.identity import derive_catalogue_id  # noqa: E402
from product_matching.store.manifest import (  # noqa: E402
    KEYPOINT_FILES,
    LISTINGS_FILE,
    MANIFEST_FILE,
    PHOTO_VECTORS_FILE,
    THUMBNAIL_OFFSETS_FILE,
    THUMBNAILS_FILE,
    Manifest,
    SideIndexes,
    TunedThreshold,
)
from product_matching.store.thumbnails import write_packed  # noqa: E402
from product_matching.workflows.add_listings import add_listings  # noqa: E402
from product_matching.workflows.compact_bundle import compact_bundle  # noqa: E402

ROOT = Path(__file__).parent.parent
_BLOCK_ROWS, _TITLE_WORDS, _VOCABULARY = 10_000, 8, 50_000


def draw_titles(n: int, rng: np.random.Generator) -> list[str]:
    """Titles of eight words of a vocabulary, frequent ones more often."""
    words = np.minimum(rng.zipf(1.3, size=(n, _TITLE_WORDS)), _VOCABULARY)
    return [" ".join(f"word{word}" for word in row) for row in words.tolist()]


def write_catalogue(folder: Path, n: int, encoder: PhotoEncoder, *, keypoints: bool) -> None:
    """Write a bundle of drawn listings."""
    from PIL import Image

    folder.mkdir(parents=True)
    rng = np.random.default_rng(0)
    titles, ids = draw_titles(n, rng), [f"drawn_{row:07d}" for row in range(n)]
    hashes = [f"{row:064x}" for row in range(n)]
    table = {"posting_id": ids, "title": titles, "image": [f"{each}.jpg" for each in ids], PHOTO_SHA256: hashes}
    pd.DataFrame(table).assign(image_phash="").to_parquet(folder / LISTINGS_FILE, index=False)
    titled = TitleEncoder.fit(titles)
    write_titles(folder, titled, titled.encode(titles))
    shape = (n, encoder.dimension)
    vectors = np.lib.format.open_memmap(folder / PHOTO_VECTORS_FILE, mode="w+", dtype="<f4", shape=shape)
    for start in range(0, n, _BLOCK_ROWS):
        block = rng.standard_normal((min(_BLOCK_ROWS, n - start), encoder.dimension), dtype=np.float32)
        vectors[start : start + len(block)] = block / np.linalg.norm(block, axis=1, keepdims=True)
    vectors.flush()
    picture = thumbnail(Image.new("RGB", (64, 64), "grey"))
    write_packed(folder, (THUMBNAILS_FILE, THUMBNAIL_OFFSETS_FILE), (picture for _ in range(n)))
    if keypoints:
        write_packed(folder, KEYPOINT_FILES, (b"" for _ in range(n)))
    threshold = TunedThreshold(distance=0.3, n=n, protocol="given by hand")
    manifest = Manifest(
        name=folder.name,
        catalogue_id=derive_catalogue_id(folder.name, ids),
        n_listings=n,
        n_photos=n,
        n_titles=n,
        photo_model=encoder.model,
        title_weighting="idf",
        index=SideIndexes(photo=IndexSpec("flat"), title=IndexSpec("sparse")),
        photo_threshold=threshold,
        title_threshold=replace(threshold, distance=0.4),
        keypoints=KEYPOINTS_NAME if keypoints else None,
        files=describe_folder(folder),
    )
    (folder / MANIFEST_FILE).write_text(manifest.to_json(), encoding="utf-8")


class Took(NamedTuple):
    """What some work took."""

    seconds: float
    processor: float


def timed(do: Callable[[], Any]) -> Took:
    """Seconds that something takes, and those of the processors, which other programs lengthen less."""
    started, processor = time.perf_counter(), time.process_time()
    do()
    return Took(time.perf_counter() - started, time.process_time() - processor)


def new_listings(n: int, label: str) -> Catalogue:
    """The first listings of the demo under ids of their own."""
    whole = read_catalogue(ROOT / "demo" / "listings.csv", images=ROOT / "demo" / "images")
    listings = whole.listings[["posting_id", "title", "image"]].head(n)
    return Catalogue(listings.assign(posting_id=label + listings["posting_id"]), whole.image_folder)


def embed(new: Catalogue, encoder: PhotoEmbedder, cache: EmbeddingCache, *, keypoints: bool = False) -> None:
    """Embed the photos of some listings and find their keypoints where they are wanted, and nothing else."""
    kept = KeypointCache(cache.folder) if keypoints else None
    for _ in embed_photos([new.photo_path(row) for row in range(len(new))], encoder, cache, keypoints=kept):
        pass


def measure(arguments: argparse.Namespace, work: Path) -> dict[str, Any]:
    """Run the repetitions."""
    encoder = PhotoEncoder.load(ROOT / "models" / arguments.model, device="cpu")
    folder = work / "drawn"
    write_catalogue(folder, arguments.listings, encoder, keypoints=arguments.keypoints)
    opened_before = timed(lambda: open_bundle(folder))
    embed(new_listings(32, "warm"), encoder, EmbeddingCache(encoder.model, work / "warm"))
    embedding: list[Took] = []
    adding: list[Took] = []
    cached: list[Took] = []
    for repeat in range(arguments.repeats):
        new = new_listings(arguments.new, f"{repeat}_")
        alone = EmbeddingCache(encoder.model, work / f"alone{repeat}")
        own = EmbeddingCache(encoder.model, work / f"own{repeat}")
        again = new_listings(arguments.new, f"{repeat}again_")
        add = partial(add_listings, folder, open_encoder=lambda _: encoder, cache=own)
        embedding.append(timed(partial(embed, new, encoder, alone, keypoints=arguments.keypoints)))
        adding.append(timed(partial(add, new)))
        cached.append(timed(partial(add, again)))
    opened_after = timed(lambda: open_bundle(folder))
    alone_took, add_took = (Took(*map(statistics.median, zip(*took, strict=True))) for took in (embedding, adding))
    return {
        "listings": arguments.listings,
        "new": arguments.new,
        "keypoints": arguments.keypoints,
        "seconds": {"embed": alone_took.seconds, "add": add_took.seconds},
        "ratio": add_took.seconds / alone_took.seconds,
        "processor_seconds": {"embed": alone_took.processor, "add": add_took.processor},
        "processor_ratio": add_took.processor / alone_took.processor,
        "repeats": {"embed": [each.seconds for each in embedding], "add": [each.seconds for each in adding]},
        "add_all_cached": min(cached)._asdict(),
        "open": {"before": opened_before.seconds, "after": opened_after.seconds, "segments": 2 * arguments.repeats},
        "compact": timed(lambda: compact_bundle(folder)).seconds if arguments.compact else None,
        "load_average": os.getloadavg()[0],
    }


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--listings", type=int, default=100_000, help="listings of the catalogue")
    parser.add_argument("--new", type=int, default=1000, help="listings that are added, of the demo's 2,702")
    parser.add_argument("--model", default="efficientnet_lite2_arcface", help="a folder of models/")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--keypoints", action="store_true", help="a catalogue that keeps keypoints, as build makes it")
    parser.add_argument("--compact", action="store_true", help="compact the bundle in the end, too")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        result = measure(arguments, Path(work))
    if arguments.json:
        print(json.dumps(result))
        return
    seconds = result["seconds"]
    ratios = f"ratio {result['ratio']:.2f}, of processor time {result['processor_ratio']:.2f}"
    print(f"{arguments.new:,} listings added to {arguments.listings:,}: {seconds['add']:.1f} s")
    print(f"their photos embedded alone: {seconds['embed']:.1f} s; {ratios}")
    print(f"added again, all in the cache: {result['add_all_cached']['seconds']:.1f} s")
    print(f"opened before and after: {result['open']['before']:.2f} and {result['open']['after']:.2f} s")


if __name__ == "__main__":
    main()
