r"""Photos per second of a training epoch against the bare forward and backward pass of the same batches, in one run.

    python benchmarks/training.py recipes/comparison/arcface.toml --catalogue data/groceries/photos.csv \
        --images data/groceries/images --label-column product --weights ../shared/weights/mobilenetv2_100.safetensors

The bare pass is timed before and after every epoch, network and loss alone on batches that lie ready. The epoch draws,
augments, clips and updates as `train` does. Photos are decoded once before, which is timed by itself.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import replace
from itertools import islice
from pathlib import Path

from product_matching.encoders.process import tune_process

tune_process()

import numpy as np  # noqa: E402
import torch  # noqa: E402

from product_matching.encoders.photo import pick_device  # noqa: E402
from product_matching.listings.catalogue import read_catalogue  # noqa: E402
from product_matching.progress import NO_PROGRESS  # noqa: E402
from product_matching.training.batches import Batch, epoch_batches  # noqa: E402
from product_matching.training.loop import (  # noqa: E402
    EpochBatches,
    Machinery,
    autocast,
    build_machinery,
    half_precision,
    train_epoch,
)
from product_matching.training.parts import LabelledPhotos, split_catalogues  # noqa: E402
from product_matching.training.pixels import DecodedPhotos, decode_part  # noqa: E402
from product_matching.training.recipe import Recipe, read_recipe  # noqa: E402
from product_matching.training.start import Preparation, find_start  # noqa: E402
from product_matching.training.tasks import build_task  # noqa: E402


def draw_photos(arguments: argparse.Namespace) -> LabelledPhotos:
    """Take some photos of the training part at random."""
    catalogue = read_catalogue(arguments.catalogue, images=arguments.images, label_column=arguments.label_column)
    train = split_catalogues({arguments.catalogue.name: catalogue}).train
    return train.take(np.random.default_rng(0).permutation(len(train))[: arguments.photos])


def build(
    recipe: Recipe, preparation: Preparation, labels: np.ndarray, *, weights: Path | None, device: torch.device
) -> Machinery[Batch]:
    """Build what a training steps with."""
    task = build_task(recipe, preparation, labels, weights=weights).to(device)
    task = task.to(memory_format=torch.channels_last).train()
    return build_machinery(recipe, task, device, half_precision(device))


def time_bare(machinery: Machinery[Batch], ready: list[Batch], steps: int) -> float:
    """Photos per second of network, loss and backward pass."""
    photos, started = 0, time.perf_counter()
    for step in range(steps):
        batch = ready[step % len(ready)]
        machinery.task.zero_grad()
        with autocast(machinery.device, machinery.precision):
            loss = machinery.task(replace(batch, mix=None))
        loss.backward()
        photos += len(batch.labels)
    if machinery.device.type == "cuda":
        torch.cuda.synchronize()
    return photos / (time.perf_counter() - started)


def measure(
    machinery: Machinery[Batch], photos: DecodedPhotos, recipe: Recipe, preparation: Preparation, *, repeats: int
) -> tuple[list[float], list[float]]:
    """Bare speeds and epochs' speeds in turn, one more of the first."""

    def draw(epoch: int) -> EpochBatches[Batch]:
        return epoch_batches(photos, recipe, preparation, epoch, device=machinery.device)

    ready = list(islice(draw(0).drawn, 4))
    steps = len(photos) // recipe.batch_size
    time_bare(machinery, ready, 4)
    train_epoch(machinery, draw(0), 0, NO_PROGRESS)
    bare, epochs = [time_bare(machinery, ready, steps)], []
    for epoch in range(repeats):
        epochs.append(train_epoch(machinery, draw(epoch), epoch, NO_PROGRESS).listings_per_second)
        bare.append(time_bare(machinery, ready, steps))
    return bare, epochs


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recipe", type=Path)
    parser.add_argument("--catalogue", type=Path, default=Path("data/groceries/photos.csv"))
    parser.add_argument("--images", type=Path, default=Path("data/groceries/images"))
    parser.add_argument("--label-column", default="product")
    parser.add_argument("--weights", type=Path)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--photos", type=int, default=640)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    recipe, device = read_recipe(arguments.recipe), pick_device(arguments.device)
    drawn = draw_photos(arguments)
    preparation, weights = find_start(recipe, arguments.weights)
    started = time.perf_counter()
    photos = decode_part(drawn, recipe.image_size, preparation.interpolation)
    decoded = len(photos) / (time.perf_counter() - started)
    machinery = build(recipe, preparation, drawn.labels, weights=weights, device=device)
    bare, epochs = measure(machinery, photos, recipe, preparation, repeats=arguments.repeats)
    ratios = [epoch / ((before + after) / 2) for epoch, before, after in zip(epochs, bare, bare[1:], strict=False)]
    result = {
        "photos": len(photos),
        "device": device.type,
        "threads": torch.get_num_threads(),
        "decoded_photos_per_s": round(decoded, 1),
        "epoch_photos_per_s": round(float(np.median(epochs)), 1),
        "bare_photos_per_s": round(float(np.median(bare)), 1),
        "ratio": round(float(np.median(ratios)), 3),
        "ratios": [round(ratio, 3) for ratio in ratios],
    }
    if arguments.json:
        print(json.dumps(result))
        return
    for name, value in result.items():
        print(f"{name:<20} {value}")


if __name__ == "__main__":
    main()
