"""The identity of a catalogue: what decisions and additions hold on to when its bundle is built anew."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterable

#: Of the ids below; any other constant would do as well, but it must not change.
_NAMESPACE = uuid.UUID("6f1d2c0e-8a54-5e0b-9d3f-2b7c41a5e690")


def derive_catalogue_id(name: str, posting_ids: Iterable[str]) -> str:
    """Derive the id of a catalogue that has none yet, the same for the same name and listings in any order.

    Parameters
    ----------
    name
        Name of the catalogue.
    posting_ids
        Ids of its listings at the first build.

    Returns
    -------
    str
        A UUID (version 5). A rebuild does not derive it again: it keeps the id of the bundle that it replaces.
    """
    content = json.dumps([name, sorted(posting_ids)])
    return str(uuid.uuid5(_NAMESPACE, hashlib.sha256(content.encode()).hexdigest()))
