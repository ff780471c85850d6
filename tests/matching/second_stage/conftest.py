from dataclasses import dataclass

import numpy as np
import pytest

from product_matching.matching.chain import VectorRules
from product_matching.matching.second_stage.candidate_pairs import (
    CandidatePairs,
    PreparedCatalogue,
    find_candidate_pairs,
)
from product_matching.matching.second_stage.feature_sides import BOTH, COMPARISONS, features_for
from product_matching.matching.second_stage.listing_data import DenseSide, ListingData
from product_matching.matching.second_stage.scorer import PairModel, PairScorer
from product_matching.matching.second_stage.trees import train_trees

#: As the measured chain: near-duplicates averaged, one stage of blending, the nearest added.
CHAIN = VectorRules(photo_bits=4, cross_mean=True, blend=(0.4,), expansion=2, alpha=2.0)


@dataclass(frozen=True)
class SmallCatalogue:
    """27 cosmetics of three listings each; two of the three share a photo, the third differs in one bit."""

    labels: np.ndarray
    catalogue: PreparedCatalogue
    candidates: CandidatePairs

    @property
    def data(self) -> ListingData:
        return self.catalogue.data

    @property
    def same(self) -> np.ndarray:
        pairs = self.candidates.pairs
        return self.labels[pairs.first] == self.labels[pairs.second]


def make_small(data: ListingData, labels: np.ndarray) -> SmallCatalogue:
    catalogue = PreparedCatalogue.of(data, CHAIN)
    return SmallCatalogue(labels, catalogue, find_candidate_pairs(catalogue))


def make_models(small: SmallCatalogue) -> dict[str, PairModel]:
    """A model for each comparison of the catalogue, all trained on the same pairs."""
    candidates = small.candidates
    kinds = COMPARISONS if small.catalogue.listings.compared else (BOTH,)
    models = {}
    for kind in kinds:
        names = features_for(candidates.names, kind)
        features = candidates.features[:, [candidates.names.index(name) for name in names]]
        models[kind] = PairModel(trees=train_trees(features, names, small.same, iterations=20), names=names)
    return models


def make_scorer(small: SmallCatalogue, *, blend: float | None = None, threshold: float = 0.5) -> PairScorer:
    dense = small.data.dense
    return PairScorer(
        models=make_models(small),
        dense=tuple(DenseSide(side, part.shape[1], "tiny", "0" * 64) for side, part in dense.items()),
        rules=CHAIN,
        blend=blend,
        threshold=threshold,
        n=len(small.labels),
        protocol="fold",
        f1=0.9,
    )


def cosmetics_data() -> tuple[ListingData, np.ndarray]:
    titles = [
        f"{brand} {good} {size} {word}".strip()
        for brand in ("wardah", "emina", "sariayu")
        for good in ("lip cream", "sabun muka", "masker")
        for size in ("50 g", "100 g", "20 ml")
        for word in ("promo", "murah", "")
    ]
    photos = np.random.default_rng(0).integers(2**62, size=27).tolist()
    phashes = [f"{photos[label] ^ (copy // 2):016x}" for label in range(27) for copy in range(3)]
    return ListingData(titles, phashes), np.repeat(np.arange(27), 3)


def photo_vectors(labels: np.ndarray, dimension: int = 6, noise: float = 0.5) -> np.ndarray:
    rng = np.random.default_rng(1)
    made = rng.normal(size=(int(labels.max()) + 1, dimension))[labels] + noise * rng.normal(
        size=(len(labels), dimension)
    )
    return (made / np.linalg.norm(made, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="session")
def cosmetics() -> SmallCatalogue:
    return make_small(*cosmetics_data())


@pytest.fixture(scope="session")
def scorer(cosmetics: SmallCatalogue) -> PairScorer:
    return make_scorer(cosmetics)


@pytest.fixture(scope="session")
def crowd() -> SmallCatalogue:
    """240 listings with photo vectors and few words: each has more near listings than any cap, one group has 70."""
    rng = np.random.default_rng(4)
    labels = np.concatenate([np.zeros(70, np.int64), 1 + np.repeat(np.arange(34), 5)])
    brands = rng.permutation([f"merek{number % 4}" for number in range(35)])
    words = [f"kata{number}" for number in range(12)]
    titles = [f"sabun cuci {brands[label]} {' '.join(rng.choice(words, 3, replace=False))}" for label in labels]
    hashes = rng.integers(2**62, size=len(labels)).tolist()
    phashes = [f"{hashes[row - row % 2 if label else row]:016x}" for row, label in enumerate(labels)]
    return make_small(ListingData(titles, phashes, {"photo": photo_vectors(labels)}), labels)
