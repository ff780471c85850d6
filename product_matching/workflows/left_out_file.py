"""The rows of a list that were left out of a catalogue, kept beside its bundle, so that they can be told later.

The manifest does not name the file: a bundle is whole without it.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from product_matching.errors import InputError
from product_matching.files import read_json, write_text
from product_matching.listings.faulty_rows import FaultyRow
from product_matching.store.kept_pairs import LEFT_OUT_FILE
from product_matching.validation import validate

#: The most rows that are kept, the last ones; one has some 200 bytes.
MAX_ROWS, _MAX_BYTES = 100_000, 200_000_000
#: Of the cells of a row those that name it.
_NAMING = ("posting_id", "title")

log = logging.getLogger(__name__)


def keep_left_out(folder: Path, rows: Sequence[FaultyRow]) -> None:
    """Keep rows with those that were left out before; nothing is written where there are none.

    Parameters
    ----------
    folder
        Of the bundle.
    rows
        Rows that were left out now.

    Raises
    ------
    InputError
        The folder cannot be written.
    """
    if not rows:
        return
    entries = [asdict(each) for each in (*read_left_out(folder), *rows)[-MAX_ROWS:]]
    for entry in entries:
        entry["cells"] = {name: str(entry["cells"].get(name, "")) for name in _NAMING}
    write_text(folder / LEFT_OUT_FILE, json.dumps(entries, ensure_ascii=False) + "\n")


def read_left_out(folder: Path) -> list[FaultyRow]:
    """The rows that were left out of a catalogue; none where none are kept, or where the file cannot be used."""
    path = folder / LEFT_OUT_FILE
    if not path.is_file():
        return []
    try:
        return validate(list[FaultyRow], read_json(path, max_bytes=_MAX_BYTES), str(path))
    except InputError as error:
        log.warning("%s is passed over: %s", path, error)
        return []
