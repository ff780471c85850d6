"""A photo on which the region that is searched for is drawn with the mouse, a finger or the arrow keys."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial

import streamlit as st

from product_matching.app.components.card import data_url
from product_matching.app.components.registering import component
from product_matching.errors import InputError
from product_matching.listings.regions import DECIMALS, LEAST_SIDE, Region, read_region

#: Height of the photo with the line below it, in pixels; kept free while it loads.
_HEIGHT = 292
WHOLE = "whole"

_region = component("region")


def draw_region(
    key: str, picture: bytes, alt: str, *, region: Region | None, choose: Callable[[Region | None], None]
) -> None:
    """Draw the photo with its region.

    Parameters
    ----------
    key
        Of the widget.
    picture
        The whole photo, JPEG.
    alt
        What it shows.
    region
        The region that is searched for; None for the whole photo.
    choose
        Callback, called with another region, or with None for the whole photo.
    """
    data = {
        "picture": data_url(picture),
        "alt": alt,
        "region": None if region is None else str(region),
        "whole": WHOLE,
        "least": LEAST_SIDE,
        "decimals": DECIMALS,
    }
    _region(key=key, data=data, height=_HEIGHT, on_region_change=partial(_chosen, key, choose))


def _chosen(key: str, choose: Callable[[Region | None], None]) -> None:
    sent = st.session_state[key].get("region")
    with suppress(InputError):  # the script sends none that cannot be read; what another program sends is left alone
        if isinstance(sent, str):
            choose(None if sent == WHOLE else read_region(sent))
