"""A field that takes a picture from the clipboard, or one that is dropped on it."""

from __future__ import annotations

import streamlit as st

from product_matching.app.components.picture_data import Picture, read_picture
from product_matching.app.components.registering import component
from product_matching.app.shared.wording import plain
from product_matching.errors import InputError
from product_matching.listings.photos import MAX_PHOTO_BYTES

#: Longer side of the picture that is sent, in pixels: a larger one is scaled down in the browser.
MAX_EDGE = 1600
#: Height of the field in pixels; kept free while it loads.
_HEIGHT = 44

_paste = component("paste")


def draw_paste(key: str, label: str = "Paste a picture", *, width: int | None = None) -> Picture | None:
    """Draw the field; returns the picture that was just pasted or dropped, and says what is wrong with any other.

    A picture is taken from the clipboard wherever on the page it is pasted, unless a text box has the focus. The field
    is as wide as there is room for, or `width` pixels.
    """
    data = {"label": label, "maxEdge": MAX_EDGE, "maxBytes": MAX_PHOTO_BYTES}
    sent = _paste(key=key, data=data, width=width or "stretch", height=_HEIGHT, on_picture_change=_nothing).picture
    if sent is None:
        return None
    try:
        return read_picture(sent)
    except InputError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return None


def _nothing() -> None:
    """Declare the value: the page reads it where it draws the field."""
