"""To which Milvus each catalogue was published: kept in the user's data folder, not in a bundle.

A bundle may come from elsewhere, and must not decide which servers this machine talks to.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Annotated

from pydantic import Field

from product_matching.errors import InputError, said
from product_matching.files import read_json, write_text
from product_matching.places import home_folder
from product_matching.search.milvus.connection import ADDRESS_VARIABLE
from product_matching.validation import validate

ADDRESSES_FILE = "milvus.json"
_MAX_BYTES = 10_000_000
_OFF = "off"

Addresses = dict[str, Annotated[str, Field(strict=True, max_length=4_000)]]


def milvus_address(catalogue_id: str) -> str | None:
    """The Milvus that is asked about a catalogue; None where it is searched locally.

    `ADDRESS_VARIABLE` names one for all catalogues, or ``off`` for none; else it is where the catalogue was published.
    The address is checked when it is used.

    Raises
    ------
    InputError
        The file of addresses is damaged.
    """
    named = os.environ.get(ADDRESS_VARIABLE, "").strip()
    if named == _OFF:
        return None
    return named or _read().get(catalogue_id)


def keep_milvus_address(catalogue_id: str, address: str | None) -> None:
    """Keep where a catalogue was published; None forgets it.

    Raises
    ------
    InputError
        The file of addresses is damaged or cannot be written.
    """
    addresses = {key: value for key, value in _read().items() if key != catalogue_id}
    if address is not None:
        addresses[catalogue_id] = address
    text = json.dumps(addresses, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    write_text(_file(), text, what="file of Milvus addresses", parents=True)


def _file() -> Path:
    return home_folder() / ADDRESSES_FILE


def _read() -> Addresses:
    if not _file().is_file():
        return {}
    try:
        return validate(Addresses, read_json(_file(), max_bytes=_MAX_BYTES), str(_file()))
    except InputError as error:
        raise InputError(
            f"The file of Milvus addresses is damaged ({said(error, 200)}): remove it, and publish again."
        ) from error
