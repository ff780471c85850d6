"""Hashes: ranked by the bits in which they differ; another library's are read from a file."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from product_matching.comparison.hashes import foreign_hashes, own_phashes, rank_hashes, read_hashes
from product_matching.comparison.lookup import Lookup, demo_set
from product_matching.errors import InputError
from product_matching.listings.catalogue import Catalogue


def test_hashes_are_ranked_by_differing_bits() -> None:
    hashes = ["0" * 16, "0" * 15 + "1", "f" * 16, "0" * 15 + "3"]
    rows = np.arange(4)
    neighbours = rank_hashes(hashes)(Lookup((rows,), rows, rows, rows))
    assert neighbours.of(0)[0].tolist() == [0, 1, 3, 2]
    assert neighbours.of(0)[1].tolist() == [0, 1 / 64, 2 / 64, 1]
    assert neighbours.of(2)[0].tolist() == [2, 3, 1, 0]


def test_own_hashes_are_those_of_the_photos(demo: Catalogue) -> None:
    imagehash = pytest.importorskip("imagehash")
    image = pytest.importorskip("PIL.Image")
    data = demo_set(demo)
    assert own_phashes(data.paths[:3]) == [str(imagehash.phash(image.open(path))) for path in data.paths[:3]]


def test_a_file_of_hashes_serves_every_photo_or_is_refused(demo: Catalogue, tmp_path: Path) -> None:
    data, path = demo_set(demo), tmp_path / "hashes.json"
    by_name = {photo.name: f"{number:016x}" for number, photo in enumerate(data.paths)}
    path.write_text(json.dumps({"library": "some 1.0", "hashes": {"AHash": by_name}}), encoding="utf-8")
    foreign = read_hashes(path)
    assert foreign.library == "some 1.0"
    assert foreign_hashes(foreign.by_name["AHash"], data)[:2] == ["0" * 16, "0" * 15 + "1"]
    del by_name[data.paths[0].name]
    with pytest.raises(InputError, match="lacks 1 photos"):
        foreign_hashes(by_name, data)


@pytest.mark.parametrize("content", ["", "[]", '{"hashes": 3}', '{"library": "x", "hashes": {"A": 1}}'])
def test_another_file_is_refused(content: str, tmp_path: Path) -> None:
    path = tmp_path / "hashes.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match="no file of hashes"):
        read_hashes(path)
