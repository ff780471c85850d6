"""The lesson on the autoencoder: photos, and what it draws of them from 256 numbers each."""

from __future__ import annotations

import io

import streamlit as st
from PIL import Image

from product_matching.app.address import EPOCHS
from product_matching.app.lessons.place import lesson_address
from product_matching.app.navigation import coupled
from product_matching.errors import InputError
from product_matching.places import comparison_file, pictures_folder
from product_matching.store.comparison import read_comparison

#: Least width of a photo in pixels.
_CELL = 110
_AUTOENCODER, _ARCFACE = "Convolutional autoencoder", "ArcFace"


@st.fragment
def draw_reconstructions() -> None:
    """Draw the lesson."""
    st.markdown(
        "Can a vector be learnt without knowing which photos show the same product? An autoencoder squeezes a photo "
        "into 256 numbers and draws it again from them. It keeps where light and dark lie, and loses the print that "
        "tells products apart.",
        help="The convolutional autoencoder of the comparison: 128 x 128 pixels in three colours are 49,152 values, "
        "and the 256 numbers are the embedding. The photos are of the demo and were not trained on.",
    )
    epoch = lesson_address().epoch
    picture = pictures_folder() / "reconstructions.jpg"
    if not picture.is_file():
        st.info("The picture of this lesson is not here.", icon=":material/image_not_supported:")
        return
    st.select_slider("After so many rounds through the photos", EPOCHS, **coupled("epoch", epoch), help="Epochs.")
    with st.grid(min_column_width=_CELL, gap="small") as grid:
        for number, pair in enumerate(pictures_after(picture.read_bytes(), EPOCHS.index(epoch)), 1):
            with grid.cell():
                st.image(
                    pair,
                    width="stretch",
                    alt=f"Photo {number}, and below it what the autoencoder draws of it after {epoch} epochs: blurred "
                    "grey shapes without print",
                )
    said = _compared()
    if said:
        st.markdown(said)


@st.cache_data(max_entries=8, show_spinner=False)
def pictures_after(strip: bytes, place: int) -> list[bytes]:
    """Each photo of a strip, above what stands below it in one of the further rows; JPEG.

    Parameters
    ----------
    strip
        A picture of as many square rows as there are epochs, and the photos above them.
    place
        Which of these rows, from 0.
    """
    with Image.open(io.BytesIO(strip), formats=["JPEG"]) as image:
        edge = image.height // (len(EPOCHS) + 1)
        return [_pair(image, left, edge, place + 1) for left in range(0, image.width, edge)]


def _pair(strip: Image.Image, left: int, edge: int, row: int) -> bytes:
    pair = Image.new("RGB", (edge, 2 * edge))
    for line, above in enumerate((0, row * edge)):
        pair.paste(strip.crop((left, above, left + edge, above + edge)), (0, line * edge))
    buffer = io.BytesIO()
    pair.save(buffer, "JPEG", quality=92)
    return buffer.getvalue()


def _compared() -> str:
    """Say how its vectors do beside those of ArcFace; empty without a comparison of both."""
    try:
        comparison = read_comparison(comparison_file())
    except InputError:  # said on the page of the models
        return ""
    rows = {row.name: row.figure("demo", "recall_at_1") for row in comparison.rows} if comparison else {}
    own, other = rows.get(_AUTOENCODER), rows.get(_ARCFACE)
    if own is None or other is None:
        return ""
    return (
        f"By its vectors, the nearest photo shows the same product for **{own.value:.0%}** of the demo's photos; by "
        f"those of ArcFace, which is told which photos belong together, for **{other.value:.0%}**."
    )
