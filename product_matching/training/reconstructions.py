"""Validation photos beside what an autoencoder draws of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from PIL import Image

from product_matching.encoders.preprocess import as_batch, normalise
from product_matching.training.pixels import DecodedPhotos
from product_matching.training.start import Preparation
from product_matching.training.tasks import ReconstructionTask

_SHOWN = 8


def write_reconstructions(
    task: ReconstructionTask, photos: DecodedPhotos, preparation: Preparation, path: Path
) -> None:
    """Write the first 8 photos in one row and their reconstructions below as a PNG."""
    task.eval()
    device = next(task.parameters()).device
    originals = photos.pixels[:_SHOWN]
    with torch.inference_mode():
        drawn = task.network(normalise(as_batch(originals, device), preparation.mean, preparation.std)).cpu()
    std, mean = (torch.tensor(values).view(1, 3, 1, 1) for values in (preparation.std, preparation.mean))
    values = ((drawn * std + mean) * 255).round().clamp(0, 255).to(torch.uint8)
    rows = (originals, values.permute(0, 2, 3, 1).numpy())
    path.parent.mkdir(exist_ok=True)
    Image.fromarray(np.concatenate([np.concatenate(list(row), axis=1) for row in rows])).save(path)
