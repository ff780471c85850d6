"""The tasks and who does them; in what unit each is told, and how it grows."""

from __future__ import annotations

from dataclasses import dataclass

#: Rows of photos and titles, thresholds of the self-joins, and neighbours of a query.
SIZES = (10_000, 100_000, 1_000_000)
DIMENSIONS, PHOTO_DISTANCE, TITLE_DISTANCE, TRIGRAM_DISTANCE, K = 256, 0.25, 0.4, 0.2, 50
QUERIES, NEW, PROBES = 100, 1_000, 16
#: Matches of a title that libraries with such a limit keep: they take memory for as many.
MOST = 1_000
OURS = "ours"


@dataclass(frozen=True)
class Task:
    """What is measured.

    Attributes
    ----------
    title, unit
        Its name and the unit of its figure, for people.
    figure
        Name of the figure that is drawn.
    libraries
        Who does it: name, and what to know about it.
    exponent
        How its time is taken to grow, as long as it was measured at one size.
    pairs
        Whether the pairs that are found are compared.
    """

    title: str
    unit: str
    figure: str
    libraries: dict[str, str]
    exponent: float = 1.0
    pairs: bool = False


_SENTENCE = "sentence_transformers"
TASKS = {
    "build": Task(
        "Build of a catalogue without its network",
        "s",
        "seconds",
        {
            OURS: "the whole bundle: titles, vectors, index for 1.5 GB and 20 ms, pictures, checksums",
            "faiss_flat": "the index alone, and its file",
            "faiss_ivf": "the index alone, and its file",
        },
    ),
    "photo_query": Task(
        "Query by photo, the 50 nearest",
        "ms",
        "p50_ms",
        {
            OURS: "as built for 1.5 GB and 20 ms",
            "ours_exact": "every vector is compared",
            "faiss_flat": "IndexFlatIP",
            "faiss_ivf": f"IndexIVFFlat, {PROBES} lists searched",
            "sklearn": "NearestNeighbors, brute force",
            _SENTENCE: "util.semantic_search",
        },
    ),
    "title_query": Task(
        "Query by title, the 50 nearest",
        "ms",
        "p50_ms",
        {OURS: "exact", "sparse_dot_topn": "sp_matmul_topn", "sklearn": "NearestNeighbors, brute force"},
    ),
    "photo_join": Task(
        f"Self-join by photo within {PHOTO_DISTANCE}",
        "s",
        "seconds",
        {
            OURS: "exact",
            "faiss_flat": "IndexFlatIP.range_search",
            "faiss_ivf": f"IndexIVFFlat.range_search, {PROBES} lists searched: approximate",
            "sklearn": "radius_neighbors, brute force",
            _SENTENCE: "util.paraphrase_mining_embeddings, 50 neighbours of each",
            "imagededup": "CNN().find_duplicates on given encodings; 16-bit similarities above 10,000 rows",
        },
        2.0,
        pairs=True,
    ),
    "title_join": Task(
        f"Self-join by words of titles within {TITLE_DISTANCE}",
        "s",
        "seconds",
        {
            OURS: "exact",
            "sparse_dot_topn": f"sp_matmul_topn, up to {MOST:,} matches of a title",
            "sklearn": "radius_neighbors, brute force",
        },
        2.0,
        pairs=True,
    ),
    "trigram_join": Task(
        f"Self-join by trigrams of titles within {TRIGRAM_DISTANCE}, from the texts on",
        "s",
        "seconds",
        {
            OURS: "exact",
            "string_grouper": f"match_strings, up to {MOST:,} matches of a title",
            "sklearn": "radius_neighbors, brute force",
        },
        2.0,
        pairs=True,
    ),
    "add": Task(
        f"{NEW:,} listings added, without the network",
        "s",
        "seconds",
        {
            OURS: "photos read, titles and files written, the bundle valid at every moment",
            "faiss_flat": "vectors alone, in memory",
            "faiss_ivf": "vectors alone, in memory",
            "sklearn": "fitted anew",
        },
        0.5,
    ),
    "app": Task(
        "Start of the app until Find shows a listing's matches",
        "s",
        "seconds",
        {OURS: "server start, Home, then Find"},
    ),
}
#: Libraries that run in an environment of their own, and what installs it.
OTHERS = ("imagededup", "string_grouper")
