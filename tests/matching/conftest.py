from dataclasses import dataclass

import numpy as np
import pytest

from product_matching.matching.chain import MEASURED_CHAIN
from product_matching.matching.evidence import Evidence, TitleEncoders, gather_evidence, run_chain
from product_matching.matching.pair_classifier import JudgedPairs, PairClassifier, judge_candidates, train_trees


@dataclass(frozen=True)
class SmallCatalogue:
    """27 cosmetics of three listings each; two of the three share a photo, the third differs in one bit."""

    titles: list[str]
    phashes: list[str]
    labels: np.ndarray
    evidence: Evidence
    judged: JudgedPairs


@pytest.fixture(scope="session")
def cosmetics() -> SmallCatalogue:
    titles = [
        f"{brand} {good} {size} {word}".strip()
        for brand in ("wardah", "emina", "sariayu")
        for good in ("lip cream", "sabun muka", "masker")
        for size in ("50 g", "100 g", "20 ml")
        for word in ("promo", "murah", "")
    ]
    labels = np.repeat(np.arange(27), 3)
    photos = np.random.default_rng(0).integers(2**62, size=27).tolist()
    phashes = [f"{photos[label] ^ (copy // 2):016x}" for label in range(27) for copy in range(3)]
    encoders = TitleEncoders.fit(titles)
    chain = run_chain(titles, phashes, encoders, MEASURED_CHAIN.vectors)
    evidence = gather_evidence(titles, phashes, encoders, chain)
    return SmallCatalogue(titles, phashes, labels, evidence, judge_candidates(evidence, chain))


@pytest.fixture(scope="session")
def classifier(cosmetics: SmallCatalogue) -> PairClassifier:
    pairs = cosmetics.judged.pairs
    same = cosmetics.labels[pairs.first] == cosmetics.labels[pairs.second]
    trees = train_trees(cosmetics.judged.features, same, iterations=20)
    return PairClassifier(
        trees, tuple(cosmetics.judged.names), MEASURED_CHAIN.vectors, None, 0.5, 0.5, len(same), "fold"
    )
