"""A bundle published to Milvus Lite: idempotent, resumable, and found there as the local indexes find it."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from product_matching.errors import InputError
from product_matching.progress import Cancelled
from product_matching.search.milvus import collection as collections
from product_matching.search.milvus.collection import Collection, collection_name
from product_matching.search.milvus.connection import ADDRESS_VARIABLE, MilvusError, disconnect
from product_matching.store.bundle import Bundle, open_bundle
from product_matching.store.milvus_addresses import keep_milvus_address, milvus_address
from product_matching.workflows import publish as publishing
from product_matching.workflows.find import Finder, Query, default_thresholds
from product_matching.workflows.publish import bring_up_to_date, publish_bundle, searched_content
from tests.recorded_progress import RecordedProgress

pytest.importorskip("milvus_lite", reason="the extra 'milvus' is not installed")
NONE = np.zeros(0, dtype=np.int64)
DEMO = Path(__file__).parents[2] / "embeddings" / "demo"


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    yield str(tmp_path / "lite.db")
    disconnect(str(tmp_path / "lite.db"))


@pytest.fixture
def bundle(small_bundle: Path) -> Bundle:
    return open_bundle(small_bundle)


def without(bundle: Bundle, ids: list[str]) -> Bundle:
    """The bundle without some of its listings, as another version of it."""
    rows = np.flatnonzero(~bundle.listings["posting_id"].isin(ids).to_numpy())
    assert bundle.photo_vectors is not None
    assert bundle.title_matrix is not None
    entry = replace(bundle.manifest.files["listings.parquet"], sha256="f" * 64)
    return replace(
        bundle,
        manifest=replace(bundle.manifest, files=bundle.manifest.files | {"listings.parquet": entry}),
        listings=bundle.listings.iloc[rows].reset_index(drop=True),
        photo_vectors=np.array(bundle.photo_vectors)[rows],
        title_matrix=bundle.title_matrix[rows],
    )


def of(bundle: Bundle, address: str) -> Collection:
    return Collection(address, collection_name(bundle.manifest.catalogue_id))


def found(finder: Finder, query: Query) -> str:
    matches = finder.matches(query, default_thresholds(finder.bundle))
    near = finder.candidates(query, 12)
    # As text, in which a side that is missing (NaN) equals itself, and every digit counts.
    return repr([each.tolist() for one in (matches, near) for each in (one.rows, one.photo, one.title)])


def test_a_published_bundle_is_found_at_its_address_and_sends_nothing_twice(bundle: Bundle, address: str) -> None:
    first, again = publish_bundle(bundle, address), publish_bundle(bundle, address)
    assert (first.listings, first.sent, first.removed) == (len(bundle), len(bundle), 0)
    assert (again.sent, again.removed) == (0, 0)
    assert milvus_address(bundle.manifest.catalogue_id) == address
    assert first.layout.exact
    assert first.layout.columns["price"] == "number"
    assert first.layout.columns["title"] == "text"
    assert of(bundle, address).count("price >= 70") == int((bundle.listings["price"].astype(float) >= 70).sum())


def test_a_new_version_of_a_bundle_sends_and_removes_the_difference(bundle: Bundle, address: str) -> None:
    fewer = without(bundle, ["0a", "3b"])
    publish_bundle(fewer, address)
    grown = publish_bundle(bundle, address)
    assert (grown.sent, grown.removed) == (2, 0)
    shrunk = publish_bundle(fewer, address)
    assert (shrunk.sent, shrunk.removed) == (0, 2)
    was, is_now = searched_content(fewer.manifest), searched_content(bundle.manifest)
    new = np.array([bundle.row_of("0a"), bundle.row_of("3b")])
    bring_up_to_date(bundle, address, before=was, changed=new, removed=[])
    assert of(bundle, address).stamps().keys() == bundle.rows.keys()
    assert Finder(bundle, address).served.problem == ""  # type: ignore[union-attr]
    with pytest.raises(MilvusError, match="does not hold the bundle as it was before this change: publish it again"):
        bring_up_to_date(fewer, address, before=was, changed=NONE, removed=["0a", "3b"])
    bring_up_to_date(fewer, address, before=is_now, changed=NONE, removed=["0a", "3b"])
    assert publish_bundle(fewer, address).sent == 0


def test_an_interrupted_publication_says_so_and_is_taken_up_where_it_stopped(
    bundle: Bundle, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publishing, "_MAX_BATCH_ROWS", 10)
    with pytest.raises(Cancelled):
        publish_bundle(bundle, address, progress=RecordedProgress("listings for Milvus", 10))
    finder = Finder(bundle, address)
    assert finder.served is not None
    assert f"holds only part of it (10 of {len(bundle)} listings): publish the bundle again." in finder.served.problem
    assert publish_bundle(bundle, address).sent == len(bundle) - 10
    finder.served.check()
    assert finder.served.problem == ""


def test_a_collection_of_another_version_is_recognised_and_the_local_index_answers(
    bundle: Bundle, address: str
) -> None:
    publish_bundle(without(bundle, ["0a"]), address)
    finder, local = Finder(bundle, address), Finder(bundle)
    assert finder.served is not None
    assert f"holds another version of this bundle ({len(bundle) - 1} listings)" in finder.served.problem
    query = local.listing_query(bundle.row_of("0b"))
    assert found(finder, query) == found(local, query)


def test_a_search_that_fails_is_answered_by_the_local_index(
    bundle: Bundle, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_bundle(bundle, address)
    finder, local = Finder(bundle, address), Finder(bundle)
    query = local.listing_query(bundle.row_of("0b"))
    assert found(finder, query) == found(local, query)

    def break_down(*_: Any, **__: Any) -> Any:
        raise MilvusError("Milvus at x does not answer (gone).")

    monkeypatch.setattr(collections.Collection, "search", break_down)
    assert found(finder, query) == found(local, query)
    assert finder.served is not None
    assert finder.served.problem == "Milvus at x does not answer (gone)."
    monkeypatch.undo()
    finder.served.check()
    assert finder.served.problem == ""


def test_several_threads_can_search_at_once(bundle: Bundle, address: str) -> None:
    publish_bundle(bundle, address)
    finder, local = Finder(bundle, address), Finder(bundle)
    queries = [local.listing_query(row) for row in range(8)]
    answers: dict[int, Any] = {}
    threads = [
        threading.Thread(target=lambda row=row: answers.update({row: found(finder, queries[row])})) for row in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == {row: found(local, queries[row]) for row in range(8)}
    assert finder.served is not None
    assert finder.served.problem == ""


def test_the_demo_gives_the_matches_of_the_flat_index_to_the_last_digit(tmp_path: Path, address: str) -> None:
    shutil.copytree(DEMO, tmp_path / "demo")
    demo = open_bundle(tmp_path / "demo")
    publish_bundle(demo, address)
    served, local = Finder(demo, address), Finder(demo)
    queries = [local.listing_query(row) for row in range(0, len(demo), 700)]
    queries += [Query(title=local.title_query("pixoran wireless headset PR795"), text="pixoran wireless headset PR795")]
    queries += [replace(query, title=None) for query in queries[:2]]
    for query in queries:
        assert found(served, query) == found(local, query)
    assert served.served is not None
    assert served.served.problem == ""


def test_the_variable_names_one_milvus_for_every_catalogue_or_none(monkeypatch: pytest.MonkeyPatch) -> None:
    keep_milvus_address("one", "http://kept:1")
    keep_milvus_address("two", "http://kept:2")
    assert [milvus_address(each) for each in ("one", "two", "three")] == ["http://kept:1", "http://kept:2", None]
    monkeypatch.setenv(ADDRESS_VARIABLE, "http://named:1")
    assert milvus_address("one") == milvus_address("three") == "http://named:1"
    monkeypatch.setenv(ADDRESS_VARIABLE, "off")
    assert milvus_address("one") is None
    monkeypatch.delenv(ADDRESS_VARIABLE)
    keep_milvus_address("one", None)
    assert milvus_address("one") is None
    assert milvus_address("two") == "http://kept:2"


def test_a_damaged_file_of_addresses_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRODUCT_MATCHING_HOME", str(tmp_path))
    for text in ("{", '["http://x:1"]', '{"one": 1}'):
        (tmp_path / "milvus.json").write_text(text)
        with pytest.raises(
            InputError, match=r"The file of Milvus addresses is damaged .*: remove it, and publish again"
        ):
            milvus_address("one")


def test_an_address_that_is_none_is_said_and_the_local_index_answers(bundle: Bundle) -> None:
    finder, local = Finder(bundle, "nowhere"), Finder(bundle)
    assert finder.served is not None
    assert "'nowhere' is no address of Milvus" in finder.served.problem
    query = local.listing_query(0)
    assert found(finder, query) == found(local, query)
