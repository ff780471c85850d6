"""The index of a bundle's photos: chosen by budget, written beside them, and measured against an exact search."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from product_matching.progress import NO_PROGRESS, Progress
from product_matching.search.budget import IndexChoice, most_probes
from product_matching.search.open import open_index
from product_matching.search.recall import NEIGHBOURS, Recall, measure_recall, probes_for, sample_rows, true_neighbours
from product_matching.search.spec import IndexSpec, InvertedFile
from product_matching.store.bundle import Bundle
from product_matching.store.index_files import photo_lists
from product_matching.store.manifest import PHOTO_CODES_FILE, PHOTO_LISTS_FILE

#: Share of the true neighbours that lie in the lists that are searched, where the time suffices: the codes lose few.
AIMED_RECALL, SURE_RECALL = 0.995, 0.99
#: A recall this much lower than the one in the manifest is a problem: no two machines sum products alike.
TOLERANCE = 0.01
PROTOCOL = f"recall@{NEIGHBOURS} of listings drawn at random, but for those that the lists were chosen by"


class MeasuredIndex(NamedTuple):
    """An index, and its recall as measured now; None for one that is exact."""

    spec: IndexSpec
    measured: Recall | None

    @property
    def problem(self) -> str:
        """What is wrong with it, as one sentence; empty if nothing is."""
        if self.spec.ivf is None or self.measured is None or self.measured.recall >= self.spec.ivf.recall - TOLERANCE:
            return ""
        return (
            f"The index of the photos finds {self.measured.recall:.3f} of the neighbours, but the manifest has "
            f"{self.spec.ivf.recall:.3f}: build the bundle anew."
        )

    def describe(self) -> str:
        """Say what it is, and what was measured."""
        said = describe_index(self.spec)
        return said if self.measured is None else f"{said}; measured again: {self.measured.recall:.3f}"


def write_photo_index(
    folder: Path,
    vectors: npt.NDArray[np.float32],
    choice: IndexChoice,
    distance: float,
    *,
    progress: Progress = NO_PROGRESS,
) -> IndexSpec:
    """Write the index that was chosen into a bundle that is being made.

    The number of lists that a query searches is the least that holds `AIMED_RECALL` of the true neighbours of one half
    of a sample, and `SURE_RECALL` less three standard errors, as far as the time suffices; the recall is measured on
    the other half.

    Parameters
    ----------
    folder
        Of the bundle.
    vectors
        Of its photos, shape (N, D).
    choice
        What was chosen.
    distance
        Threshold of the photos: the distance within which neighbours are counted.
    progress
        Shows the stages.

    Returns
    -------
    IndexSpec
        What the manifest says of it.
    """
    if choice.kind == "flat":
        return IndexSpec("flat")
    from product_matching.search.list_writing import index_directions, write_lists

    directions = index_directions(vectors, distance)
    lists = write_lists(vectors, folder / PHOTO_CODES_FILE, choice.lists, directions=directions, progress=progress)
    lists.save(folder / PHOTO_LISTS_FILE)
    rows = sample_rows(vectors)
    true = true_neighbours(vectors, rows, distance, progress=progress)
    half = len(rows) // 2
    needed = probes_for(lists, vectors, rows[:half], true.part(0, half), least=AIMED_RECALL, surely=SURE_RECALL)
    affordable = most_probes(len(vectors), lists.centroids.shape[1], len(lists.sizes), choice.milliseconds)
    probes = min(needed, affordable)
    spec = _spec(len(lists.sizes), probes, Recall(1.0, 0), distance)
    others = rows[half:]
    index, wanted = open_index(spec, vectors, lists), true.part(half, len(rows))
    measured = measure_recall(index, vectors[others], wanted, distance)
    return _spec(len(lists.sizes), probes, measured, distance)


def measure_photo_index(bundle: Bundle, *, progress: Progress = NO_PROGRESS) -> MeasuredIndex | None:
    """Measure the recall of a bundle's photos again, as it was when the bundle was built; None without photos."""
    spec, vectors = bundle.manifest.index.photo, bundle.photo_vectors
    if spec is None or vectors is None:
        return None
    if spec.ivf is None:
        return MeasuredIndex(spec, None)
    rows = sample_rows(vectors)
    rows = rows[len(rows) // 2 :]
    true = true_neighbours(vectors, rows, spec.ivf.distance, progress=progress)
    index = open_index(spec, vectors, photo_lists(bundle))
    return MeasuredIndex(spec, measure_recall(index, vectors[rows], true, spec.ivf.distance))


def describe_index(spec: IndexSpec) -> str:
    """Say what an index is, and how much it finds, in one line."""
    if spec.ivf is None:
        return f"{spec.kind}, exact"
    return (
        f"ivf, approximate: finds {spec.ivf.recall:.3f} of the neighbours within {spec.ivf.distance:g} "
        f"({spec.ivf.protocol}: N {spec.ivf.queries}); searches {spec.ivf.probes:,} of {spec.ivf.lists:,} lists"
    )


def _spec(lists: int, probes: int, recall: Recall, distance: float) -> IndexSpec:
    parameters = InvertedFile(
        lists=max(1, lists),
        probes=max(1, min(probes, lists)),
        recall=round(recall.recall, 4),
        queries=recall.queries,
        distance=distance,
        protocol=PROTOCOL,
    )
    return IndexSpec("ivf", exact=False, ivf=parameters)
