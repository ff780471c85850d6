"""Fixtures that several test files share."""

from __future__ import annotations

import io
import os
import socket
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings
from PIL import Image

settings.register_profile("repeatable", derandomize=True, deadline=None, database=None)
settings.register_profile("nightly", deadline=None, max_examples=500, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))

DATA_VARIABLE = "PRODUCT_MATCHING_DATA"


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """The folder of real data sets; the test is skipped where there is none."""
    folder = Path(os.environ.get(DATA_VARIABLE) or Path(__file__).parent.parent / "data")
    if not folder.is_dir():
        pytest.skip(f"the real data sets are not at {folder} (set {DATA_VARIABLE} to their folder)")
    return folder


@pytest.fixture(scope="session")
def need_data(data_folder: Path) -> Callable[[str], Path]:
    """Path of a file or folder below the data folder, as in ``need_data("shopee/train.csv")``; skipped without it."""

    def path_of(relative: str) -> Path:
        path = data_folder / relative
        if not path.exists():
            pytest.skip(f"there is no {relative} in the data folder {data_folder}")
        return path

    return path_of


@pytest.fixture(scope="session")
def make_photo() -> Callable[..., Image.Image]:
    """A function that draws a photo of soft coloured blobs, the same for the same seed and size."""

    def draw(seed: int = 0, width: int = 64, height: int = 64) -> Image.Image:
        coarse = np.random.default_rng(seed).integers(0, 256, size=(5, 5, 3), dtype=np.uint8)
        return Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC)

    return draw


@pytest.fixture(scope="session")
def encode_photo() -> Callable[..., bytes]:
    """A function that writes a picture as the bytes of a file of some format."""

    def encode(image: Image.Image, file_format: str = "PNG", **options: object) -> bytes:
        buffer = io.BytesIO()
        image.save(buffer, file_format, **options)
        return buffer.getvalue()

    return encode


@pytest.fixture(autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep tests away from the user's data folder and from each other."""
    monkeypatch.setenv("PRODUCT_MATCHING_HOME", str(tmp_path_factory.mktemp("home")))


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Refuse every connection and every look-up of a name beyond this machine; returns what was tried."""
    tried: list[str] = []

    def refuse(*address: object, **_: object) -> object:
        tried.append(repr(address[-1] if address else ""))
        raise OSError(101, "Network is unreachable")

    def connect(self: socket.socket, address: object) -> object:
        local = self.family == getattr(socket, "AF_UNIX", None) or str(address).startswith(("('127.", "('::1"))
        return plainly(self, address) if local else refuse(address)

    plainly = socket.socket.connect
    monkeypatch.setattr(socket.socket, "connect", connect)
    monkeypatch.setattr(socket.socket, "connect_ex", connect)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    return tried


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model folder with a network of 99,000 random but repeatable weights for photos of 64 px."""
    import timm
    import torch
    from safetensors.torch import save_file

    from product_matching.encoders.model_folder import PhotoModel, write_model_folder
    from product_matching.files import file_sha256

    folder = tmp_path_factory.mktemp("models") / "tiny"
    weights = tmp_path_factory.mktemp("weights") / "weights.safetensors"
    with torch.random.fork_rng():
        torch.manual_seed(0)
        network = timm.create_model("test_efficientnet", num_classes=0)
    save_file(network.state_dict(), weights)
    model = PhotoModel(
        name="tiny",
        backbone="test_efficientnet",
        weights_sha256=file_sha256(weights),
        dimension=network.num_features,
        image_size=64,
        mean=(0.5, 0.5, 0.5),
        std=(0.5, 0.5, 0.5),
    )
    write_model_folder(folder, model, weights)
    return folder


@pytest.fixture(scope="session")
def tiny_sentence_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a sentence-transformers model of 15,000 random but repeatable weights over the words of few titles."""
    pytest.importorskip("sentence_transformers", reason="the extra 'sentence' is not installed")
    import torch
    from transformers import BertConfig, BertModel, BertTokenizerFast

    folder = tmp_path_factory.mktemp("sentence") / "tiny"
    letters = [*"abcdefghijklmnopqrstuvwxyz0123456789"]
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *letters, *(f"##{letter}" for letter in letters)]
    folder.mkdir()
    (folder / "vocab.txt").write_text("\n".join(pieces) + "\n", encoding="utf-8")
    BertTokenizerFast(vocab=str(folder / "vocab.txt")).save_pretrained(folder)
    config = BertConfig(
        vocab_size=len(pieces),
        hidden_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=64,
    )
    with torch.random.fork_rng():
        torch.manual_seed(0)
        BertModel(config).save_pretrained(folder)
    return folder


SMALL_PRODUCTS = (
    "Daia Detergen Bubuk 1,8 kg",
    "Nescafe Eclair Latte 220ml",
    "Sprayer Pompa Kyokan 2 Liter",
    "Tepung Terigu Hana Emas 1 Kg",
    "Kotak Sepatu Lipat Transparan",
    "Paper Bag Victoria Secret",
    "Jam Tangan Wanita Rantai Emas",
    "Speaker Bluetooth Fleco F6",
)


@pytest.fixture(scope="session")
def small_catalogue(tmp_path_factory: pytest.TempPathFactory, make_photo: Callable[..., Image.Image]) -> Path:
    """Folder with ``listings.csv`` and ``images/``: 8 products, three listings each, and one without a photo.

    The three photos of a product are the drawn one, a recompressed one and a brighter one.
    """
    folder = tmp_path_factory.mktemp("catalogue")
    (folder / "images").mkdir()
    lines = ["posting_id,image,title,label_group,price"]
    for product, title in enumerate(SMALL_PRODUCTS):
        drawn = make_photo(product, 96, 80)
        drawn.save(folder / "images" / f"{product}a.png")
        drawn.save(folder / "images" / f"{product}b.jpg", quality=60)
        drawn.point(lambda value: min(255, value + 12)).save(folder / "images" / f"{product}c.jpg", quality=90)
        titles = (title, f"READY STOCK {title}", f"{title.upper()} ORIGINAL murah")
        for letter, suffix, text in zip("abc", ("png", "jpg", "jpg"), titles, strict=True):
            lines.append(f'{product}{letter},{product}{letter}.{suffix},"{text}",group{product},{10 * product}')
    lines.append('8a,,"Gantungan Kunci Kayu",group8,5')
    (folder / "listings.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def small_bundle(tmp_path_factory: pytest.TempPathFactory, small_catalogue: Path, tiny_model: Path) -> Path:
    """The bundle of `small_catalogue` under `tiny_model`; read it, do not change it."""
    from product_matching.encoders.cache import EmbeddingCache
    from product_matching.encoders.photo import PhotoEncoder
    from product_matching.listings.catalogue import read_catalogue
    from product_matching.workflows.build import build_bundle

    catalogue = read_catalogue(small_catalogue / "listings.csv", images=small_catalogue / "images")
    encoder = PhotoEncoder.load(tiny_model, device="cpu", batch_size=8)
    cache = EmbeddingCache(encoder.model, tmp_path_factory.mktemp("cache"))
    out = tmp_path_factory.mktemp("embeddings") / "small"
    build_bundle(catalogue, out, encoder=encoder, cache=cache)
    return out


#: Sample queries of `small_catalogue`: photos that it does not have, of three of its products and of two others.
SAMPLE_QUERIES = (
    ("q3", "Hana Emas Tepung Terigu 1kg promo", "group3", "flour", 3),
    ("q5", "", "group5", "bag", 5),
    ("none", "Dompet Kulit Pria", "", "wallet", 98),
    ("q7", "Speaker Fleco F6", "group7", "speaker", 7),
    ("gone", "Topi Rajut", "group77", "", 97),
)


@pytest.fixture(scope="session")
def small_queries(small_catalogue: Path, make_photo: Callable[..., Image.Image]) -> Path:
    """A list of `SAMPLE_QUERIES`, whose photos lie below the images of `small_catalogue`."""
    (small_catalogue / "images" / "queries").mkdir()
    lines = ["query_id,image,title,label_group,kind,camera"]
    for query_id, title, label, kind, seed in SAMPLE_QUERIES:
        photo = make_photo(seed, 96, 80).point(lambda value: max(0, value - 3))
        photo.save(small_catalogue / "images" / "queries" / f"{query_id}.jpg", quality=85)
        lines.append(f"{query_id},queries/{query_id}.jpg,{title},{label},{kind},phone")
    (small_catalogue / "queries.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return small_catalogue / "queries.csv"


@pytest.fixture(scope="session")
def sampled_bundle(
    tmp_path_factory: pytest.TempPathFactory, small_catalogue: Path, small_queries: Path, tiny_model: Path
) -> Path:
    """The bundle of `small_catalogue` with `small_queries`, as the demo catalogue is one; do not change it."""
    from product_matching.encoders.cache import EmbeddingCache
    from product_matching.encoders.photo import PhotoEncoder
    from product_matching.listings.catalogue import read_catalogue
    from product_matching.workflows.build import build_bundle
    from product_matching.workflows.query_list import read_queries

    images = small_catalogue / "images"
    encoder = PhotoEncoder.load(tiny_model, device="cpu", batch_size=8)
    out = tmp_path_factory.mktemp("sampled") / "demo"
    build_bundle(
        read_catalogue(small_catalogue / "listings.csv", images=images),
        out,
        encoder=encoder,
        cache=EmbeddingCache(encoder.model, tmp_path_factory.mktemp("cache")),
        queries=read_queries(small_queries, images=images),
    )
    return out
