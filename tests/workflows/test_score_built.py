"""A new bundle is scored where a pair scorer decides by default, and left as it is elsewhere."""

from pathlib import Path

import pandas as pd
import pytest

from product_matching.listings.catalogue import Catalogue
from product_matching.store.bundle import open_bundle
from product_matching.workflows import score_built as scoring
from product_matching.workflows.build import build_bundle
from product_matching.workflows.choose_scorer import choose_scorer
from product_matching.workflows.pair_scores import kept_scores
from product_matching.workflows.score_built import score_built


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    titles = ["red tea 100 g", "red tea 100 gram", "green shoe 42"] * 3
    listings = pd.DataFrame({"posting_id": [f"p{row}" for row in range(len(titles))], "title": titles})
    build_bundle(Catalogue(listings, None), tmp_path / "titles")
    return tmp_path / "titles"


def test_a_new_bundle_is_scored_by_what_decides(folder: Path) -> None:
    chosen = choose_scorer(open_bundle(folder))
    assert chosen is not None
    assert kept_scores(open_bundle(folder), chosen.scorer) is None
    assert score_built(folder) == chosen.name
    assert kept_scores(open_bundle(folder), chosen.scorer) is not None


def test_without_a_scorer_and_beyond_the_size_nothing_is_scored(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = sorted(folder.iterdir())
    with monkeypatch.context() as patched:
        patched.setattr(scoring, "SCORED_LISTINGS", 8)
        assert score_built(folder) is None
    monkeypatch.setenv("PRODUCT_MATCHING_MODELS", str(tmp_path))
    assert score_built(folder) is None
    assert sorted(folder.iterdir()) == before
