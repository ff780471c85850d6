"""Paths that visitors type: what is refused, and bundles that are linked."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from product_matching.errors import InputError
from product_matching.store.opening import OPEN_PATHS, allowed_folder, open_by_path


@pytest.fixture
def embeddings(tmp_path: Path, small_bundle: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of bundles with ``small``, ``team/mine``, and a folder ``outside`` beside it."""
    folder = tmp_path / "embeddings"
    shutil.copytree(small_bundle, folder / "small")
    shutil.copytree(small_bundle, folder / "team" / "mine")
    shutil.copytree(small_bundle, tmp_path / "outside" / "far")
    monkeypatch.setenv("PRODUCT_MATCHING_EMBEDDINGS", str(folder))
    monkeypatch.delenv(OPEN_PATHS, raising=False)
    return folder


def test_a_path_outside_is_refused_in_the_same_words_whether_it_is_there_or_not(embeddings: Path) -> None:
    (embeddings / "team" / "out").symlink_to(embeddings.parent / "outside")
    for path in (embeddings.parent / "outside", embeddings.parent / "nowhere", "../outside", "team/out/far", "/etc"):
        with pytest.raises(InputError, match=f"lies outside .* {OPEN_PATHS}=1") as refused:
            allowed_folder(str(path))
        assert "\n" not in str(refused.value)


@pytest.mark.parametrize("path", ["", " ", "a\0b", "a\nb"])
def test_what_is_no_path_is_refused(embeddings: Path, path: str) -> None:
    with pytest.raises(InputError, match="not one of a folder"):
        allowed_folder(path)


def test_a_folder_that_is_not_there_is_named(embeddings: Path) -> None:
    with pytest.raises(InputError, match="no folder 'nowhere'"):
        allowed_folder("nowhere")


def test_a_bundle_that_is_listed_is_opened_by_its_name_and_one_below_is_linked(embeddings: Path) -> None:
    assert open_by_path("small") == open_by_path(str(embeddings / "small")) == "small"
    assert open_by_path("team/mine") == open_by_path("team/mine") == "mine"
    assert (embeddings / "mine").resolve() == (embeddings / "team" / "mine").resolve()
    with pytest.raises(InputError, match="no bundle at"):
        open_by_path("team")


def test_the_operator_may_allow_other_folders(embeddings: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(OPEN_PATHS, "1")
    far = embeddings.parent / "outside" / "far"
    assert open_by_path(str(far)) == "far"
    assert open_by_path("far") == "far"
    assert allowed_folder("far") == far
    shutil.copytree(far, embeddings.parent / "outside" / "small")
    with pytest.raises(InputError, match="another catalogue 'small'"):
        open_by_path(str(far.parent / "small"))
