"""Settings kept in a bundle decide wherever no other is asked for, and only the manifest changes."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from product_matching import files
from product_matching.errors import InputError
from product_matching.matching.thresholds import Thresholds
from product_matching.metrics.setting_scores import Figure, SettingFigures
from product_matching.store.bundle import open_bundle
from product_matching.store.kept_pairs import KEPT_FILES
from product_matching.store.manifest import MANIFEST_FILE, read_manifest
from product_matching.workflows.bundle_settings import is_changed, use_built_in, use_distances, use_sureness
from product_matching.workflows.choose_scorer import ChosenScorer
from product_matching.workflows.find import default_thresholds, fill_thresholds
from product_matching.workflows.match import match_by_defaults
from product_matching.workflows.verify import verify_bundle

FIGURE = Figure(value=0.91234, low=0.9, high=0.93)
FIGURES = SettingFigures(precision=FIGURE, recall=FIGURE, f1=FIGURE, accepted=9, n_queries=12)


@pytest.fixture
def folder(small_bundle: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(small_bundle, tmp_path / "small"))


def contents(folder: Path) -> dict[str, bytes]:
    """All that is not derived, but for the manifest."""
    beside = {MANIFEST_FILE, *KEPT_FILES}
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name not in beside}


def test_distances_that_are_kept_decide_and_those_of_the_build_come_back(folder: Path) -> None:
    bundle, before = open_bundle(folder), contents(folder)
    built = (bundle.manifest.photo_threshold, bundle.manifest.title_threshold)
    use_distances(bundle, Thresholds(0.001, 0.1), figures=FIGURES, measured_on="the test part")
    use_distances(bundle, Thresholds(title=0.01), figures=FIGURES, measured_on="the test part")
    changed = open_bundle(folder)
    assert default_thresholds(changed) == Thresholds(0.001, 0.01)
    assert fill_thresholds(changed, Thresholds(title=0.5)) == Thresholds(0.001, 0.5)
    kept = changed.manifest.title_threshold
    assert kept is not None
    assert (kept.n, kept.f1) == (25, 0.9123)
    assert kept.protocol == "chosen by hand; measured on 12 listings of the test part in the whole catalogue"
    found = match_by_defaults(changed, Thresholds())
    assert found.thresholds == Thresholds(0.001, 0.01)
    assert len(found.matches.rows) < len(match_by_defaults(bundle, Thresholds()).matches.rows)
    assert (contents(folder), verify_bundle(folder)) == (before, [])
    assert changed.content == bundle.content != changed.fingerprint
    assert is_changed(changed.manifest)
    use_built_in(folder)
    back = read_manifest(folder)
    assert (back.photo_threshold, back.title_threshold) == built
    assert back == bundle.manifest


def test_a_side_that_is_not_there_is_refused(folder: Path) -> None:
    bundle = replace(open_bundle(folder), photo_vectors=None)
    with pytest.raises(InputError, match="has no photos: leave their threshold out"):
        use_distances(bundle, Thresholds(photo=0.1))


@pytest.mark.parametrize("probability", [0.0, 1.0])
def test_a_probability_that_accepts_everything_or_nothing_is_refused(folder: Path, probability: float) -> None:
    chosen = ChosenScorer(name="any", scorer=None, calibrated_here=False)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="must be between 0 and 1"):
        use_sureness(open_bundle(folder), chosen, probability)


def test_a_bundle_that_cannot_be_written_is_told_in_one_sentence(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: object) -> None:
        raise PermissionError(13, "Permission denied")

    bundle = open_bundle(folder)
    monkeypatch.setattr(files.tempfile, "TemporaryDirectory", refuse)
    with pytest.raises(InputError, match=r"^The settings of the bundle .* cannot be written \(Permission denied\)\.$"):
        use_distances(bundle, Thresholds(photo=0.1))
    assert read_manifest(folder) == bundle.manifest
