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


def draw_searched_photo(asked: Asked, width: int) -> None:
    """Draw the small picture of the photo that is searched for, or of the part of it."""
    whole, alt = _whole(asked)
    part = None if asked.part is None else asked.part.thumbnail
    if part is not None:
        st.image(shown_picture(part), width=width, alt=f"{alt}, the part that is searched for")
    elif whole is not None:
        st.image(shown_picture(whole), width=width, alt=alt)


def draw_part_choice(asked: Asked, address: Address) -> None:
    """Draw the photo on which its part is chosen, once it is asked for; open where a part is searched for."""
    whole, alt = _whole(asked)
    if whole is None:
        return
    key = f"part_of_{address.sample or address.upload}"
    # It stays open once a part was searched for: what is open would close when the whole photo is chosen again.
    opened = address.region is not None or bool(st.session_state.get(f"{key}_used"))
    st.session_state[f"{key}_used"] = opened
    label = "Search for a part of the photo"
    with st.expander(label, expanded=opened, icon=":material/crop:", key=key, on_change="rerun") as part:
        if part.open:
            draw_region(_REGION, whole, alt, region=address.region, choose=_choose)


def _choose(region: Region | None) -> None:
    change_address(region=region)


def draw_paste_field(bundle: Bundle, label: str) -> None:
    """Draw the field for a picture of the clipboard, where a photo can be searched for; a picture is the new query."""
    model = bundle.manifest.photo_model
    if bundle.photo_vectors is None or model is None or find_model_folder(model) is None:
        return
    pasted = draw_paste(_PASTE, label)
    if pasted is not None:
        go_to(current_address().of_upload(uploads().put(pasted.data, pasted.name)))
        st.rerun()


def _whole(asked: Asked) -> tuple[bytes | None, str]:
    """The whole photo that was uploaded or is a sample, and what it shows."""
    if asked.sample is not None:
        return asked.sample.picture, f"Sample photo of {sample_name(asked.sample)}"
    upload = asked.upload
    return (None, "") if upload is None else (upload.preview or upload.thumbnail, _YOURS)
