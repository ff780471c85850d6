"""Addresses, and one sentence for each way in which Milvus cannot be used."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from product_matching.errors import InputError
from product_matching.search.milvus.collection import Collection, check_complete
from product_matching.search.milvus.connection import MilvusError, check_address, connect, disconnect
from product_matching.search.milvus.layout import Layout, State

CONTENT, OTHER = "a" * 64, "b" * 64
LAYOUT = Layout(dimension=4, titles=False)
HOLD = "import fcntl, sys; f = open(sys.argv[1], 'rb+'); fcntl.flock(f, fcntl.LOCK_EX); print('held'); sys.stdin.read()"


@pytest.mark.parametrize("address", ["http://db:19530", "https://db.example", "http://127.0.0.1:1"])
def test_the_address_of_a_server_is_taken_as_it_is(address: str) -> None:
    assert check_address(f" {address}/ ") == address


def test_a_lite_file_has_one_address_from_every_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert check_address("mine.db") == check_address(str(tmp_path / "mine.db")) == str(tmp_path / "mine.db")


@pytest.mark.parametrize(
    "address", ["", "db", "ftp://db:21", "http://", "http://db:x", "http://db:99999", "/tmp/folder"]
)
def test_anything_else_is_no_address(address: str) -> None:
    with pytest.raises(
        InputError, match=r"is no address of Milvus: give http://HOST:PORT, or a file that ends in \.db"
    ):
        check_address(address)


def test_a_password_does_not_belong_into_an_address() -> None:
    with pytest.raises(InputError, match="must hold no password: set PRODUCT_MATCHING_MILVUS_TOKEN=USER:PASSWORD"):
        check_address("http://root:Milvus@db:19530")


def test_without_its_packages_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pymilvus", None)
    with pytest.raises(
        InputError, match=r"^Searches in Milvus need the extra milvus: pip install -e '\.\[milvus\]'\.$"
    ):
        connect("http://127.0.0.1:1")


def test_a_server_that_is_down_is_one_sentence() -> None:
    pytest.importorskip("pymilvus", reason="the extra 'milvus' is not installed")
    with pytest.raises(MilvusError, match=r"^Milvus at http://127\.0\.0\.1:1 does not answer \([^\n]*\)\.$"):
        connect("http://127.0.0.1:1")


def test_a_lite_file_that_is_not_there_is_made_only_to_be_filled(lite: str, tmp_path: Path) -> None:
    missing = tmp_path / "missing.db"
    with pytest.raises(MilvusError, match=r"There is no Milvus Lite file .*missing\.db: publish a bundle to it first"):
        connect(str(missing))
    assert not missing.exists()
    with pytest.raises(MilvusError, match=r"cannot be made: there is no folder"):
        connect(str(tmp_path / "no" / "folder.db"), create=True)


def test_a_lite_file_serves_one_program_at_a_time(lite: str, tmp_path: Path) -> None:
    address = str(tmp_path / "own.db")
    connect(address, create=True)
    disconnect(address)
    command = [sys.executable, "-c", HOLD, str(Path(address) / "LOCK")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(MilvusError, match=r"is open in another program, and Milvus Lite serves one at a time"):
            connect(address)
        other.communicate()
    connect(address)
    disconnect(address)


def test_a_collection_that_does_not_hold_the_bundle_says_why(lite: str) -> None:
    collection = Collection(lite, "checked", create=True)
    with pytest.raises(MilvusError, match="has no collection checked: publish the bundle to it"):
        check_complete(collection, content=CONTENT, listings=0, dimension=4)
    collection.create(LAYOUT)
    with pytest.raises(MilvusError, match="was not made by this program, or by another version of it"):
        check_complete(collection, content=CONTENT, listings=0, dimension=4)
    for state, dimension, message in (
        (State(layout=LAYOUT, content=CONTENT, listings=9, complete=False), 4, r"only part of it \(0 of 9 listings\)"),
        (State(layout=LAYOUT, content=OTHER, listings=9, complete=True), 4, r"another version of this bundle \(9 list"),
        (State(layout=LAYOUT, content=CONTENT, listings=0, complete=True), 8, "of dimension 4, but the bundle of 8"),
    ):
        collection.write_state(state)
        with pytest.raises(MilvusError, match=message):
            check_complete(collection, content=CONTENT, listings=0, dimension=dimension)
    collection.write_state(State(layout=LAYOUT, content=CONTENT, listings=0, complete=True))
    assert check_complete(collection, content=CONTENT, listings=0, dimension=4).complete
    with pytest.raises(MilvusError, match="has 0 listings, but the bundle 3"):
        check_complete(collection, content=CONTENT, listings=3, dimension=4)
