"""What the choice of a region brings: a product in a scene of three, searched for by the scene and by its region.

    python benchmarks/region.py --bundle embeddings/demo

Each sample photo with a match is a third of the edge of a square scene, beside the photos of two other samples of other
products, at random places on a plain ground. The scene is searched for as a whole, by the exact region of the product,
and by a region drawn roughly: each of its four edges is off by up to a tenth of the product's side. The sample photo
itself is the upper bound. Listings are ranked by photo distance alone.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
from PIL import Image

from product_matching.encoders.model_sources import open_photo_encoder
from product_matching.encoders.photo import PhotoEncoder
from product_matching.listings.photos import decode_photo
from product_matching.listings.regions import DECIMALS, Region, crop_region
from product_matching.store.bundle import Bundle, open_bundle

SEED = 11
#: Edge of a scene and of a photo in it, in pixels.
SCENE, EDGE = 960, 320
#: Largest error of an edge that is drawn roughly, as a share of the product's side.
ROUGH = 0.1
WITHIN = 10
_GROUND = (205, 202, 196)
_INTERVAL_DRAWS = 2000


def free_places(rng: np.random.Generator, count: int) -> list[tuple[int, int]]:
    """Corners of `count` squares of `EDGE` pixels that do not overlap: one in each third of the scene, in turn."""
    columns = rng.permutation(count) * EDGE
    rows = rng.integers(0, SCENE - EDGE + 1, count)
    return [(int(column), int(row)) for column, row in zip(columns, rows, strict=True)]


def make_scene(photos: list[Image.Image], rng: np.random.Generator) -> tuple[Image.Image, Region]:
    """Paste photos into a scene; with the region of the first one."""
    scene = Image.new("RGB", (SCENE, SCENE), _GROUND)
    places = free_places(rng, len(photos))
    for photo, place in zip(photos, places, strict=True):
        scene.paste(photo.resize((EDGE, EDGE), Image.Resampling.BICUBIC), place)
    left, top = places[0]
    return scene, to_region(left, top, left + EDGE, top + EDGE)


def to_region(left: float, top: float, right: float, bottom: float) -> Region:
    """The region of a rectangle in pixels of the scene."""
    edges = [round(min(max(edge, 0), SCENE) / SCENE, DECIMALS) for edge in (left, top, right, bottom)]
    return Region(edges[0], edges[1], round(edges[2] - edges[0], DECIMALS), round(edges[3] - edges[1], DECIMALS))


def drawn_roughly(region: Region, rng: np.random.Generator) -> Region:
    """A region whose edges are off."""
    errors = rng.uniform(-ROUGH * EDGE, ROUGH * EDGE, 4)
    left, top = region.left * SCENE, region.top * SCENE
    edges = np.array([left, top, left + EDGE, top + EDGE]) + errors
    return to_region(*map(float, edges))


def rank_of_product(bundle: Bundle, encoder: PhotoEncoder, photo: Image.Image, label: str) -> int:
    """Rank of the nearest listing of a product by photo distance, from 1."""
    assert bundle.photo_vectors is not None
    assert bundle.labels is not None
    cosines = np.asarray(bundle.photo_vectors) @ encoder.encode(photo)
    true = (bundle.labels == label) & bundle.has_photo
    return 1 + int((cosines[~true & bundle.has_photo] > cosines[true].max()).sum())


def measure(bundle: Bundle, encoder: PhotoEncoder, scenes: int) -> dict[str, np.ndarray]:
    """Ranks of each sample with a match, shape (samples, scenes), by what is searched for."""
    samples = bundle.samples
    assert samples is not None
    every = [samples[row] for row in range(len(samples))]
    matched = [sample for sample in every if sample.label_group]
    ranks: dict[str, list[list[int]]] = {name: [] for name in ("photo alone", "scene", "region", "rough region")}
    rng = np.random.default_rng(SEED)
    for sample in matched:
        rows: dict[str, list[int]] = {name: [] for name in ranks}
        others = [other for other in every if other.label_group != sample.label_group or not other.label_group]
        for _ in range(scenes):
            beside = [others[int(place)] for place in rng.choice(len(others), 2, replace=False)]
            photos = [decode_photo(each.picture) for each in (sample, *beside)]
            scene, region = make_scene(photos, rng)
            searched = {
                "photo alone": photos[0],
                "scene": scene,
                "region": crop_region(scene, region),
                "rough region": crop_region(scene, drawn_roughly(region, rng)),
            }
            for name, photo in searched.items():
                rows[name].append(rank_of_product(bundle, encoder, photo, sample.label_group))
        for name, found in rows.items():
            ranks[name].append(found)
    return {name: np.array(found) for name, found in ranks.items()}


def interval(hits: np.ndarray) -> tuple[float, float]:
    """95 % bootstrap interval of a share over samples; `hits` has shape (samples, scenes)."""
    rng = np.random.default_rng(SEED)
    means = hits.mean(axis=1)
    drawn = rng.choice(means, (_INTERVAL_DRAWS, len(means))).mean(axis=1)
    low, high = np.quantile(drawn, [0.025, 0.975])
    return float(low), float(high)


def main() -> None:
    """Measure and print a table, or JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--bundle", type=Path, default=Path("embeddings/demo"))
    parser.add_argument("--scenes", type=int, default=5, help="scenes of each sample")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    bundle = open_bundle(arguments.bundle)
    assert bundle.manifest.photo_model is not None
    encoder = open_photo_encoder(bundle.manifest.photo_model, device="cpu")
    table = []
    for name, ranks in measure(bundle, encoder, arguments.scenes).items():
        row: dict[str, object] = {"searched for": name, "samples": ranks.shape[0], "searches": ranks.size}
        for within in (1, WITHIN):
            hits = ranks <= within
            row[f"within {within}"] = round(float(hits.mean()), 3)
            row[f"within {within} interval"] = [round(end, 3) for end in interval(hits)]
        table.append(row)
    if arguments.json:
        print(json.dumps(table, indent=1))
        return
    for row in table:
        print("  ".join(f"{name}: {value}" for name, value in row.items()))


if __name__ == "__main__":
    main()
