"""Time of the exact self-join of a catalogue within a distance, beside what a user would take instead.

    python benchmarks/self_join.py --json
    python benchmarks/self_join.py --bundle apparel
    python benchmarks/self_join.py --bundle shopee_titles --side title

Without a bundle the vectors are made up like those of an ArcFace network: groups of a few listings around random
directions, N x D, seeded (`arcface_like`). With one they are its photos or titles, at its own threshold. Each contender
runs in its own process, by turns. Imports and the start of its threads are not timed; building an index is. The join
runs twice: in a process that has torch imported, as the app and ``build`` have, and without it, as in ``match``.

- photos: ``faiss.IndexFlatIP.range_search``; scikit-learn's ``NearestNeighbors(metric="cosine", algorithm="brute")``
  with ``radius_neighbors``, once; NumPy products of 512 rows with all rows that follow
- titles: ``sparse_dot_topn.sp_matmul_topn`` with a threshold, on which string_grouper runs; scikit-learn as above;
  SciPy products of 512 rows with all rows that follow

The pairs of all must be the same, but for those nearer to the threshold than single precision can tell
(`product_slack`). The floating-point limit is the best of several large products in the process of the join, on as
many threads; the bandwidth is that of copying 256 MB. On a machine that has other work, processor seconds tell more.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse

SEED = 13
BLOCK_ROWS = 512
#: Listings of a group: shares of 2, 3, 4, ... as among the listings of Shopee.
GROUP_SIZES = (0.634, 0.162, 0.078, 0.038, 0.024, 0.017, 0.012, 0.010, 0.008, 0.017)
#: How far listings are from the direction of their group: the length of the noise, from the nearest to the farthest.
NOISE = (0.15, 0.85)
#: Side of the products that measure the floating-point limit, and numbers that are copied.
LIMIT_ROWS, COPIED = 2048, 64_000_000
Keys = np.ndarray


def arcface_like(n: int, width: int, copies: int = 0) -> np.ndarray:
    """Unit vectors in groups around random directions, in random order; shape (N, D), float32.

    Parameters
    ----------
    n, width
        N and D.
    copies
        So many of them are replaced by copies of one: a placeholder.
    """
    rng = np.random.default_rng(SEED)
    sizes = rng.choice(np.arange(2, 2 + len(GROUP_SIZES)), size=n, p=GROUP_SIZES)
    group = np.repeat(np.arange(n), sizes)[:n]
    centres = _unit(rng.normal(size=(group[-1] + 1, width)).astype(np.float32))
    noise = _unit(rng.normal(size=(n, width)).astype(np.float32)) * rng.uniform(*NOISE, size=(n, 1))
    vectors = _unit(centres[group] + noise)[rng.permutation(n)].astype(np.float32)
    vectors[rng.choice(n, copies, replace=False)] = vectors[0]
    return vectors


def _unit(rows: np.ndarray) -> np.ndarray:
    unit: np.ndarray = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return unit


def ours(vectors: Any, threshold: float) -> Keys:
    """The join of this project."""
    if scipy.sparse.issparse(vectors):
        from product_matching.search.joins.sparse import SparseJoin

        found = SparseJoin().within(vectors, threshold)
    else:
        from product_matching.search.joins.dense import DenseJoin

        found = DenseJoin().within(vectors, threshold)
    return _keys(found.queries(), found.rows, vectors.shape[0])


def ours_with_torch(vectors: Any, threshold: float) -> Keys:
    """The join where torch is imported, as in the app: it multiplies in bfloat16 where the processor can."""
    import torch  # noqa: F401 - the join looks whether it is there

    return ours(vectors, threshold)


def by_faiss(vectors: np.ndarray, threshold: float) -> Keys:
    """Range search of every vector in a flat index."""
    import faiss

    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    offsets, _, rows = index.range_search(vectors, 1.0 - threshold)
    counts: Keys = np.asarray(offsets[1:] - offsets[:-1], dtype=np.int64)
    queries = np.repeat(np.arange(len(vectors)), counts)
    return _keys(queries, rows, len(vectors))


def by_sklearn(vectors: Any, threshold: float) -> Keys:
    """Neighbours within a radius by brute force."""
    from sklearn.neighbors import NearestNeighbors

    near = NearestNeighbors(metric="cosine", algorithm="brute").fit(vectors)
    found = near.radius_neighbors(vectors, threshold, return_distance=False)
    counts = [len(rows) for rows in found]
    return _keys(np.repeat(np.arange(len(found)), counts), np.concatenate(found), len(found))


def by_blocks(vectors: Any, threshold: float) -> Keys:
    """Products of a block of rows with the rows that follow: NumPy for dense vectors, SciPy for sparse ones."""
    found, n = [], vectors.shape[0]
    for start in range(0, n, BLOCK_ROWS):
        products = vectors[start : start + BLOCK_ROWS] @ vectors[start:].T
        first, second = (products >= 1.0 - threshold).nonzero()
        found.append(_keys(first.astype(np.int64) + start, second.astype(np.int64) + start, n))
    return np.concatenate(found)


def by_topn(vectors: Any, threshold: float, most: int | None = None) -> Keys:
    """The sparse product that keeps what is above a bound, `most` of a row at most."""
    from sparse_dot_topn import sp_matmul_topn

    top_n = vectors.shape[0] if most is None else min(most, vectors.shape[0])
    found = sp_matmul_topn(vectors, vectors.T.tocsr(), top_n=top_n, threshold=1.0 - threshold, n_threads=2).tocoo()
    return _keys(found.row.astype(np.int64), found.col.astype(np.int64), vectors.shape[0])


def _keys(first: np.ndarray, second: np.ndarray, n: int) -> Keys:
    """Pairs of different rows, each once."""
    kept = first < second
    keys: Keys = first[kept] * n + second[kept]
    return keys


DENSE: dict[str, Callable[[Any, float], Keys]] = {
    "ours": ours_with_torch,
    "ours_without_torch": ours,
    "numpy": by_blocks,
    "faiss": by_faiss,
    "sklearn": by_sklearn,
}
SPARSE: dict[str, Callable[[Any, float], Keys]] = {
    "ours": ours,
    "scipy": by_blocks,
    "sparse_dot_topn": by_topn,
    "sklearn": by_sklearn,
}
#: Contenders that take so long that they run once.
ONCE = {"sklearn"}


def limits(vectors: np.ndarray, threshold: float) -> dict[str, float]:
    """What the join multiplied, and what this process reaches in large products and in copying."""
    from product_matching.search.joins.bounds import choose_filter
    from product_matching.search.joins.copies import Copies
    from product_matching.search.threads import single_blas

    norms = np.vecdot(vectors, vectors).astype(np.float64)
    distinct = vectors[Copies.of(vectors, norms > 0).lowest]
    with single_blas() as threads:
        norms = np.vecdot(distinct, distinct).astype(np.float64)
        chosen = choose_filter(distinct, norms, threshold, threads=threads)
    rows, width = chosen.rows.shape
    products = rows * (rows + BLOCK_ROWS) * width + (0 if chosen.exact else 2 * rows * vectors.shape[1] * width)
    block = np.ones((LIMIT_ROWS, LIMIT_ROWS), dtype=np.float32)
    copied = np.ones(COPIED, dtype=np.float32)
    target = np.empty_like(copied)
    return {
        "width": width,
        "gflop": products / 1e9,
        "gb_read": rows / BLOCK_ROWS * rows / 2 * width * 4 / 1e9,
        "sgemm_peak": 2 * LIMIT_ROWS**3 / 1e9 / _fastest(lambda: block @ block),
        "gb_per_s_peak": 2 * copied.nbytes / 1e9 / _fastest(lambda: np.copyto(target, copied)),
    }


def _fastest(work: Callable[[], Any], times: int = 5) -> float:
    took = []
    for _ in range(times):
        started = time.perf_counter()
        work()
        took.append(time.perf_counter() - started)
    return min(took)


def contend(name: str, folder: Path, threshold: float) -> dict[str, Any]:
    """Run one contender in this process: its times, memory, and the pairs as a file."""
    vectors = _load(folder)
    contender = (SPARSE if scipy.sparse.issparse(vectors) else DENSE)[name]
    contender(vectors[:BLOCK_ROWS], threshold)  # imports, threads
    started, processor = time.perf_counter(), time.process_time()
    keys = contender(vectors, threshold)
    took = {"seconds": time.perf_counter() - started, "cpu_seconds": time.process_time() - processor}
    np.save(folder / f"{name}.npy", np.sort(keys))
    report = {**took, "peak_mb": _peak_mb(), "load": round(os.getloadavg()[0], 1)}
    return report | (limits(vectors, threshold) if name == "ours_without_torch" else {})


def _peak_mb() -> int:
    """Largest memory of this process; ``ru_maxrss`` has that of the parent process in it, too."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(status.read_text().split("VmHWM:")[1].split()[0]) // 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _load(folder: Path) -> Any:
    if (folder / "vectors.npz").exists():
        return scipy.sparse.csr_matrix(scipy.sparse.load_npz(folder / "vectors.npz"))
    return np.load(folder / "vectors.npy")


def _in_own_process(name: str, folder: Path, threshold: float) -> dict[str, Any]:
    command = [sys.executable, __file__, "--contender", name, "--folder", str(folder), "--threshold", str(threshold)]
    return dict(json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout))


def same_pairs(folder: Path, names: list[str], threshold: float) -> bool:
    """Whether all found the same pairs, but for those nearer to the threshold than single precision can tell."""
    from product_matching.search.joins.dense import DenseJoin
    from product_matching.search.joins.sparse import SparseJoin
    from product_matching.search.neighbours import product_slack

    vectors, own = _load(folder), np.load(folder / "ours.npy")
    join: Any = SparseJoin() if scipy.sparse.issparse(vectors) else DenseJoin()
    for name in names:
        keys = np.setxor1d(own, np.load(folder / f"{name}.npy"))
        distances = join.distances(vectors, keys // vectors.shape[0], keys % vectors.shape[0])
        if (np.abs(distances - threshold) > product_slack(vectors.shape[1])).any():
            return False
    return True


def compare(folder: Path, threshold: float, runs: int) -> dict[str, Any]:
    """Run all contenders by turns, and put the median of each together."""
    vectors = _load(folder)
    names = list(SPARSE if scipy.sparse.issparse(vectors) else DENSE)
    reports: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
    for turn in range(runs):
        for name in names:
            if turn == 0 or name not in ONCE:
                reports[name].append(_in_own_process(name, folder, threshold))
    median = {name: {key: float(np.median([run[key] for run in of])) for key in of[0]} for name, of in reports.items()}
    seconds = {name: round(values["seconds"], 2) for name, values in median.items()}
    result: dict[str, Any] = {
        "seconds": seconds,
        "cpu_seconds": {name: round(values["cpu_seconds"], 2) for name, values in median.items()},
        "same_pairs": same_pairs(folder, names, threshold),
        "times_faster": {name: round(seconds[name] / seconds["ours"], 1) for name in names if name != "ours"},
        "rows": vectors.shape[0],
        "dimensions": vectors.shape[1],
        "threshold": threshold,
        "pairs": len(np.load(folder / "ours.npy")),
        "peak_mb": {name: round(values["peak_mb"]) for name, values in median.items()},
        "load": {name: [run["load"] for run in of] for name, of in reports.items()},
    }
    return result | (_shares(median["ours_without_torch"]) if "ours_without_torch" in median else {})


def _shares(own: dict[str, float]) -> dict[str, Any]:
    """The work of the join a second, and its shares of what the machine can do."""
    rate, read = own["gflop"] / own["seconds"], own["gb_read"] / own["seconds"]
    return {
        "multiplied_dimensions": round(own["width"]),
        "gflop_per_s": round(rate, 1),
        "sgemm_peak_gflop_per_s": round(own["sgemm_peak"], 1),
        "share_of_sgemm_peak": round(rate / own["sgemm_peak"], 2),
        "gb_per_s": round(read, 2),
        "copy_gb_per_s": round(own["gb_per_s_peak"], 1),
        "share_of_bandwidth": round(read / own["gb_per_s_peak"], 3),
    }


def _write_bundle(name: str, side: str | None, folder: Path) -> float:
    """Write the vectors of a bundle's side as the contenders read them; returns its threshold."""
    from product_matching.places import embeddings_folder
    from product_matching.store.bundle import open_bundle

    path = Path(name) if Path(name).is_dir() else embeddings_folder() / name
    bundle = open_bundle(path)
    if side == "title" or (side is None and bundle.photo_vectors is None):
        if bundle.title_matrix is None or bundle.manifest.title_threshold is None:
            raise SystemExit(f"{path} has no titles.")
        scipy.sparse.save_npz(folder / "vectors.npz", bundle.title_matrix[bundle.has_title].astype(np.float64))
        return bundle.manifest.title_threshold.distance
    if bundle.photo_vectors is None or bundle.manifest.photo_threshold is None:
        raise SystemExit(f"{path} has no photos.")
    np.save(folder / "vectors.npy", np.asarray(bundle.photo_vectors)[bundle.has_photo])
    return bundle.manifest.photo_threshold.distance


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=34_250)
    parser.add_argument("--dimensions", type=int, default=512)
    parser.add_argument("--copies", type=int, default=0, help="so many of the rows are equal")
    parser.add_argument("--bundle", help="vectors of a bundle, by its name or folder, instead of made-up ones")
    parser.add_argument("--side", choices=("photo", "title"), help="of the bundle")
    parser.add_argument("--threshold", type=float, help="distance; .3, or the bundle's own")
    parser.add_argument("--runs", type=int, default=3, help="of each contender, but one of scikit-learn")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--contender", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.contender:
        print(json.dumps(contend(arguments.contender, arguments.folder, arguments.threshold)))
        return
    with tempfile.TemporaryDirectory() as name:
        folder, threshold = Path(name), 0.3
        if arguments.bundle:
            threshold = _write_bundle(arguments.bundle, arguments.side, folder)
        else:
            np.save(folder / "vectors.npy", arcface_like(arguments.rows, arguments.dimensions, arguments.copies))
        chosen = threshold if arguments.threshold is None else arguments.threshold
        result = compare(folder, chosen, arguments.runs)
    if arguments.json:
        print(json.dumps(result))
        return
    for key, value in result.items():
        print(f"{key}: {value}")


if __name__ == "__main__":
    main()
