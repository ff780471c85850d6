r"""Photos per second of a build against the bare forward pass of the same model on the same batches, in one run.

    python benchmarks/build.py --catalogue data/apparel/listings.csv --images data/apparel/images \
        --model mobilenetv2_100 --weights ../shared/weights/mobilenetv2_100.safetensors

The bare pass is timed before and after the build, network alone: no file is read, nothing is decoded, resized,
hashed, searched or written. The build does all of it, tuning of the thresholds included. Nothing comes from a cache.
"""

from __future__ import annotations

import argparse
import json
import resource
import tempfile
import time
from pathlib import Path

from product_matching.encoders.process import tune_process

tune_process()

import numpy as np  # noqa: E402
import torch  # noqa: E402

from product_matching.encoders.cache import EmbeddingCache  # noqa: E402
from product_matching.encoders.model_sources import resolve_model  # noqa: E402
from product_matching.encoders.photo import PhotoEncoder  # noqa: E402
from product_matching.listings.catalogue import Catalogue, read_catalogue  # noqa: E402
from product_matching.listings.photos import decode_photo, read_photo  # noqa: E402
from product_matching.workflows.build import build_bundle  # noqa: E402


def prepare_batches(catalogue: Catalogue, encoder: PhotoEncoder) -> list[np.ndarray]:
    """Decode and resize every photo beforehand, for the bare pass; (B, S, S, 3) uint8 each."""
    paths = [path for row in range(len(catalogue)) if (path := catalogue.photo_path(row))]
    pixels = [encoder.prepare(decode_photo(read_photo(path), name=path.name)) for path in paths]
    size = encoder.batch_size
    return [np.stack(pixels[start : start + size]) for start in range(0, len(pixels) - size + 1, size)]


def time_bare(network: torch.nn.Module, batches: list[np.ndarray]) -> float:
    """Photos per second of the network alone; the conversion to float is not timed."""
    seconds = 0.0
    with torch.inference_mode():
        for batch in batches:
            images = torch.from_numpy(batch).permute(0, 3, 1, 2).float().sub_(127.5).div_(127.5)
            started = time.perf_counter()
            network(images)
            seconds += time.perf_counter() - started
    return sum(len(batch) for batch in batches) / seconds


def time_build(catalogue: Catalogue, encoder: PhotoEncoder, folder: Path) -> float:
    """Photos per second of a whole build with an empty cache."""
    started = time.perf_counter()
    manifest = build_bundle(
        catalogue, folder / "bundle", encoder=encoder, cache=EmbeddingCache(encoder.model, folder / "cache")
    )
    return manifest.n_photos / (time.perf_counter() - started)


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--catalogue", type=Path, default=Path("data/apparel/listings.csv"))
    parser.add_argument("--images", type=Path, default=Path("data/apparel/images"))
    parser.add_argument("--model", required=True)
    parser.add_argument("--weights", type=Path)
    parser.add_argument("--photos", type=int, default=1920, help="listings taken from the head of the catalogue")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    whole = read_catalogue(arguments.catalogue, images=arguments.images)
    catalogue = Catalogue(whole.listings.head(arguments.photos), whole.image_folder)
    encoder = PhotoEncoder.load(resolve_model(arguments.model, weights=arguments.weights), device="cpu")
    batches = prepare_batches(catalogue, encoder)
    time_bare(encoder.network, batches[:5])
    bare, builds = [time_bare(encoder.network, batches)], []
    for _ in range(arguments.repeats):
        with tempfile.TemporaryDirectory() as folder:
            builds.append(time_build(catalogue, encoder, Path(folder)))
        bare.append(time_bare(encoder.network, batches))
    ratios = [build / ((before + after) / 2) for build, before, after in zip(builds, bare, bare[1:], strict=False)]
    result = {
        "photos": len(catalogue),
        "threads": torch.get_num_threads(),
        "build_photos_per_s": round(float(np.median(builds)), 1),
        "bare_photos_per_s": round(float(np.median(bare)), 1),
        "ratio": round(float(np.median(ratios)), 3),
        "ratios": [round(ratio, 3) for ratio in ratios],
        "peak_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }
    if arguments.json:
        print(json.dumps(result))
        return
    for name, value in result.items():
        print(f"{name:<20} {value}")


if __name__ == "__main__":
    main()
