"""Programs that write one bundle, or one file of the user's data, at once: each is done or told in one sentence."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from product_matching.errors import InputError
from product_matching.listings.catalogue import Catalogue
from product_matching.matching.thresholds import Thresholds
from product_matching.store.audits import AuditPair, AuditStore
from product_matching.store.bundle import open_bundle
from product_matching.store.changing import change_bundle
from product_matching.store.locks import change_lock, manifest_lock
from product_matching.workflows import map_listings
from product_matching.workflows.add_listings import add_listings
from product_matching.workflows.build import BuildOptions, build_bundle
from product_matching.workflows.bundle_settings import use_distances
from product_matching.workflows.compact_bundle import compact_bundle
from product_matching.workflows.remove_listings import remove_listings
from product_matching.workflows.verify import verify_bundle

TITLES = ("red lamp", "blue chair", "green tea", "black tea", "tea pot", "red chair")
BUSY = r"is being changed by another program: try again when it is done\.$"


def catalogue(letter: str) -> Catalogue:
    ids = [f"{letter}{number}" for number in range(len(TITLES))]
    return Catalogue(pd.DataFrame({"posting_id": ids, "title": TITLES}), None)


def build(folder: Path, letter: str = "a") -> None:
    build_bundle(catalogue(letter), folder, options=BuildOptions(overwrite=True, title_threshold=0.3))


def add(folder: Path, letter: str) -> None:
    add_listings(folder, catalogue(letter), open_encoder=lambda _: pytest.fail("no photos"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    build(tmp_path / "bundle")
    add(tmp_path / "bundle", "b")
    return tmp_path / "bundle"


CHANGES: dict[str, Callable[[Path], object]] = {
    "add": lambda folder: add(folder, "c"),
    "remove": lambda folder: remove_listings(folder, ["a1"]),
    "compact": compact_bundle,
    "map": map_listings.add_map,
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_beside_another_one_is_told_at_once_and_changes_nothing(
    folder: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(map_listings, "map_by_neighbours", lambda *_, **__: pytest.fail("it is told before the work"))
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    with change_lock(folder):
        with pytest.raises(InputError, match=BUSY):
            CHANGES[name](folder)
        use_distances(open_bundle(folder), Thresholds(None, 0.4))  # settings may be changed meanwhile
    manifest = folder / "manifest.json"
    after = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.name != ".lock"}
    assert {path for path in before | after if before.get(path) != after.get(path)} <= {manifest, folder / ".lock"}
    assert open_bundle(folder).manifest.title_threshold.distance == 0.4


def test_settings_chosen_for_a_bundle_are_not_given_to_one_that_was_built_in_its_place(folder: Path) -> None:
    opened = open_bundle(folder)
    add(folder, "c")
    assert use_distances(opened, Thresholds(None, 0.4)).n_listings == len(opened) + len(TITLES)
    build(folder, "p")
    with pytest.raises(InputError, match=r"was written anew meanwhile: try again\.$"):
        use_distances(opened, Thresholds(None, 0.6))
    assert open_bundle(folder).manifest.title_threshold.distance == 0.3


def test_writers_of_one_bundle_at_once_leave_it_whole_and_each_is_done_or_told(folder: Path) -> None:
    said: list[str] = []
    unexpected: list[BaseException] = []
    done: list[str] = []

    def write(name: str, *acts: Callable[[], object]) -> None:
        for act in acts:
            try:
                act()
                done.append(name)
            except InputError as error:
                said.append(str(error))
            except BaseException as error:
                unexpected.append(error)

    def tune(distance: float) -> None:
        use_distances(open_bundle(folder), Thresholds(None, distance))

    writers = [
        threading.Thread(target=write, args=(name, *acts))
        for name, acts in {
            "add": [lambda letter=letter: add(folder, letter) for letter in "cdefgh"],
            "add too": [lambda letter=letter: add(folder, letter) for letter in "ijklmn"],
            "compact": [lambda: compact_bundle(folder)] * 4,
            "remove": [lambda number=number: remove_listings(folder, [f"b{number}"]) for number in range(4)],
            "tune": [lambda step=step: tune(0.2 + step / 100) for step in range(8)],
            "build": [lambda: build(folder)] * 2,
            "build too": [lambda: build(folder)] * 2,
        }.items()
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert unexpected == []
    assert {"build", "build too", "tune"} <= set(done)
    assert all("\n" not in each and each.endswith(".") for each in said)
    assert verify_bundle(folder) == []
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]
    add(folder, "z")  # nothing that is left hinders the next one
    assert open_bundle(folder).listings["posting_id"].tolist()[-1] == "z5"


def test_two_builds_of_one_folder_leave_one_of_them_whole(folder: Path) -> None:
    builds = [threading.Thread(target=build, args=(folder, letter)) for letter in "pqr"]
    for each in builds:
        each.start()
    for each in builds:
        each.join()
    ids = open_bundle(folder).listings["posting_id"].tolist()
    assert ids in [[f"{letter}{number}" for number in range(len(TITLES))] for letter in "pqr"]
    assert verify_bundle(folder) == []
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


def test_audits_begun_at_once_are_kept_each_with_its_own_pairs(tmp_path: Path) -> None:
    path, numbers = tmp_path / "audits.sqlite", {}

    def begin(letter: str) -> None:
        pairs = [AuditPair(first=f"{letter}{number}", second="x") for number in range(5)]
        numbers[letter] = AuditStore(path).begin("catalogue", pairs, what=letter, population=5, seed=0)

    threads = [threading.Thread(target=begin, args=(letter,)) for letter in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(numbers.values()) == [1, 2, 3, 4]
    latest = AuditStore(path).latest("catalogue")
    assert latest is not None
    assert numbers[latest.what] == 4
    assert {pair.first[0] for pair in latest.pairs} == {latest.what}
    assert len(latest.pairs) == 5


def test_a_change_leaves_a_bundle_alone_that_was_built_in_the_place_of_its_own(folder: Path) -> None:
    with change_bundle(folder):
        build(folder)
        begun = folder / "segments" / "0001-00000000"  # of another program that changes the new one
        begun.mkdir(parents=True)
    assert begun.is_dir()


def test_no_bundle_is_put_in_the_place_of_one_whose_manifest_is_being_replaced(folder: Path) -> None:
    builder = threading.Thread(target=build, args=(folder,))
    with manifest_lock(folder):
        before = folder.stat().st_ino
        builder.start()
        builder.join(0.5)
        assert builder.is_alive()
        assert folder.stat().st_ino == before
    builder.join()
    assert folder.stat().st_ino != before
