"""The rows of the comparison with their reported figures and the protocols of these."""

from __future__ import annotations

from dataclasses import dataclass

from product_matching.store.comparison import Kind, Reported, Section

_AUTOENCODER = "Euclidean distance, no threshold, top k"
_CLOSED_SET = "accuracy in a closed set of classes, not the F1 of the other rows"
_LEADERBOARD = "leaderboard-like, catalogue of about 70,000"
_TITLES = "34,250 titles; cosine similarity from"
_STUDY = "fold 0 of Shopee, 6,851 listings"


@dataclass(frozen=True)
class RowPlan:
    """One row of the comparison as it is planned, without measured scores.

    Attributes
    ----------
    key
        Folder of the training in ``--models``, or the method of `evaluation.methods`, or the name of a rule.
    name
        Its name in the table.
    kind, section
        The sides that it compares, and its part of the table.
    reported
        The published figure; None where none is comparable.
    reproduce
        Method that reproduces the reported figure without photos; empty where photos are needed.
    """

    key: str
    name: str
    kind: Kind
    section: Section
    reported: Reported | None = None
    reproduce: str = ""


#: Photo models of the comparison, by the folder of their training.
TRAINED = (
    RowPlan("autoencoder", "Convolutional autoencoder", "photo", "comparison", Reported(0.51, _AUTOENCODER)),
    RowPlan("softmax", "Softmax", "photo", "comparison", Reported(0.59, _CLOSED_SET, "accuracy")),
    RowPlan(
        "softmax_sampler",
        "Softmax + weighted sampler",
        "photo",
        "comparison",
        Reported(0.62, _CLOSED_SET, "accuracy"),
    ),
    RowPlan("arcface", "ArcFace", "photo", "comparison", Reported(0.70, _LEADERBOARD)),
    RowPlan("arcface_sampler", "ArcFace + weighted sampler", "photo", "comparison", Reported(0.72, _LEADERBOARD)),
)
UNION = RowPlan(
    "union", "ArcFace + weighted sampler + TF-IDF", "photo+title", "comparison", Reported(0.74, _LEADERBOARD)
)
TITLES = (
    RowPlan("idf", "Text IDF", "title", "comparison", Reported(0.661, f"{_TITLES} 0.55"), "idf"),
    RowPlan("tfidf", "Text TF-IDF", "title", "comparison", Reported(0.648, f"{_TITLES} 0.55"), "tfidf"),
    RowPlan("glove", "GloVe", "title", "comparison", Reported(0.518, f"{_TITLES} 0.8"), "glove"),
    RowPlan("glove-idf", "GloVe + IDF", "title", "comparison", Reported(0.536, f"{_TITLES} 0.8"), "glove-idf"),
)
BEYOND = (
    RowPlan(
        "fused",
        "fused distance",
        "photo+title",
        "beyond",
        Reported(0.870, f"{_STUDY}; ResNet50 and TF-IDF"),
    ),
    RowPlan(
        "min2",
        "fused distance, min2",
        "photo+title",
        "beyond",
        Reported(0.889, f"{_STUDY}; NFNet and SBERT"),
    ),
    RowPlan("dba", "fused distance, DBA", "photo+title", "beyond"),
    RowPlan("inb", "fused distance, INB", "photo+title", "beyond"),
    RowPlan("pairs", "second stage", "photo+title", "beyond"),
)
PHASH = RowPlan(
    "phash",
    "pHash",
    "photo",
    "baseline",
    Reported(0.548, f"equal hashes, {_LEADERBOARD}"),
    "phash",
)
#: Name of the row that all photo rows are compared with.
UNTRAINED = "Untrained backbone"
