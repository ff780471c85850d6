"""A bundle that is changed is valid at every moment, whatever happens to the program that changes it."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from product_matching.errors import InputError
from product_matching.store.bundle import open_bundle
from product_matching.store.changing import change_bundle
from product_matching.store.locks import change_lock
from product_matching.store.manifest import read_manifest, rewrite_manifest
from product_matching.workflows.add_listings import add_listings
from product_matching.workflows.build import BuildOptions, build_bundle
from product_matching.workflows.compact_bundle import compact_bundle
from product_matching.workflows.remove_listings import remove_listings
from product_matching.workflows.verify import verify_bundle
from tests.store.forgery import edit_manifest
from tests.store.grown import FIRST, Growing, growing
from tests.store.killing import Killed, killed_at

__all__ = ["growing"]
Act = Callable[[Growing, Path], object]


def add(growing: Growing, folder: Path) -> None:
    """Add listings, one of which takes the place of an old one."""
    new = growing.rows(FIRST - 1, FIRST + 3)
    add_listings(
        folder, new, open_encoder=lambda _: growing.encoder, cache=growing.cache, replace_known=True, workers=1
    )


def remove(growing: Growing, folder: Path) -> None:
    remove_listings(folder, ["0a", "1b"])


def compact(_: Growing, folder: Path) -> None:
    compact_bundle(folder)


def state_of(folder: Path) -> tuple[list[str], set[str]]:
    """The ids of a bundle and its words."""
    bundle = open_bundle(folder)
    assert bundle.title_encoder is not None
    return [str(each) for each in bundle.listings["posting_id"]], set(bundle.title_encoder.words)


@pytest.fixture
def folder(growing: Growing, tmp_path: Path) -> Path:
    return growing.copy(tmp_path)


@pytest.mark.parametrize("act", [add, remove, compact])
def test_a_kill_at_any_file_operation_leaves_the_state_before_or_after(
    growing: Growing, tmp_path: Path, act: Act
) -> None:
    folder = tmp_path / "small"
    options = BuildOptions(keypoints=False, photo_threshold=0.3, title_threshold=0.5)
    base = growing.of(growing.whole.listings.iloc[[0, 1, 4, 6, FIRST - 1]])
    build_bundle(base, folder, encoder=growing.encoder, cache=growing.cache, options=options)
    remove_listings(folder, ["2a"])  # a list of removed rows is there already
    new = growing.rows(20, 21)
    add_listings(folder, new, open_encoder=lambda _: growing.encoder, cache=growing.cache)
    before = state_of(folder)
    shutil.copytree(folder, tmp_path / "whole")
    act(growing, tmp_path / "whole")
    after = state_of(tmp_path / "whole")
    seen = set()
    for operation in range(1000):
        killed = tmp_path / f"killed{operation}"
        shutil.copytree(folder, killed)
        try:
            with killed_at(operation) as asked:
                act(growing, killed)
        except Killed:
            pass
        found = state_of(killed)
        assert found in (before, after), asked
        assert verify_bundle(killed) == [], asked
        seen.add(found == after)
        done = len(asked) <= operation
        with change_bundle(killed):  # the next change cleans up
            pass
        named = {Path(name).parts[0] for name in read_manifest(killed).all_files}
        assert {path.name for path in killed.iterdir()} == named | {"manifest.json", ".lock"}
        shutil.rmtree(killed)
        if done:
            break
    assert done
    assert operation > 5
    assert seen == {False, True}


def test_a_second_writer_is_told_in_one_sentence_and_changes_nothing(growing: Growing, folder: Path) -> None:
    with change_lock(folder):
        with pytest.raises(InputError, match=r"is being changed by another program: try again when it is done\.$"):
            remove(growing, folder)
        rewrite_manifest(folder, lambda manifest: manifest)  # settings may be
    remove(growing, folder)


def test_settings_that_change_meanwhile_are_kept_and_a_bundle_built_anew_meanwhile_is_left(folder: Path) -> None:
    with change_bundle(folder) as change:
        edit_manifest(folder, lambda manifest: manifest["photo_threshold"].update(distance=0.123))
        manifest = change.commit(lambda current: current)
    assert manifest.photo_threshold is not None
    assert manifest.photo_threshold.distance == 0.123
    with change_bundle(folder) as change:
        edit_manifest(folder, lambda manifest: manifest["files"]["listings.parquet"].update(sha256="0" * 64))
        with pytest.raises(InputError, match="was built anew meanwhile"):
            change.commit(lambda current: current)


def test_a_reader_beside_a_writer_sees_one_state_whole(growing: Growing, folder: Path) -> None:
    failures: list[BaseException] = []

    def write() -> None:
        try:
            for _ in range(4):
                add(growing, folder)
                compact_bundle(folder)
                remove_listings(folder, [str(each) for each in growing.rows(FIRST, FIRST + 3).listings["posting_id"]])
        except BaseException as error:
            failures.append(error)

    writer = threading.Thread(target=write)
    writer.start()
    lengths = set()
    while writer.is_alive():
        lengths.add(len(open_bundle(folder)))
    writer.join()
    assert failures == []
    assert lengths <= {FIRST, FIRST + 3}


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda m: m["growth"]["segments"][0].update(name="../../secret"), "must be a text of the pattern"),
        (lambda m: m["growth"]["segments"][0].update(name="0001-../x"), "must be a text of the pattern"),
        (lambda m: m["growth"]["removed"].update(name="../removed-0001-00000000.npy"), "must be a text of the pattern"),
        (lambda m: m["growth"]["segments"][0]["files"].update({"../x": {"bytes": 1, "sha256": "0" * 64}}), "names the"),
        (lambda m: m["growth"]["segments"][0]["files"].pop("listings.parquet"), "names the files"),
        (lambda m: m["growth"]["segments"][0].update(n_listings=99), "rows that were not removed"),
        (lambda m: m["growth"]["segments"].append(m["growth"]["segments"][0]), "the same name"),
        (lambda m: m["growth"].update(n_base=-1), "must be at least 0"),
        (lambda m: m.update(format=2), "does not fit its field growth"),
        (lambda m: m.update(growth=None), "does not fit its field growth"),
    ],
)
def test_a_growth_that_does_not_hold_is_refused(growing: Growing, folder: Path, change: Act, sentence: str) -> None:
    add(growing, folder)
    edit_manifest(folder, change)
    with pytest.raises(InputError, match=sentence):
        open_bundle(folder)


def test_damage_to_what_was_added_is_named(growing: Growing, folder: Path) -> None:
    add(growing, folder)
    manifest = read_manifest(folder)
    assert manifest.growth is not None
    assert manifest.growth.removed is not None
    name = next(name for name in manifest.all_files if name.endswith("photo_vectors.npy") and "/" in name)
    content = (folder / name).read_bytes()
    (folder / name).write_bytes(content[:-4] + b"odd!")
    assert f"{name} is not the file that the manifest names (SHA-256 differs)." in verify_bundle(folder)
    (folder / name).write_bytes(content[:-4])
    with pytest.raises(InputError, match=name):
        open_bundle(folder)
    (folder / name).write_bytes(content)
    (folder / name).with_name("more.txt").write_text("not ours")
    assert verify_bundle(folder) == [f"{str(Path(name).with_name('more.txt'))!r} does not belong to the bundle."]
    (folder / name).with_name("more.txt").unlink()
    np.save(folder / manifest.growth.removed.name, np.array([99]))
    with pytest.raises(InputError, match=f"{manifest.growth.removed.name} is not the one built with it"):
        open_bundle(folder)
    with pytest.raises(InputError, match="holds something else than rows in order"):
        open_bundle(folder, spots=False)


def test_words_that_a_segment_brings_may_not_be_known(growing: Growing, folder: Path) -> None:
    add(growing, folder)
    name = next(name for name in read_manifest(folder).all_files if "/title_vocabulary" in name)
    vocabulary = json.loads((folder / name).read_text(encoding="utf-8"))
    known = json.loads((folder / "title_vocabulary.json").read_text(encoding="utf-8"))["words"]
    word = next(each for each in known if len(each) == len(vocabulary["words"][0]))
    vocabulary["words"][0] = word
    (folder / name).write_text(json.dumps(vocabulary, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")
    with pytest.raises(InputError, match="a word is in the vocabulary twice"):
        open_bundle(folder, spots=False)
