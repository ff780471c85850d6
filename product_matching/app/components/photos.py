"""Photos in a row whose places are kept while they load, so that nothing below them jumps."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from product_matching.app.components.card import data_url
from product_matching.app.shared.room import keep_room

_HERE = Path(__file__).parent
#: Height of the pictures on a narrow phone, in pixels.
_LEAST = 160
_PHOTOS = st.components.v2.component(
    "product_matching_photos",
    html='<div class="photos"></div>\n',
    css=(_HERE / "photos.css").read_text(encoding="utf-8"),
    js=(_HERE / "photos.js").read_text(encoding="utf-8"),
)


def draw_photo_pair(pictures: Sequence[tuple[bytes, str]], *, key: str) -> None:
    """Draw two square pictures, each with what it shows, beside each other at any width.

    Parameters
    ----------
    pictures
        JPEG or PNG, and what it shows.
    key
        Of the component, unique on the page.
    """
    with keep_room(_LEAST):
        _PHOTOS(key=key, data={"pictures": [[data_url(picture), alt] for picture, alt in pictures]})
