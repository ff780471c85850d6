"""What a reader has read is kept on disk, for this reader alone."""

import sqlite3
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image

from product_matching.encoders.print_cache import PrintCache
from product_matching.listings.prints import PhotoPrint, PrintLine

BOX = ((0.0, 0.0), (9.0, 0.0), (9.0, 9.0), (0.0, 9.0))


@dataclass(frozen=True)
class Reader:
    name: str = "one"

    def read(self, photo: Image.Image) -> PhotoPrint:
        return PhotoPrint(size=photo.size, lines=())


READ = PhotoPrint(size=(9, 9), lines=(PrintLine(text="Crème 50 ml", confidence=0.5, box=BOX),))


def test_what_was_read_is_found_again_by_the_same_reader(tmp_path: Path) -> None:
    PrintCache(Reader(), tmp_path).put({"a": READ, "b": PhotoPrint(size=(1, 1), lines=())})
    cache = PrintCache(Reader(), tmp_path)
    assert cache.get(["a", "c"]) == {"a": READ}
    assert cache.keys() == {"a", "b"}
    assert PrintCache(Reader("two"), tmp_path).get(["a"]) == {}


def test_the_first_reading_stays(tmp_path: Path) -> None:
    cache = PrintCache(Reader(), tmp_path)
    cache.put({"a": READ})
    cache.put({"a": PhotoPrint(size=(1, 1), lines=())})
    assert cache.get(["a"]) == {"a": READ}


def test_the_users_data_folder_is_the_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRODUCT_MATCHING_HOME", str(tmp_path / "home"))
    PrintCache(Reader()).put({"a": READ})
    assert [path.parent.name for path in tmp_path.rglob("*.sqlite")] == ["prints"]


def test_a_damaged_entry_is_forgotten(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    cache = PrintCache(Reader(), tmp_path)
    cache.put({"a": READ, "b": READ, "c": READ})
    [file] = tmp_path.glob("*.sqlite")
    with sqlite3.connect(file) as database:
        database.execute("UPDATE vectors SET vector = ? WHERE photo = 'a'", [b"\xff{"])
        database.execute("UPDATE vectors SET vector = 3 WHERE photo = 'b'")
    database.close()
    assert cache.get(["a", "b", "c"]) == {"c": READ}
    assert "has damaged entries (2)" in caplog.text
    assert cache.keys() == {"c"}
