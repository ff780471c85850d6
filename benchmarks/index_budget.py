"""A million vectors and a million titles under a budget of memory and time, side by side with plain FAISS.

    python benchmarks/index_budget.py --json index_budget.json
    python benchmarks/index_budget.py --n 100000                   # smaller
    python benchmarks/index_budget.py --bundle embeddings/apparel  # its vectors enlarged by noise, not drawn ones

Vectors are like embeddings: 200 kinds, products scattered around a kind, and most products with one listing, the others
with up to 30 at a distance of about .2, some beyond the threshold. Queries are listings, and do not count as their own
neighbours. For the rows "with copies" 2,000 times the same vector is added; unrelated pairs are counted as before. Each
contender runs in its own process; a query has one thread. `ours` searches what
`build --memory 1.5GB --milliseconds 20` writes.

Memory is the growth of the resident set over a process that has only imported everything; pages of mapped files that
are in use count. Titles are those of the demo, edited: words dropped, taken from other titles, and new.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from product_matching.search.mapped import release_pages

SEED, QUERIES, K, THRESHOLD = 7, 500, 50, 0.25
COPIES, DIMENSIONS, BLOCK = 2_000, 256, 20_000
CONTENDERS = ("ours", "ours with copies", "faiss flat", "faiss ivf", "faiss ivf with copies", "titles")
Times = dict[str, list[float]]
ROOT = Path(__file__).parents[1]


def main() -> None:
    """Write the data, run each contender in its own process, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--n", type=int, default=1_000_000)
    parser.add_argument("--dimensions", type=int, default=DIMENSIONS)
    parser.add_argument("--bundle", type=Path, help="bundle whose photo vectors are enlarged instead")
    parser.add_argument("--folder", type=Path, help="where the data is written, and kept")
    parser.add_argument("--only", nargs="+", choices=CONTENDERS, default=list(CONTENDERS))
    parser.add_argument("--json", type=Path)
    parser.add_argument("--run", choices=CONTENDERS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.run is not None:
        print(json.dumps(run(options.run, options.folder)))
        return
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.folder or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        write_vectors(folder, options)
        if "titles" in options.only:
            write_titles(folder, options.n)
        report = {"n": options.n, "dimensions": options.dimensions, "load": os.getloadavg()[0], "rows": {}}
        for name in options.only:
            report["rows"][name] = start(name, folder)
            print(name, report["rows"][name], flush=True)
        if options.json is not None:
            options.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    print(table(report))


def write_vectors(folder: Path, options: argparse.Namespace) -> None:
    """Write the vectors, with and without copies, the queries, and what each of them should find."""
    from product_matching.search.recall import true_neighbours

    if (folder / "true.npz").is_file():
        return
    rng = np.random.default_rng(SEED)
    draw = (
        drawn(options.n, options.dimensions, rng)
        if options.bundle is None
        else enlarged(options.bundle, options.n, rng)
    )
    n = options.n
    vectors = fill(folder / "vectors.npy", draw, n, COPIES)
    rows = np.sort(rng.choice(np.arange(1, n), QUERIES, replace=False))
    true = true_neighbours(vectors[:n], rows, THRESHOLD, k=K)
    np.savez(folder / "true.npz", rows=rows, offsets=true.offsets, found=true.rows, n=n)


def fill(path: Path, draw: Callable[[int, int], np.ndarray], n: int, copies: int = 0) -> np.ndarray:
    """Write `n` drawn vectors at norm 1, and so many copies of the first behind them."""
    shape = (n + copies, draw(0, 1).shape[1])
    vectors = np.lib.format.open_memmap(path, mode="w+", dtype="<f4", shape=shape)
    for start_row in range(0, n, BLOCK):
        block = draw(start_row, min(n, start_row + BLOCK))
        vectors[start_row : start_row + len(block)] = block / np.linalg.norm(block, axis=1, keepdims=True)
    vectors[n:] = vectors[0]
    vectors.flush()
    return vectors


def drawn(n: int, width: int, rng: np.random.Generator) -> Callable[[int, int], np.ndarray]:
    """Vectors like embeddings: kinds, products of a kind, and listings of a product, in no order."""
    kinds = rng.normal(size=(200, width)).astype(np.float32)
    sizes = np.where(rng.random(n) < 0.7, 1, np.minimum(30, 1 + rng.geometric(0.35, n)))
    product = rng.permutation(np.repeat(np.arange(n), sizes)[:n])
    kind = rng.integers(0, len(kinds), n)

    def draw(first: int, last: int) -> np.ndarray:
        block = np.empty((last - first, width), dtype=np.float32)
        noise = np.random.default_rng([SEED, first]).normal(size=block.shape).astype(np.float32)
        for place, which in enumerate(product[first:last].tolist()):
            own = np.random.default_rng([SEED, 1, which]).standard_normal(width, dtype=np.float32)
            block[place] = 0.7 * kinds[kind[which]] + own + SPREAD * noise[place]
        return block

    return draw


#: Distance of two listings of a product: about .2, some beyond the threshold.
SPREAD = 0.6


def enlarged(bundle: Path, n: int, rng: np.random.Generator) -> Callable[[int, int], np.ndarray]:
    """The photo vectors of a bundle, each with as many noisy ones as make up `n`, projected to 256 dimensions."""
    vectors = np.load(bundle / "photo_vectors.npy", mmap_mode="r")
    base = np.array(vectors[vectors.any(axis=1)])
    _, _, axes = np.linalg.svd(base[rng.permutation(len(base))[:4_000]], full_matrices=False)
    base = base @ axes[:DIMENSIONS].T
    base /= np.linalg.norm(base, axis=1, keepdims=True)
    spread = base.std(axis=0)

    def draw(first: int, last: int) -> np.ndarray:
        own = np.random.default_rng([SEED, first])
        rows = np.arange(first, last)
        noise = own.normal(size=(len(rows), base.shape[1])).astype(np.float32) * spread
        # The first copy stays; of the others some are near their listing and some are listings of their own.
        scale = np.where(rows < len(base), 0.0, own.choice([0.2, 0.5, 1.0], len(rows)))
        made: np.ndarray = (base[rows % len(base)] + scale[:, None] * noise).astype(np.float32)
        return made

    return draw


def write_titles(folder: Path, n: int) -> None:
    """Write titles of the demo with words dropped, taken from others, and new ones, as vectors."""
    import pandas as pd
    import scipy.sparse

    from product_matching.encoders.tfidf import TitleEncoder

    if (folder / "titles.npz").is_file():
        return
    rng = np.random.default_rng(SEED)
    base = [title.split() for title in pd.read_csv(ROOT / "demo" / "listings.csv")["title"].tolist()]
    words = [word for title in base for word in title]
    titles = [" ".join(edit(base[row], words, rng)) for row in rng.integers(0, len(base), n)]
    scipy.sparse.save_npz(folder / "titles.npz", TitleEncoder.fit(titles).encode(titles), compressed=False)


def edit(title: list[str], words: list[str], rng: np.random.Generator) -> list[str]:
    """Drop one word of seven, add up to three of other titles, and one time in ten a new one."""
    kept = [word for word, there in zip(title, rng.random(len(title)) > 1 / 7, strict=True) if there]
    kept += [words[place] for place in rng.integers(0, len(words), rng.integers(0, 4))]
    return kept + ([f"x{rng.integers(0, 100_000)}"] if rng.random() < 0.1 else [])


def start(name: str, folder: Path) -> dict[str, Any]:
    """Run one contender in its own process."""
    command = [sys.executable, __file__, "--run", name, "--folder", str(folder)]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env=os.environ | {"OMP_NUM_THREADS": "2"}
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def run(name: str, folder: Path) -> dict[str, Any]:
    """Build one contender and search with it."""
    import faiss
    import scipy.sparse

    import product_matching.workflows.photo_index  # noqa: F401 - what every search loads counts for none
    from product_matching.search.flat import FlatIndex  # noqa: F401
    from product_matching.search.ivf import IvfIndex  # noqa: F401
    from product_matching.search.sparse import SparseIndex

    before = resident()
    if name == "titles":
        matrix: Any = scipy.sparse.load_npz(folder / "titles.npz")
        started = time.perf_counter()
        index = SparseIndex(matrix)
        built = time.perf_counter() - started
        rows = np.random.default_rng(SEED).choice(matrix.shape[0], QUERIES, replace=False)
        queries = [matrix[row] for row in rows]
        found, times = searched(lambda query: index.nearest(query, K).of(0)[0], queries)
        del found
        return figures(times, None, before, built, disk=0) | {"longest_list": int(np.diff(matrix.tocsc().indptr).max())}
    with np.load(folder / "true.npz") as file:
        rows, n = file["rows"], int(file["n"])
        true = [file["found"][a:b] for a, b in zip(file["offsets"], file["offsets"][1:], strict=False)]
    vectors = np.load(folder / "vectors.npy", mmap_mode="r")
    copied = "copies" in name
    vectors = vectors if copied else vectors[:n]
    queries = [np.array(vectors[row])[None] for row in rows]
    release_pages(vectors)
    make = {"ours": ours, "faiss flat": faiss_flat, "faiss ivf": faiss_ivf}[name.removesuffix(" with copies")]
    search, built, disk, said = make(vectors, folder, copied)
    found, times = searched(search, queries)
    memory = resident() - before
    recall = [
        np.isin(wanted, near[near != row][: K if not copied else None]).mean()
        for row, wanted, near in zip(rows, true, found, strict=True)
        if len(wanted)
    ]
    result = figures(times, float(np.mean(recall)), before, built, disk=disk) | {"memory_mb": round(memory / 1e6)}
    del faiss
    return result | {"with_neighbours": len(recall), "said": said}


def ours(vectors: np.ndarray, folder: Path, copied: bool) -> tuple[Any, float, int, str]:  # noqa: FBT001
    """What `build` writes for a budget, opened in a process of its own that did not build it."""
    from product_matching.search.budget import SearchBudget, choose_index
    from product_matching.search.inverted_lists import InvertedLists
    from product_matching.search.ivf import IvfIndex
    from product_matching.search.spec import IndexSpec
    from product_matching.store.manifest import PHOTO_CODES_FILE, PHOTO_LISTS_FILE
    from product_matching.workflows.photo_index import describe_index, write_photo_index

    place = folder / ("ours_copies" if copied else "ours")
    budget = SearchBudget(memory_mb=1_500.0, milliseconds=20.0)
    choice = choose_index(len(vectors), vectors.shape[1], budget)
    if choice.kind == "flat":
        raise SystemExit(f"The flat index fits {len(vectors):,} vectors: take more of them.")
    if not (place / "spec.json").is_file():
        place.mkdir(exist_ok=True)
        started = time.perf_counter()
        pid = os.fork()  # the memory of building is not that of searching
        if pid == 0:
            spec = write_photo_index(place, vectors, choice, THRESHOLD)
            seconds = time.perf_counter() - started
            told = {
                "probes": None if spec.ivf is None else spec.ivf.probes,
                "seconds": seconds,
                "said": describe_index(spec),
            }
            (place / "spec.json").write_text(json.dumps(told))
            os._exit(0)
        os.waitpid(pid, 0)
    told = json.loads((place / "spec.json").read_text())
    lists = InvertedLists.load(place / PHOTO_LISTS_FILE, place / PHOTO_CODES_FILE)
    index = IvfIndex(vectors, lists=lists, probes=told["probes"])
    assert IndexSpec("ivf", exact=False).exact == index.exact
    disk = sum((place / name).stat().st_size for name in (PHOTO_CODES_FILE, PHOTO_LISTS_FILE))
    return lambda query: index.nearest(query, K + 1).of(0)[0], told["seconds"], disk, told["said"]


def faiss_flat(vectors: np.ndarray, folder: Path, copied: bool) -> tuple[Any, float, int, str]:  # noqa: FBT001
    """`faiss.IndexFlatIP`."""
    import faiss

    del folder, copied
    started = time.perf_counter()
    index = faiss.IndexFlatIP(vectors.shape[1])
    for start_row in range(0, len(vectors), BLOCK):
        index.add(np.ascontiguousarray(vectors[start_row : start_row + BLOCK]))
    built = time.perf_counter() - started
    release_pages(vectors)
    faiss.omp_set_num_threads(1)
    return lambda query: index.search(query, K + 1)[1][0], built, 0, "exact"


def faiss_ivf(vectors: np.ndarray, folder: Path, copied: bool) -> tuple[Any, float, int, str]:  # noqa: FBT001
    """`faiss.IndexIVFFlat` as in its documentation, with as many lists and probes as ours."""
    import faiss

    from product_matching.search.budget import default_lists

    told = json.loads((folder / ("ours_copies" if copied else "ours") / "spec.json").read_text())
    lists = default_lists(len(vectors))
    started = time.perf_counter()
    index = train_faiss_ivf(vectors, lists, told["probes"])
    built = time.perf_counter() - started
    release_pages(vectors)
    faiss.omp_set_num_threads(1)
    return lambda query: index.search(query, K + 1)[1][0], built, 0, f"{lists:,} lists, {index.nprobe} searched"


def train_faiss_ivf(vectors: np.ndarray, lists: int, probes: int) -> Any:
    """Train `faiss.IndexIVFFlat` on 32 vectors a list, and add all."""
    import faiss

    index = faiss.IndexIVFFlat(faiss.IndexFlatIP(vectors.shape[1]), vectors.shape[1], lists, faiss.METRIC_INNER_PRODUCT)
    sample = np.random.default_rng(SEED).choice(len(vectors), min(len(vectors), 32 * lists), replace=False)
    index.train(np.ascontiguousarray(vectors[np.sort(sample)]))
    for start_row in range(0, len(vectors), BLOCK):
        index.add(np.ascontiguousarray(vectors[start_row : start_row + BLOCK]))
    index.nprobe = probes
    return index


def searched(
    search: Callable[[Any], np.ndarray], queries: list[Any]
) -> tuple[list[np.ndarray], dict[str, list[float]]]:
    """Ask every query alone; milliseconds of the clock and of the processor, after twenty that are not timed."""
    for query in queries[:20]:
        search(query)
    found: list[np.ndarray] = []
    times: Times = {"wall": [], "processor": []}
    for query in queries:
        wall, own = time.perf_counter(), time.thread_time()
        found.append(search(query))
        times["processor"].append(1000 * (time.thread_time() - own))
        times["wall"].append(1000 * (time.perf_counter() - wall))
    return found, times


def figures(times: Times, recall: float | None, before: int, built: float, *, disk: int) -> dict[str, Any]:
    """The figures of one contender."""
    gc.collect()
    told: dict[str, Any] = {
        f"{clock}_p{share}_ms": round(float(np.percentile(values, share)), 2)
        for clock, values in times.items()
        for share in (50, 95)
    }
    return told | {
        "recall": None if recall is None else round(recall, 4),
        "memory_mb": round((resident() - before) / 1e6),
        "resident_mb": round(resident() / 1e6),
        "build_s": round(built, 1),
        "disk_mb": round(disk / 1e6),
        "load": round(os.getloadavg()[0], 1),
    }


def resident() -> int:
    """Bytes of this process in memory, pages of mapped files included."""
    return int(psutil.Process().memory_info().rss)


def table(report: dict[str, Any]) -> str:
    """The rows as Markdown."""
    lines = ["| | p50, p95 ms | processor p95 ms | recall@50 | memory MB | resident MB | build s | disk MB | load |"]
    lines.append("|---|---|---|---|---|---|---|---|---|")
    for name, row in report["rows"].items():
        recall = "exact" if row["recall"] is None else f"{row['recall']:.4f}"
        lines.append(
            f"| {name} | {row['wall_p50_ms']}, {row['wall_p95_ms']} | {row['processor_p95_ms']} | {recall} | "
            f"{row['memory_mb']} | {row['resident_mb']} | {row['build_s']} | {row['disk_mb']} | {row['load']} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
