"""Two photos with the places marked that make them alike to the network."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import streamlit as st
from PIL import Image, ImageOps

from product_matching.app.resources import encoder_of
from product_matching.app.shared.pictures import shown_picture
from product_matching.app.shared.wording import plain
from product_matching.encoders.model_folder import PhotoModel
from product_matching.encoders.model_lookup import find_model_folder
from product_matching.encoders.similarity_maps import similarity_maps
from product_matching.errors import InputError
from product_matching.listings.photos import decode_photo

if TYPE_CHECKING:
    from product_matching.encoders.photo import PhotoEncoder

FloatArray = npt.NDArray[np.float32]
#: Longer side of a picture, in pixels.
EDGE = 384
#: Narrowest of the two in pixels: they stay beside each other on a phone.
_SIDE_WIDTH = 130
#: From nothing to the hottest place, at equal steps; reads in grey as well.
_COLOURS = np.array([(74, 12, 107), (186, 54, 85), (249, 142, 9), (252, 255, 164)], dtype=np.float32)
#: How much of the photo the hottest place covers, and how much of its colour a photo keeps.
_COVER, _COLOUR_KEPT = 0.65, 0.5
#: Heat of the places that are named in words, and the share of the photo beyond which they are everywhere.
_NAMED, _EVERYWHERE = 0.5, 0.6
_ROWS, _COLUMNS = ("top", "middle", "bottom"), ("left", "centre", "right")
CAPTION = "Bright: where the network finds the two alike. Unmarked places add nothing."


@dataclass(frozen=True)
class HeatMaps:
    """Both photos with their heat on them.

    Attributes
    ----------
    first, second
        JPEG bytes.
    first_place, second_place
        Where the heat is, in words: ``"the top left"``.
    """

    first: bytes
    second: bytes
    first_place: str
    second_place: str


def draw_likeness(model: PhotoModel | None, pictures: tuple[bytes, bytes], names: tuple[str, str], *, key: str) -> None:
    """Draw where two photos look alike to the network of a catalogue, once it is asked for.

    Parameters
    ----------
    model
        That made the catalogue's photo vectors; without one, or where it is not on this machine, nothing is drawn.
    pictures, names
        Of both, JPEG, and what each is called, as in ``("the search", "this listing")``.
    key
        Names the pair within the page.
    """
    if model is None or find_model_folder(model) is None:
        return
    label = "Where they look alike"
    with st.expander(label, icon=":material/blur_on:", key=f"likeness_{key}", on_change="rerun") as likeness:
        if likeness.open:
            first, second = (f"the photo of {name}" for name in names)
            draw_heat_maps(*pictures, encoder_of(model), (first, second))


def draw_heat_maps(first: bytes, second: bytes, encoder: PhotoEncoder, names: tuple[str, str]) -> None:
    """Draw two photos side by side with the places that make them alike; say so where the network has no places.

    Parameters
    ----------
    first, second
        Both pictures, JPEG.
    encoder
        The network that they were compared by.
    names
        What they show, as in ``("the photo searched for", "the photo of Hand cream")``.
    """
    try:
        maps = _kept(first, second, encoder.model.fingerprint, encoder)
    except InputError as error:
        st.info(plain(str(error)), icon=":material/blur_off:")
        return
    pictures = ((maps.first, maps.first_place), (maps.second, maps.second_place))
    with st.grid(2, min_column_width=_SIDE_WIDTH, gap="small") as grid:
        for name, (picture, place) in zip(names, pictures, strict=True):
            with grid.cell():
                st.image(shown_picture(picture), width="stretch", alt=f"Heat map of {name}: it is alike at {place}.")
    st.caption(CAPTION)


@st.cache_data(max_entries=128, show_spinner="Comparing the photos place by place")
def _kept(first: bytes, second: bytes, fingerprint: str, _encoder: PhotoEncoder) -> HeatMaps:
    return heat_maps(first, second, _encoder)


def heat_maps(first: bytes, second: bytes, encoder: PhotoEncoder) -> HeatMaps:
    """Mark on both photos what makes them alike; the hottest place of both has the brightest colour.

    Raises
    ------
    InputError
        A picture cannot be decoded, or the network has no places.
    """
    photos = [decode_photo(picture) for picture in (first, second)]
    shares = similarity_maps(*(encoder.feature_map(photo) for photo in photos))
    hottest = max(float(share.max()) for share in shares)
    heats = [np.clip(share / max(hottest, 1e-6), 0, 1) for share in shares]
    marked = [overlay(photo, heat) for photo, heat in zip(photos, heats, strict=True)]
    places = [describe_place(heat) for heat in heats]
    return HeatMaps(first=marked[0], second=marked[1], first_place=places[0], second_place=places[1])


def overlay(photo: Image.Image, heat: FloatArray) -> bytes:
    """Lay heat over a photo.

    Parameters
    ----------
    photo
        RGB, of any size.
    heat
        Shape (h, w), from 0 (the photo in pale colours) to 1 (nearly covered); row 0 is the top.

    Returns
    -------
    bytes
        JPEG whose longer side is `EDGE` pixels.
    """
    scale = EDGE / max(photo.size)
    size = (max(1, round(photo.width * scale)), max(1, round(photo.height * scale)))
    small = photo.resize(size, Image.Resampling.LANCZOS)
    pale = Image.blend(ImageOps.grayscale(small).convert("RGB"), small, _COLOUR_KEPT)
    smooth = np.asarray(Image.fromarray(heat.astype(np.float32)).resize(size, Image.Resampling.BICUBIC)).clip(0, 1)
    steps = np.linspace(0, 1, len(_COLOURS))
    colours = np.stack([np.interp(smooth, steps, _COLOURS[:, channel]) for channel in range(3)], axis=2)
    cover = (_COVER * smooth)[..., None]
    mixed = np.asarray(pale, dtype=np.float32) * (1 - cover) + colours * cover
    buffer = io.BytesIO()
    Image.fromarray(mixed.round().astype(np.uint8)).save(buffer, "JPEG", quality=88)
    return buffer.getvalue()


def describe_place(heat: FloatArray) -> str:
    """Say where the heat of at least half the maximum is."""
    hot = heat >= _NAMED * heat.max() if heat.max() > 0 else np.zeros(heat.shape, dtype=bool)
    if not hot.any():
        return "no place"
    if hot.mean() > _EVERYWHERE:
        return "nearly every place"
    rows, columns = np.nonzero(hot)
    row = _ROWS[int(3 * (rows.mean() + 0.5) / heat.shape[0])]
    column = _COLUMNS[int(3 * (columns.mean() + 0.5) / heat.shape[1])]
    return "the centre" if (row, column) == ("middle", "centre") else f"the {row} {column}"
