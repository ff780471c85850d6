"""A field for a file that keeps it: the file is there again when the field comes back, until it is removed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import streamlit as st

from product_matching.app.shared.uploads import upload_key
from product_matching.app.shared.wording import plain

_KEPT = "kept_files"


@dataclass(frozen=True)
class GivenFile:
    """A file that a visitor gave.

    Attributes
    ----------
    name
        As the browser gave it.
    data
        Its content.
    key
        Names its content.
    upload
        Names the upload in the session; "" for a file that came another way.
    """

    name: str
    data: bytes
    key: str
    upload: str = ""

    @property
    def size(self) -> str:
        """How large it is, in words."""
        size = len(self.data)
        return f"{size / 2**20:,.1f} MB" if size >= 2**20 else f"{max(size / 2**10, 0.1):,.1f} kB"


def draw_file(label: str, key: str, *, types: Sequence[str], max_mb: int, explained: str | None) -> GivenFile | None:
    """Draw the field, and the file that is kept where the field was away meanwhile; returns the file.

    Parameters
    ----------
    label, explained
        What the field is called, and its help.
    key
        Names the field and the file.
    types
        Endings that are accepted.
    max_mb
        Most megabytes.
    """
    given = st.file_uploader(
        label,
        type=list(types),
        max_upload_size=max_mb,
        key=key,
        help=explained,
        on_change=_take,
        args=(key,),
    )
    kept = _kept()
    if given is not None and (key not in kept or kept[key].upload != given.file_id):
        _take(key)
    if given is None and key in kept:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f":material/draft: **{plain(kept[key].name)}** :gray[{kept[key].size}, kept]", width="content")
            drop = partial(drop_file, key)
            st.button("Remove", key=f"remove_{key}", type="tertiary", icon=":material/close:", on_click=drop)
    return kept.get(key)


def kept_file(key: str) -> GivenFile | None:
    """The file of a field; None where there is none."""
    return _kept().get(key)


def keep_file(key: str, name: str, data: bytes, upload: str = "") -> None:
    """Put a file into a field that is not drawn."""
    _kept()[key] = GivenFile(name, data, upload_key(data), upload)


def drop_file(*keys: str) -> None:
    """Forget the files of fields."""
    for key in keys:
        _kept().pop(key, None)


def _take(key: str) -> None:
    given: Any = st.session_state.get(key)
    if given is None:
        drop_file(key)
    else:
        keep_file(key, given.name, given.getvalue(), given.file_id)


def _kept() -> dict[str, GivenFile]:
    kept: dict[str, GivenFile] = st.session_state.setdefault(_KEPT, {})
    return kept
