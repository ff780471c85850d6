"""One contender in its own process: `python -m benchmarks.growth.contend TASK LIBRARY FOLDER` prints what it took.

At the top stands nothing but what every environment has: imagededup and string_grouper run in one of their own.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import re
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from unicodedata import normalize

import numpy as np

from benchmarks.growth import tasks
from benchmarks.growth.data import read_titles, read_truth, read_vectors, words_of_titles
from benchmarks.self_join import by_faiss, by_sklearn, by_topn, ours_with_torch
from benchmarks.self_join import ours as ours_of_join

Report = dict[str, Any]
Search = Callable[[Any], np.ndarray]
#: Queries before the first one that is timed.
_WARM_UP = 10


def main() -> None:
    """Run one contender."""
    task, library, folder = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    report = CONTENDERS[task](library, folder)
    print(json.dumps(report | {"peak_mb": _peak_mb(), "load": round(os.getloadavg()[0], 1)}))


def _peak_mb() -> int:
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(status.split("VmHWM:")[1].split()[0]) // 1024


def _timed(work: Callable[[], Any]) -> tuple[Any, Report]:
    """What some work gives, its seconds, and those of the processors in this process and the ones that it started."""
    started, before = time.perf_counter(), os.times()
    done = work()
    after = os.times()
    processor = sum(getattr(after, name) - getattr(before, name) for name in _PROCESSOR)
    return done, {"seconds": round(time.perf_counter() - started, 4), "cpu_seconds": round(processor, 2)}


_PROCESSOR = ("user", "system", "children_user", "children_system")


def build(library: str, folder: Path) -> Report:
    """A bundle, or an index and its file."""
    vectors = read_vectors(folder) if library == "faiss_flat" else np.load(folder / "vectors.npy", mmap_mode="r")
    if library == tasks.OURS:
        from benchmarks.growth.ours import build_drawn

        (bundle, said), took = _timed(lambda: build_drawn(folder))
        return took | {"told": f"{_bytes_of(bundle) / 1e6:,.0f} MB on disk; photos: {said}"}
    import faiss

    path = folder / f"{library}.index"
    index, took = _timed(lambda: _write(_faiss_index(library, vectors), path))
    size = path.stat().st_size
    path.unlink()
    del index, faiss
    return took | {"told": f"{size / 1e6:,.0f} MB on disk"}


def _write(index: Any, path: Path) -> Any:
    import faiss

    faiss.write_index(index, str(path))
    return index


def _bytes_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _faiss_index(library: str, vectors: np.ndarray) -> Any:
    import faiss

    if library == "faiss_flat":
        index = faiss.IndexFlatIP(vectors.shape[1])
        index.add(vectors)
        return index
    from benchmarks.index_budget import train_faiss_ivf
    from product_matching.search.budget import default_lists

    return train_faiss_ivf(vectors, default_lists(len(vectors)), tasks.PROBES)


def photo_query(library: str, folder: Path) -> Report:
    """Vectors, one after another, in one thread."""
    vectors, truth = read_vectors(folder), read_truth(folder)
    queries = [np.array(vectors[row])[None] for row in truth.rows]
    if library == tasks.OURS:
        del vectors
        gc.collect()
        from benchmarks.growth.ours import photo_search

        search = photo_search(folder)
    else:
        search = _photo_search(library, vectors)
    found, report = _searched(search, queries)
    rows = zip(truth.rows, truth.found, found, strict=True)
    recall = [np.isin(wanted, near[near != row][: tasks.K]).mean() for row, wanted, near in rows if len(wanted)]
    return report | {"recall": round(float(np.mean(recall)), 4), "with_neighbours": len(recall)}


def _photo_search(library: str, vectors: np.ndarray) -> Search:
    k = tasks.K + 1
    if library == "ours_exact":
        from product_matching.search.flat import FlatIndex

        index: Any = FlatIndex(vectors)
        return lambda query: index.nearest(query, k).of(0)[0]
    if library == "sklearn":
        from sklearn.neighbors import NearestNeighbors

        near = NearestNeighbors(n_neighbors=k, metric="cosine", algorithm="brute").fit(vectors)
        return lambda query: near.kneighbors(query, return_distance=False)[0]
    if library == "sentence_transformers":
        import torch
        from sentence_transformers.util import semantic_search

        torch.set_num_threads(1)
        corpus = torch.from_numpy(vectors)
        return lambda query: np.array([hit["corpus_id"] for hit in semantic_search(query, corpus, top_k=k)[0]])
    import faiss

    index = _faiss_index(library, vectors)
    faiss.omp_set_num_threads(1)
    return lambda query: index.search(query, k)[1][0]


def title_query(library: str, folder: Path) -> Report:
    """Titles of the catalogue, one after another, in one thread."""
    matrix: Any = words_of_titles(folder)
    rows = read_truth(folder).rows
    queries, k = [matrix[row] for row in rows], tasks.K + 1
    if library == tasks.OURS:
        from product_matching.search.sparse import SparseIndex

        index = SparseIndex(matrix)
        search: Search = lambda query: index.nearest(query, k).of(0)[1]  # noqa: E731
    elif library == "sklearn":
        from sklearn.neighbors import NearestNeighbors

        near = NearestNeighbors(n_neighbors=k, metric="cosine", algorithm="brute").fit(matrix)
        search = lambda query: near.kneighbors(query)[0][0]  # noqa: E731
    else:
        from sparse_dot_topn import sp_matmul_topn

        columns = matrix.T.tocsr()
        search = lambda query: 1 - np.sort(sp_matmul_topn(query, columns, top_n=k, n_threads=1).data)[::-1]  # noqa: E731
    found, report = _searched(search, queries)
    return report | {"mean_distance": round(float(np.mean([np.sort(near)[1 : k // 2].mean() for near in found])), 6)}


def _searched(search: Search, queries: list[Any]) -> tuple[list[np.ndarray], Report]:
    for query in queries[:_WARM_UP]:
        search(query)
    found, took = [], []
    for query in queries:
        started = time.perf_counter()
        found.append(search(query))
        took.append(1000 * (time.perf_counter() - started))
    p50, p95 = (round(float(np.percentile(took, share)), 3) for share in (50, 95))
    return found, {"p50_ms": p50, "p95_ms": p95}


def photo_join(library: str, folder: Path) -> Report:
    """Every pair of vectors within a distance."""
    vectors, threshold = read_vectors(folder), tasks.PHOTO_DISTANCE
    work: dict[str, Callable[[Any, float], np.ndarray]] = {
        tasks.OURS: ours_with_torch,
        "faiss_flat": by_faiss,
        "faiss_ivf": _by_faiss_ivf,
        "sklearn": by_sklearn,
        "sentence_transformers": _by_sentence_transformers,
        "imagededup": _by_imagededup,
    }
    return _joined(lambda rows: work[library](rows, threshold), vectors, folder / f"photo_join.{library}.npy")


def title_join(library: str, folder: Path) -> Report:
    """Every pair of titles within a distance, by their words."""
    matrix: Any = words_of_titles(folder)
    work: dict[str, Callable[[Any, float], np.ndarray]] = {
        tasks.OURS: ours_of_join,
        "sparse_dot_topn": partial(by_topn, most=tasks.MOST),
        "sklearn": by_sklearn,
    }
    return _joined(lambda rows: work[library](rows, tasks.TITLE_DISTANCE), matrix, folder / f"title_join.{library}.npy")


def trigram_join(library: str, folder: Path) -> Report:
    """Every pair of titles within a distance, by their trigrams; making the vectors is timed."""
    titles, threshold = np.array(read_titles(folder), dtype=object), tasks.TRIGRAM_DISTANCE
    work: dict[str, Callable[[Any], np.ndarray]] = {
        tasks.OURS: lambda texts: ours_of_join(_trigram_vectors(texts), threshold),
        "sklearn": lambda texts: by_sklearn(_trigram_vectors(texts), threshold),
        "string_grouper": lambda texts: _by_string_grouper(texts, threshold),
    }
    return _joined(work[library], titles, folder / f"trigram_join.{library}.npy")


def _joined(work: Callable[[Any], np.ndarray], rows: Any, out: Path) -> Report:
    """The time of a join, and its pairs as a file; imports and threads come before."""
    work(rows[:512])
    keys, took = _timed(lambda: work(rows))
    np.save(out, np.sort(keys))
    return took | {"pairs": len(keys)}


def _by_faiss_ivf(vectors: np.ndarray, threshold: float) -> np.ndarray:
    index = _faiss_index("faiss_ivf", vectors)
    offsets, _, rows = index.range_search(vectors, 1.0 - threshold)
    counts = np.asarray(offsets[1:] - offsets[:-1], dtype=np.int64)
    queries = np.repeat(np.arange(len(vectors)), counts)
    return _keys(queries, rows, len(vectors))


def _by_sentence_transformers(vectors: np.ndarray, threshold: float) -> np.ndarray:
    import torch
    from sentence_transformers.util import paraphrase_mining_embeddings

    found = paraphrase_mining_embeddings(torch.from_numpy(vectors), top_k=tasks.K, max_pairs=10 * len(vectors))
    near = np.array([[first, second] for score, first, second in found if score >= 1.0 - threshold], dtype=np.int64)
    return _keys(near[:, 0], near[:, 1], len(vectors))


def _by_imagededup(vectors: np.ndarray, threshold: float) -> np.ndarray:
    methods = importlib.import_module("imagededup.methods")
    cnn = methods.CNN.__new__(methods.CNN)  # its network, which is downloaded, is not needed
    cnn.verbose, cnn.logger = False, importlib.import_module("imagededup.utils.logger").return_logger("benchmark")
    encodings = {str(row): vector for row, vector in enumerate(vectors)}
    found = cnn.find_duplicates(encoding_map=encodings, min_similarity_threshold=1.0 - threshold)
    pairs = np.array([(int(one), int(other)) for one, near in found.items() for other in near], dtype=np.int64)
    return _keys(pairs[:, 0], pairs[:, 1], len(vectors))


def _by_string_grouper(titles: np.ndarray, threshold: float) -> np.ndarray:
    import pandas as pd

    match_strings = importlib.import_module("string_grouper").match_strings
    found = match_strings(
        pd.Series(titles, name="title"),
        max_n_matches=min(len(titles), tasks.MOST),
        min_similarity=1.0 - threshold,
        number_of_processes=os.cpu_count(),
        ignore_index=False,
    )
    return _keys(found["left_index"].to_numpy(), found["right_index"].to_numpy(), len(titles))


def _trigram_vectors(titles: np.ndarray) -> Any:
    """The vectors of string_grouper."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    return TfidfVectorizer(min_df=1, analyzer=_trigrams, dtype=np.float64).fit_transform(titles)


def _trigrams(title: str) -> list[str]:
    """The trigrams of string_grouper: lower case, ASCII, without blanks and some signs."""
    text = re.sub(r"[,-./]|\s", "", normalize("NFKD", title.lower()).encode("ASCII", "ignore").decode())
    return [text[start : start + 3] for start in range(len(text) - 2)]


def _keys(first: np.ndarray, second: np.ndarray, n: int) -> np.ndarray:
    """Pairs of different rows, each once."""
    low, high = np.minimum(first, second).astype(np.int64), np.maximum(first, second).astype(np.int64)
    return np.unique(low[low < high] * n + high[low < high])


def add(library: str, folder: Path) -> Report:
    """So many new listings, three times."""
    if library == tasks.OURS:
        from benchmarks.growth.ours import add_to_drawn

        return add_to_drawn(folder)
    vectors = read_vectors(folder)
    new = np.random.default_rng(1).standard_normal((tasks.NEW, vectors.shape[1]), dtype=np.float32)
    new /= np.linalg.norm(new, axis=1, keepdims=True)
    if library == "sklearn":
        from sklearn.neighbors import NearestNeighbors

        work: Callable[[], Any] = lambda: NearestNeighbors(metric="cosine").fit(np.vstack([vectors, new]))  # noqa: E731
    else:
        index = _faiss_index(library, vectors)
        work = lambda: index.add(new)  # noqa: E731
    took = [_timed(work)[1]["seconds"] for _ in range(3)]
    return {"seconds": statistics.median(took), "repeats": took}


def app(library: str, folder: Path) -> Report:
    """The app, from its start."""
    from benchmarks.growth.ours import start_app

    del library
    return start_app(folder)


CONTENDERS: dict[str, Callable[[str, Path], Report]] = {
    "build": build,
    "photo_query": photo_query,
    "title_query": title_query,
    "photo_join": photo_join,
    "title_join": title_join,
    "trigram_join": trigram_join,
    "add": add,
    "app": app,
}

if __name__ == "__main__":
    main()
