"""The catalogues of the benchmark: photos as vectors, titles as texts, and what each query should find."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks.growth.tasks import DIMENSIONS, PHOTO_DISTANCE, QUERIES, K

ROOT = Path(__file__).parents[2]
SEED = 13
VECTORS, TRUE, TITLES, BUNDLE = "vectors.npy", "true.npz", "titles.txt", "embeddings/drawn"


class Truth(NamedTuple):
    """Rows that are queries, and the rows that each should find."""

    rows: np.ndarray
    found: list[np.ndarray]


def prepare(folder: Path, n: int) -> None:
    """Write what is missing of a catalogue of `n` listings."""
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / TRUE).is_file():
        _write_vectors(folder, n)
    if not (folder / TITLES).is_file():
        _write_titles(folder, n)


def _write_vectors(folder: Path, n: int) -> None:
    from benchmarks.index_budget import drawn, fill
    from product_matching.search.recall import true_neighbours

    rng = np.random.default_rng(SEED)
    vectors = fill(folder / VECTORS, drawn(n, DIMENSIONS, rng), n)
    rows = np.sort(rng.choice(n, QUERIES, replace=False))
    true = true_neighbours(vectors, rows, PHOTO_DISTANCE, k=K)
    np.savez(folder / TRUE, rows=rows, offsets=true.offsets, found=true.rows)


def _write_titles(folder: Path, n: int) -> None:
    import pandas as pd

    from benchmarks.title_edits import TitleMaker, product_sizes

    rng = np.random.default_rng(SEED)
    maker = TitleMaker(pd.read_csv(ROOT / "demo" / "listings.csv")["title"].tolist(), rng)
    titles = []
    for place, size in enumerate(product_sizes(n, rng).tolist()):
        product = maker.product(place)
        titles += [maker.listing(product) for _ in range(size)]
    (folder / TITLES).write_text("\n".join(titles[row] for row in rng.permutation(n).tolist()) + "\n", encoding="utf-8")


def read_titles(folder: Path) -> list[str]:
    """The titles."""
    return (folder / TITLES).read_text(encoding="utf-8").splitlines()


def read_vectors(folder: Path) -> np.ndarray:
    """The vectors, in memory."""
    vectors: np.ndarray = np.load(folder / VECTORS)
    return vectors


def read_truth(folder: Path) -> Truth:
    """What the queries should find."""
    with np.load(folder / TRUE) as file:
        parts = zip(file["offsets"], file["offsets"][1:], strict=False)
        return Truth(file["rows"], [file["found"][first:last] for first, last in parts])


def words_of_titles(folder: Path) -> object:
    """The vectors of the titles, as the bundle has them."""
    import scipy.sparse

    return scipy.sparse.csr_matrix(scipy.sparse.load_npz(folder / BUNDLE / "title_matrix.npz"), dtype=np.float64)
