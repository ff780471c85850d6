r"""A million listings made of real ones by edits: built, searched, added to, matched and grouped, with what each takes.

    export PYTHONPATH=demo/generator:.
    python -m benchmarks.million build/million
    python -m benchmarks.million build/million --n 50000 --steps catalogue build search   # smaller, or some steps

Listings of two bundles are the start (`--bundles`). A listing that is added to them sells a made-up product: its title
is a real one with words of others (`benchmarks/title_edits.py`), its photo vector a random mixture of eight real ones
of its kind, which has their mean and covariance. Its listings have its title as different sellers write it, and its
vector moved by what an edit did to the vector of another photo: `displacements` edits 300 photos twice with the demo's
seller edits (crop, frame, banner, collage, JPEG), embeds them and keeps the differences. No photo is made or
embedded: the network, which would take days, is left out, pictures are those of the start at 48 pixels, and there are
no keypoints.

Every step runs in its own process, held to `--memory`, and its figures are written to `--out` at once: a second run
goes on with the first step that is missing.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import psutil

from benchmarks.growth.results import machine
from benchmarks.growth.running import Limits, watched
from benchmarks.made_photos import MadePhotos, MadeVectors, StandInEncoder
from benchmarks.million_report import write_table
from benchmarks.title_edits import TitleMaker, product_sizes
from product_matching.files import write_text
from product_matching.places import embeddings_folder
from product_matching.store.bundle import PHOTO_SHA256, Bundle, open_bundle

ROOT = Path(__file__).parents[1]
SEED, QUERIES, NEW, EDITED, COPIES, THUMBNAIL = 21, 200, 1_000, 300, 2, 48
#: Real vectors that are mixed into that of a made-up product, and listings that a kind has at least.
MIXED, LEAST_OF_A_KIND = 8, 50
Report = dict[str, Any]
Rows = npt.NDArray[np.int64]
Vectors = npt.NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class Work:
    """Where the files of a run lie, and what it is to be."""

    folder: Path
    n: int
    bundles: tuple[Path, ...]
    photos: Path
    memory_mb: float
    milliseconds: float
    photo_distance: float
    title_distance: float

    @property
    def bundle(self) -> Path:
        """The bundle that is built."""
        return self.folder / "embeddings" / "million"


def displacements(work: Work) -> Report:
    """Edit real photos, embed them, and keep by how much each moved its vector."""
    from product_matching.encoders.model_sources import open_photo_encoder
    from product_matching.listings.catalogue import read_catalogue
    from product_matching.listings.photos import decode_photo, read_photo
    from recipes.data.edited_copies import write_copies

    model = open_bundle(work.bundles[0]).manifest.photo_model
    if model is None:
        raise SystemExit(f"{work.bundles[0]} has no photos.")
    encoder = open_photo_encoder(model, device="cpu")
    catalogue = read_catalogue(work.photos / "listings.csv", images=work.photos / "images")
    with tempfile.TemporaryDirectory() as scratch:
        write_copies(catalogue, Path(scratch), copies=COPIES, most=EDITED, seed=SEED)
        table = pd.read_csv(Path(scratch) / "listings.csv", dtype=str)
        vectors = np.stack(
            [
                encoder.encode(decode_photo(read_photo(Path(scratch) / "images" / name), name=name))
                for name in table["image"]
            ]
        )
    own = np.flatnonzero(~table["posting_id"].str.contains("_").to_numpy(dtype=np.bool_))
    edited = np.setdiff1d(np.arange(len(table)), own)
    first = {str(table["label_group"][row]): row for row in own.tolist()}
    originals = np.array([first[str(group)] for group in table["label_group"][edited]])
    moved = vectors[edited] - vectors[originals]
    np.save(work.folder / "displacements.npy", moved.astype(np.float32))
    distance = 1 - np.vecdot(vectors[edited], vectors[originals])
    return {"edited": len(edited), "distance": _quartiles(distance)}


def catalogue(work: Work) -> Report:
    """Draw the listings: titles, products, and what each vector is made of."""
    rng = np.random.default_rng(SEED)
    starts = [open_bundle(path) for path in work.bundles]
    frames = [bundle.listings.assign(start=number) for number, bundle in enumerate(starts)]
    real = pd.concat([frame[["title", "start"]] for frame in frames], ignore_index=True).head(work.n)
    sizes = product_sizes(work.n - len(real), rng)
    product = np.concatenate([np.arange(len(real)), len(real) + np.repeat(np.arange(len(sizes)), sizes)])
    source = rng.integers(len(real), size=len(sizes))
    makers = [TitleMaker(frame["title"].tolist(), rng) for frame in frames]
    firsts = np.cumsum([0, *(len(frame) for frame in frames)])
    titles = real["title"].tolist()
    for row, size in zip(source.tolist(), sizes.tolist(), strict=True):
        start = int(real["start"].iloc[row])
        words = makers[start].product(row - int(firsts[start]))
        titles += [makers[start].listing(words) for _ in range(size)]
    order = rng.permutation(work.n)
    labels = np.where(product[order] < len(real), "", np.char.add("p", product[order].astype(str)))
    ids = [f"m{row:07d}" for row in range(work.n)]
    image = [f"{name}.jpg" for name in ids]
    title = [titles[row] for row in order.tolist()]
    frame = pd.DataFrame({"posting_id": ids, "title": title, "image": image, "label_group": labels})
    frame.to_parquet(work.folder / "listings.parquet", index=False)
    whole = np.concatenate([np.arange(len(real)), source])
    np.savez(work.folder / "plan.npz", product=product[order], source=whole, n_real=len(real))
    return {
        "listings": work.n,
        "real": len(real),
        "products": int(product[-1]) + 1,
        "largest_product": int(sizes.max()),
    }


class VectorMaker:
    """The photo vectors of the catalogue by row, always the same ones.

    Parameters
    ----------
    work
        Has the plan and the displacements.
    """

    def __init__(self, work: Work) -> None:
        starts = [open_bundle(path) for path in work.bundles]
        self._real = np.concatenate([np.asarray(bundle.photo_vectors) for bundle in starts])
        kinds = np.concatenate([_kinds(bundle, number) for number, bundle in enumerate(starts)])
        self._kind = np.unique(kinds, return_inverse=True)[1]
        self._members = [np.flatnonzero(self._kind == kind) for kind in range(self._kind.max() + 1)]
        self._means = [self._real[members].mean(axis=0) for members in self._members]
        self._moved = np.load(work.folder / "displacements.npy")
        with np.load(work.folder / "plan.npz") as plan:
            self._product, self._source, self._n_real = plan["product"], plan["source"], int(plan["n_real"])

    def __call__(self, rows: Rows) -> Vectors:
        """Vectors of some rows, of norm 1."""
        vectors = np.stack([self._vector(row, product) for row, product in zip(rows, self._product[rows], strict=True)])
        unit: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return unit.astype(np.float32)

    def _vector(self, row: int, product: int) -> Vectors:
        source = self._source[product]
        if product < self._n_real:
            real: Vectors = self._real[source]
            return real
        kind, rng = self._kind[source], np.random.default_rng([SEED, 1, product])
        members, mean = self._members[kind], self._means[kind]
        weights = rng.standard_normal(MIXED, dtype=np.float32) / np.float32(MIXED**0.5)
        made = mean + weights @ (self._real[members[rng.integers(len(members), size=MIXED)]] - mean)
        made /= np.linalg.norm(made)
        which = np.random.default_rng([SEED, 2, row]).integers(len(self._moved) + 1)
        moved: Vectors = made if which == len(self._moved) else made + self._moved[which]
        return moved

    def source_of(self, row: int) -> int:
        """The real listing that a row comes from."""
        return int(self._source[self._product[row]])


def _kinds(bundle: Bundle, number: int) -> npt.NDArray[np.str_]:
    """What kind each listing of a bundle is of; kinds of few listings are one."""
    column = next((name for name in ("kind", "type") if name in bundle.listings), None)
    if column is None:
        return np.full(len(bundle), str(number))
    kinds = bundle.listings[column].astype(str)
    rare = kinds.map(kinds.value_counts()) < LEAST_OF_A_KIND
    named: npt.NDArray[np.str_] = np.char.add(f"{number} ", kinds.where(~rare, "").to_numpy(dtype=str))
    return named


def build(work: Work) -> Report:
    """Build the bundle, as `build --memory --milliseconds` does, but for reading and embedding photos."""
    from product_matching.listings.catalogue import Catalogue
    from product_matching.search.budget import SearchBudget
    from product_matching.workflows.build import BuildOptions, build_bundle
    from product_matching.workflows.photo_index import describe_index

    starts = [open_bundle(path) for path in work.bundles]
    first = starts[0].manifest
    if first.photo_model is None:
        raise SystemExit(f"{work.bundles[0]} has no photos.")
    maker, pictures = VectorMaker(work), [_small(picture) for bundle in starts for picture in _pictures(bundle)]
    listings = pd.read_parquet(work.folder / "listings.parquet")
    work.bundle.parent.mkdir(exist_ok=True)
    embed = MadePhotos(picture=lambda row: pictures[maker.source_of(row)], phash=_phash)
    manifest = build_bundle(
        Catalogue(listings, work.folder),
        work.bundle,
        encoder=StandInEncoder(0, first.photo_model),
        options=BuildOptions(
            photo_threshold=work.photo_distance,
            title_threshold=work.title_distance,
            overwrite=True,
            keypoints=False,
            budget=SearchBudget(memory_mb=work.memory_mb, milliseconds=work.milliseconds),
            embed=embed,
        ),
        cache=MadeVectors(work.folder, maker),
    )
    files = {path.name: round(path.stat().st_size / 1e6) for path in work.bundle.iterdir()}
    said = "" if manifest.index.photo is None else describe_index(manifest.index.photo)
    return {"index": said, "disk_mb": sum(files.values()), "files_mb": files}


def _pictures(bundle: Bundle) -> list[bytes]:
    if bundle.thumbnails is None:
        return [b""] * len(bundle)
    return [bundle.thumbnails.get(row) or b"" for row in range(len(bundle))]


def _small(picture: bytes) -> bytes:
    from PIL import Image

    if not picture:
        return b""
    image, out = Image.open(BytesIO(picture)).convert("RGB"), BytesIO()
    image.thumbnail((THUMBNAIL, THUMBNAIL))
    image.save(out, "JPEG", quality=60)
    return out.getvalue()


def _phash(row: int) -> str:
    return np.random.default_rng([SEED, 3, row]).bytes(8).hex()


def search(work: Work) -> Report:
    """Open the bundle, and search it as Find does: by photo, by title, by both."""
    return _search(work.bundle)


def _search(folder: Path) -> Report:
    from product_matching.workflows.find import Finder, default_thresholds

    before = psutil.Process().memory_info().rss
    started = time.perf_counter()
    finder = Finder(open_bundle(folder))
    finder.load()
    opened = time.perf_counter() - started
    bundle, thresholds = finder.bundle, default_thresholds(finder.bundle)
    rows = np.random.default_rng(SEED).choice(len(bundle), QUERIES, replace=False).tolist()
    queries = [finder.listing_query(row) for row in rows]
    report: Report = {"open_s": round(opened, 2)}
    if finder.photo_index is not None:
        photos = [query.photo[None] for query in queries if query.photo is not None]
        report["photo_nearest_50"] = _times([partial(finder.photo_index.nearest, photo, 51) for photo in photos])
    if finder.title_index is not None:
        report["title_nearest_50"] = _times([partial(finder.title_index.nearest, each.title, 51) for each in queries])
    report["matches_by_both"] = _times([partial(finder.matches, query, thresholds) for query in queries])
    report["memory_mb"] = round((psutil.Process().memory_info().rss - before) / 1e6)
    report["listings"] = len(bundle)
    return report


def _times(works: list[Callable[[], Any]]) -> Report:
    for work in works[:10]:
        work()
    took = []
    for work in works:
        started = time.perf_counter()
        work()
        took.append(1000 * (time.perf_counter() - started))
    return {f"p{share}_ms": round(float(np.percentile(took, share)), 2) for share in (50, 95)}


def add(work: Work) -> Report:
    """Add listings of the demo with their photos, whose vectors are in the cache, and open the bundle again."""
    from benchmarks.add import new_listings
    from product_matching.encoders.cache import EmbeddingCache
    from product_matching.workflows.add_listings import add_listings

    demo = open_bundle(ROOT / "embeddings" / "demo")
    if demo.manifest.photo_model is None or demo.photo_vectors is None:
        raise SystemExit("The demo has no photos.")
    encoder = StandInEncoder(0, demo.manifest.photo_model)  # it is never asked: all vectors are in the cache
    cache = EmbeddingCache(encoder.model, work.folder / "cache")
    cache.put(dict(zip(demo.listings[PHOTO_SHA256], np.asarray(demo.photo_vectors), strict=True)))
    grown = work.bundle.with_name("grown")
    shutil.rmtree(grown, ignore_errors=True)
    shutil.copytree(work.bundle, grown, copy_function=os.link)  # a change writes new files beside
    new = new_listings(NEW, "new_")
    started = time.perf_counter()
    add_listings(grown, new, open_encoder=lambda _: encoder, cache=cache)
    return {"added": NEW, "add_s": round(time.perf_counter() - started, 2)}


def grown(work: Work) -> Report:
    """Open and search the bundle that was added to."""
    return _search(work.bundle.with_name("grown"))


def compact(work: Work) -> Report:
    """Make one piece of the bundle that was added to."""
    from product_matching.workflows.compact_bundle import compact_bundle
    from product_matching.workflows.photo_index import describe_index

    started = time.perf_counter()
    manifest = compact_bundle(work.bundle.with_name("grown"))
    said = "" if manifest.index.photo is None else describe_index(manifest.index.photo)
    return {"compact_s": round(time.perf_counter() - started, 1), "index": said}


def compacted(work: Work) -> Report:
    """Open and search the compacted bundle; then the copy goes."""
    path = work.bundle.with_name("grown")
    report = _search(path)
    shutil.rmtree(path)
    return report


def review(work: Work) -> Report:
    """Match the whole catalogue by distances, group it, and give the first page of groups, as Review does."""
    from product_matching.app.address import Address
    from product_matching.app.review.groups import page_of_groups
    from product_matching.matching.thresholds import Thresholds
    from product_matching.workflows.catalogue_groups import group_matches
    from product_matching.workflows.match import match_by_defaults

    bundle, stages = open_bundle(work.bundle), Stages()
    started = time.perf_counter()
    decided = match_by_defaults(bundle, Thresholds(), progress=stages)
    matched = time.perf_counter() - started
    found = group_matches(decided, progress=stages)
    grouped = time.perf_counter() - started - matched
    page = page_of_groups(bundle, found, Address())
    shown = time.perf_counter() - started - matched - grouped
    return {
        "match_s": round(matched, 1),
        "group_s": round(grouped, 1),
        "first_page_s": round(shown, 1),
        "stages_s": stages.seconds(),
        "matches": len(decided.matches.rows),
        "groups": len(found.groups),
        "listings_in_groups": found.n_grouped,
        "heading": page.heading,
        "same_product": _agreement(bundle, found.numbers),
    }


def _agreement(bundle: Bundle, numbers: Rows) -> Report:
    """Of the made-up listings: how many pairs of a group are of one product, and of a product in one group."""
    names = np.full(len(numbers), "") if bundle.labels is None else bundle.labels.astype(str)
    made = np.flatnonzero(names != "")
    labels, numbers = np.unique(names[made], return_inverse=True)[1], numbers[made]

    def pairs(*keys: Rows) -> int:
        counts = np.unique(np.stack(keys), axis=1, return_counts=True)[1]
        return int((counts * (counts - 1) // 2).sum())

    both = pairs(numbers, labels)
    return {"precision": round(both / pairs(numbers), 4), "recall": round(both / pairs(labels), 4)}


class Stages:
    """Progress that notes the seconds of each stage."""

    cancelled = False

    def __init__(self) -> None:
        self._begun: list[tuple[str, float]] = []

    def begin(self, description: str, total: int, *, unit: str = "") -> None:
        """Note a stage."""
        del total, unit
        self._begun.append((description, time.perf_counter()))

    def advance(self, n: int = 1) -> None:
        """Note nothing."""

    def seconds(self) -> list[tuple[str, float]]:
        """Seconds from the begin of each stage to that of the next."""
        ends = [begun for _, begun in self._begun[1:]] + [time.perf_counter()]
        return [(name, round(end - begun, 1)) for (name, begun), end in zip(self._begun, ends, strict=True)]


STEPS: dict[str, Callable[[Work], Report]] = {
    "displacements": displacements,
    "catalogue": catalogue,
    "build": build,
    "search": search,
    "add": add,
    "grown": grown,
    "compact": compact,
    "compacted": compacted,
    "review": review,
}


def _quartiles(values: npt.NDArray[np.floating]) -> list[float]:
    return [round(float(value), 3) for value in np.percentile(values, (25, 50, 75))]


def main() -> None:
    """Run the steps that are missing."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="where all is made; 15 GB for a million")
    parser.add_argument("--n", type=int, default=1_000_000)
    parser.add_argument("--bundles", nargs="+", type=Path, help="bundles of one model; apparel and demo without")
    parser.add_argument(
        "--photos", type=Path, default=ROOT / "data" / "apparel", help="listings.csv and images/ to edit"
    )
    parser.add_argument("--budget-memory", type=float, default=1_500.0, help="megabytes of the photos' index")
    parser.add_argument("--milliseconds", type=float, default=20.0, help="of one search for a photo")
    parser.add_argument("--photo-distance", type=float, default=0.22, help="threshold of the photos")
    parser.add_argument("--title-distance", type=float, default=0.3, help="threshold of the titles")
    parser.add_argument("--memory", type=float, default=12_000.0, help="megabytes that a step may take")
    parser.add_argument("--limit", type=float, default=7_200.0, help="seconds that a step may take")
    parser.add_argument("--steps", nargs="+", choices=list(STEPS), default=list(STEPS))
    parser.add_argument("--again", action="store_true", help="run steps that were run before")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "million.json")
    parser.add_argument("--page", type=Path, default=ROOT / "docs" / "growth.md", help="page for the table")
    parser.add_argument("--run", choices=list(STEPS), help=argparse.SUPPRESS)
    options = parser.parse_args()
    bundles = options.bundles or [embeddings_folder() / name for name in ("apparel", "demo")]
    folder = options.folder.absolute()
    work = Work(
        folder=folder,
        n=options.n,
        bundles=tuple(bundles),
        photos=options.photos.absolute(),
        memory_mb=options.budget_memory,
        milliseconds=options.milliseconds,
        photo_distance=options.photo_distance,
        title_distance=options.title_distance,
    )
    if options.run is not None:
        print(json.dumps(STEPS[options.run](work)))
        return
    folder.mkdir(parents=True, exist_ok=True)
    done: Report = json.loads(options.out.read_text(encoding="utf-8")) if options.out.is_file() else {}
    report: Report = done if done.get("n") == options.n else {"n": options.n}
    limits = Limits(options.limit, options.memory, sys.executable)
    for step in options.steps:
        if step in report and not options.again and "stopped" not in report[step]:
            continue
        command = [sys.executable, "-m", "benchmarks.million", *sys.argv[1:], "--run", step]
        started = time.perf_counter()
        report[step] = watched(command, limits)
        report[step]["seconds"] = round(time.perf_counter() - started, 1)
        report["machine"] = machine()
        write_text(options.out, json.dumps(report, indent=1) + "\n", parents=True)
        print(step, report[step], flush=True)
        write_table(report, options.page)
        if "stopped" in report[step] and step in {"displacements", "catalogue", "build"}:
            raise SystemExit(f"The step {step} did not end.")


if __name__ == "__main__":
    main()
