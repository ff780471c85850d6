"""Near pairs of a bundle: measured once for the same thresholds and rules, with the same matches and groups."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from product_matching.matching.chain import CANDIDATES, PLAIN, Rules, VectorRules
from product_matching.matching.thresholds import PairRules, Thresholds
from product_matching.store.bundle import Bundle, open_bundle
from product_matching.store.kept_pairs import PAIR_DISTANCES_FILE
from product_matching.workflows import match
from product_matching.workflows.catalogue_groups import CatalogueGroups, group_matches
from product_matching.workflows.match import CatalogueMatches, match_by_defaults, match_catalogue
from product_matching.workflows.pair_distances import are_distances_kept

PAIR_RULES = PairRules(photo_bits=4, quantity_veto=True, min2=0.3)
RULES = [PLAIN, Rules(pairs=PAIR_RULES, mutual=CANDIDATES), Rules(vectors=VectorRules(expansion=2))]


@pytest.fixture
def bundle(small_bundle: Path, tmp_path: Path) -> Bundle:
    shutil.copytree(small_bundle, tmp_path / "small", ignore=shutil.ignore_patterns(PAIR_DISTANCES_FILE))
    return open_bundle(tmp_path / "small")


def plain(matched: CatalogueMatches) -> tuple[object, ...]:
    """All that is decided, as plain values."""
    found: CatalogueGroups = group_matches(matched)
    arrays = (matched.matches.offsets, matched.matches.rows, matched.linkage.rows, matched.linkage.distances)
    groups = [(group, pair.pair, pair.distance) for group, pair in zip(found.groups, found.farthest, strict=True)]
    return (*(array.tolist() for array in arrays), groups, matched.thresholds)


@pytest.mark.parametrize("rules", RULES)
@pytest.mark.parametrize("given", [Thresholds(), Thresholds(0.5, None, 0.45)])
def test_pairs_are_measured_once_and_decide_as_before(
    bundle: Bundle, given: Thresholds, rules: Rules, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not are_distances_kept(bundle, given, rules)
    first = match_by_defaults(bundle, given, rules)
    assert are_distances_kept(bundle, given, rules)
    monkeypatch.delattr(match, "_near_pairs")  # nothing is searched for any more
    assert plain(match_by_defaults(bundle, given, rules)) == plain(first)
    first_row, other_row = np.triu_indices(len(bundle), 1)
    measured = match_by_defaults(bundle, given, rules).measure(first_row, other_row)
    assert measured.tolist() == first.measure(first_row, other_row).tolist()


def test_what_is_kept_is_of_one_state_of_the_bundle_and_one_setting(bundle: Bundle) -> None:
    match_by_defaults(bundle, Thresholds())
    entry = replace(bundle.manifest.files["listings.parquet"], sha256="0" * 64)
    changed = replace(bundle.manifest, files=bundle.manifest.files | {"listings.parquet": entry})
    assert not are_distances_kept(replace(bundle, manifest=changed), Thresholds(), PLAIN)
    other_own = replace(bundle, manifest=replace(bundle.manifest, title_threshold=None))
    assert not are_distances_kept(other_own, Thresholds(), PLAIN)
    assert not are_distances_kept(bundle, Thresholds(), RULES[1])
    match_by_defaults(bundle, Thresholds(title=0.6))
    assert are_distances_kept(bundle, Thresholds(title=0.6), PLAIN)
    assert not are_distances_kept(bundle, Thresholds(), PLAIN), "the last one is kept"


@pytest.mark.parametrize("content", [b"", b"not a zip"])
def test_a_damaged_file_is_measured_anew_and_a_folder_that_is_only_read_is_fine(bundle: Bundle, content: bytes) -> None:
    expected = plain(match_catalogue(bundle, match_by_defaults(bundle, Thresholds()).thresholds))
    (bundle.folder / PAIR_DISTANCES_FILE).write_bytes(content)
    assert plain(match_by_defaults(bundle, Thresholds())) == expected
    assert are_distances_kept(bundle, Thresholds(), PLAIN)
    elsewhere = replace(bundle, folder=bundle.folder / "gone")
    assert plain(match_by_defaults(elsewhere, Thresholds())) == expected
    assert not elsewhere.folder.exists()
