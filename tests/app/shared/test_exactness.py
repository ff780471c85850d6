"""What the pages say of an index: exact, or how much it finds."""

from dataclasses import replace
from pathlib import Path

import pytest

from product_matching.app.shared.exactness import exactness_figure, explain_exactness, say_exactness
from product_matching.search.spec import IndexSpec, InvertedFile
from product_matching.store.manifest import Manifest, SideIndexes, read_manifest


@pytest.fixture
def exact(small_bundle: Path) -> Manifest:
    return read_manifest(small_bundle)


def approximate(manifest: Manifest, recall: float) -> Manifest:
    ivf = InvertedFile(lists=4_096, probes=24, recall=recall, queries=483, distance=0.25, protocol="recall@50")
    return replace(manifest, index=SideIndexes(IndexSpec("ivf", exact=False, ivf=ivf), IndexSpec("sparse")))


def test_an_exact_search_is_called_so(exact: Manifest) -> None:
    assert say_exactness(exact, by_photo=True) == say_exactness(exact, by_photo=False) == "exact search"
    assert exactness_figure(exact) == ("Search", "exact")
    assert explain_exactness(exact) == "A query is compared with every listing (index: flat, sparse)."


@pytest.mark.parametrize(("recall", "said"), [(0.9956, "99.5"), (0.99999, "99.9"), (1.0, "100.0")])
def test_an_approximate_search_says_how_much_it_finds_and_never_more(exact: Manifest, recall: float, said: str) -> None:
    manifest = approximate(exact, recall)
    assert say_exactness(manifest, by_photo=True) == f"approximate search: finds {said} of 100 similar photos"
    assert "nearest 24" in explain_exactness(manifest)
    assert "N 483" in explain_exactness(manifest)
    assert exactness_figure(manifest) == ("Approximate search", f"{said}%")


def test_titles_are_searched_exactly_beside_any_index_of_photos(exact: Manifest) -> None:
    assert say_exactness(approximate(exact, 0.99), by_photo=False) == "exact search"
