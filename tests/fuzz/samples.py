"""Sound files that are damaged: a catalogue with photos, a model, and a bundle of them."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image

PROJECT = Path(__file__).parents[2]
_TITLES = ("Red lamp", "READY STOCK red lamp 40 W", "Tepung terigu 1kg", "Tepung 1 kg", "Tas kulit pria", "Tas pria x2")


@dataclass(frozen=True)
class Samples:
    """Folders of sound files.

    Attributes
    ----------
    catalogue
        With ``listings.csv`` and ``images/``.
    model, bundle, scorer
        Of the catalogue; the pair scorer is the one that ships, with few of its trees.
    """

    catalogue: Path
    model: Path
    bundle: Path
    scorer: Path


def make_samples(folder: Path) -> Samples:
    """Make them in an empty folder, the same every time."""
    from product_matching.encoders.cache import EmbeddingCache
    from product_matching.encoders.photo import PhotoEncoder
    from product_matching.listings.catalogue import read_catalogue
    from product_matching.workflows.build import build_bundle
    from product_matching.workflows.query_list import read_queries

    catalogue = folder / "catalogue"
    (catalogue / "images").mkdir(parents=True)
    rows = []
    for row, title in enumerate(_TITLES):
        picture(row // 2).save(catalogue / "images" / f"{row}.jpg", quality=60 + row)
        rows.append({"posting_id": f"p{row}", "image": f"{row}.jpg", "title": title, "label_group": f"g{row // 2}"})
    table = pd.DataFrame([*rows, {"posting_id": "none", "image": "", "title": "Topi rajut", "label_group": ""}])
    table.assign(price=range(len(table)), shop="Ann").to_csv(catalogue / "listings.csv", index=False)
    pd.DataFrame({"query_id": ["q"], "image": ["1.jpg"], "title": ["lamp"]}).to_csv(folder / "q.csv", index=False)
    model = make_model(folder / "model")
    encoder = PhotoEncoder.load(model, device="cpu", batch_size=8)
    listings = read_catalogue(catalogue / "listings.csv", images=catalogue / "images")
    queries = read_queries(folder / "q.csv", images=catalogue / "images")
    cache = EmbeddingCache(encoder.model, folder / "cache")
    build_bundle(listings, folder / "bundle", encoder=encoder, cache=cache, queries=queries)
    return Samples(catalogue, model, folder / "bundle", make_scorer(folder / "scorer"))


def picture(seed: int) -> Image.Image:
    """Soft coloured blobs."""
    coarse = np.random.default_rng(seed).integers(0, 256, size=(5, 5, 3), dtype=np.uint8)
    return Image.fromarray(coarse).resize((80, 64), Image.Resampling.BICUBIC)


def photo_bytes(kind: str, **options: object) -> bytes:
    """A picture as a file of some format."""
    stream = io.BytesIO()
    picture(3).save(stream, kind, **options)
    return stream.getvalue()


def make_model(folder: Path) -> Path:
    """A model folder with a small network of random but repeatable weights."""
    import timm
    import torch
    from safetensors.torch import save_file

    from product_matching.encoders.model_folder import PhotoModel, write_model_folder
    from product_matching.files import file_sha256

    torch.manual_seed(0)
    network = timm.create_model("test_efficientnet", num_classes=0)
    weights = folder.with_suffix(".safetensors")
    save_file(network.state_dict(), weights)
    half = (0.5, 0.5, 0.5)
    sha256, name = file_sha256(weights), "test_efficientnet"
    model = PhotoModel(
        name="tiny", backbone=name, weights_sha256=sha256, dimension=256, image_size=64, mean=half, std=half
    )
    write_model_folder(folder, model, weights)
    return folder


def make_scorer(folder: Path) -> Path:
    """The pair scorer that ships, with the first few of its trees, as reading all of them takes a second."""
    shutil.copytree(PROJECT / "models" / "pairs" / "demo", folder)
    settings = json.loads((folder / "scorer.json").read_text())
    for path in folder.glob("trees_*.txt"):
        text = path.read_text()
        models = [f"{model}end of trees\n" for model in text.split("end of trees\n") if model.strip()]
        few = ["\nTree=".join(model.split("\nTree=")[:4]).rstrip() + "\n\nend of trees\n" for model in models]
        path.write_text("".join(few))
        name = path.stem.removeprefix("trees_")
        settings["models"][name]["trees_sha256"] = hashlib.sha256("".join(few).encode()).hexdigest()
    (folder / "scorer.json").write_text(json.dumps(settings))
    return folder


def copy_linked(folder: Path, out: Path) -> Path:
    """A copy of a folder whose files are links; a file is replaced by `replace_file`, never written to."""
    shutil.copytree(folder, out, copy_function=lambda old, new: Path(new).hardlink_to(old))
    return out


def replace_file(path: Path, content: bytes) -> None:
    """Put other content under the name of a file; the one that it was linked to stays."""
    path.unlink(missing_ok=True)
    path.write_bytes(content)
