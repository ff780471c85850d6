"""What the query panel offers for photos beside a file and the camera: a pasted picture, and a part of the photo."""

from __future__ import annotations

import streamlit as st

from product_matching.app.address import Address
from product_matching.app.components.paste import draw_paste
from product_matching.app.components.region import draw_region
from product_matching.app.find.query import Asked
from product_matching.app.navigation import change_address, current_address, go_to
from product_matching.app.resources import uploads
from product_matching.app.shared.pictures import shown_picture
from product_matching.app.shared.samples import sample_name
from product_matching.encoders.model_lookup import find_model_folder
from product_matching.listings.regions import Region
from product_matching.store.bundle import Bundle

_PASTE, _REGION = "find_paste", "find_region"
_YOURS = "Your photo"
_PART_HELP = "Draw a box around the product on a photo that shows more than it; only what is inside is searched for."


def draw_searched_photo(asked: Asked, width: int) -> None:
    """Draw the small picture of the photo that is searched for, or of the part of it."""
    whole, alt = _whole(asked)
    part = None if asked.part is None else asked.part.thumbnail
    if part is not None:
        st.image(shown_picture(part), width=width, alt=f"{alt}, the part that is searched for")
    elif whole is not None:
        st.image(shown_picture(whole), width=width, alt=alt)


def draw_part_switch(asked: Asked, address: Address) -> bool:
    """Draw the switch that opens the photo on which its part is chosen, on where one is searched for; returns it."""
    whole, _ = _whole(asked)
    if whole is None:
        return False
    key = f"part_of_{address.sample or address.upload}"
    if address.region is not None:
        st.session_state[key] = True
    return st.toggle("Search for a part", key=key, help=_PART_HELP, on_change=_close_part, args=(key,))


def draw_part_choice(asked: Asked, address: Address) -> None:
    """Draw the photo on which its part is chosen."""
    whole, alt = _whole(asked)
    if whole is not None:
        draw_region(_REGION, whole, alt, region=address.region, choose=_choose)


def _close_part(key: str) -> None:
    if not st.session_state[key]:
        change_address(region=None)


def _choose(region: Region | None) -> None:
    change_address(region=region)


def draw_paste_field(bundle: Bundle, label: str, *, width: int | None = None) -> None:
    """Draw the field for a picture of the clipboard, where a photo can be searched for; a picture is the new query."""
    model = bundle.manifest.photo_model
    if bundle.photo_vectors is None or model is None or find_model_folder(model) is None:
        return
    pasted = draw_paste(_PASTE, label, width=width)
    if pasted is not None:
        go_to(current_address().of_upload(uploads().put(pasted.data, pasted.name)))
        st.rerun()


def _whole(asked: Asked) -> tuple[bytes | None, str]:
    """The whole photo that was uploaded or is a sample, and what it shows."""
    if asked.sample is not None:
        return asked.sample.picture, f"Sample photo of {sample_name(asked.sample)}"
    upload = asked.upload
    return (None, "") if upload is None else (upload.preview or upload.thumbnail, _YOURS)
