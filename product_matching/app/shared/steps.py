"""The three steps of the method as pictures with a sentence each; shown by several pages."""

from __future__ import annotations

import streamlit as st

from product_matching.places import pictures_folder

#: Name of the picture, heading, sentence, and what the picture shows.
STEPS = (
    (
        "represent",
        "Represent",
        "Every photo and every title becomes a vector: a list of numbers.",
        "A photo and a title of a listing, each with an arrow to a row of bars: the first numbers of its vector.",
    ),
    (
        "retrieve",
        "Retrieve",
        "For a listing, those with the nearest vectors are found.",
        "A photo in the middle of a circle, photos near it inside, and dots for all that are farther outside.",
    ),
    (
        "decide",
        "Decide",
        "Each of them is the same product or not: a threshold on the distance says, or the probability.",
        "Photos from near to far beside a threshold: the near ones with a tick form a group, the others have a cross.",
    ),
)
#: Of the pictures in pixels, the height with a little room so that nothing scrolls.
_WIDTH, _HEIGHT = 340, 208


def draw_steps() -> None:
    """Draw the three steps, beside each other or on a phone below each other; without pictures only in words."""
    theme = "dark" if st.context.theme.type == "dark" else "light"
    for number, (column, step) in enumerate(zip(st.columns(len(STEPS), gap="medium"), STEPS, strict=True), 1):
        name, heading, sentence, alt = step
        with column:
            picture = pictures_folder() / "steps" / f"{name}_{theme}.svg"
            if picture.is_file():
                with st.container(height=_HEIGHT, border=False):  # its place is kept while it loads
                    st.image(picture.read_text(encoding="utf-8"), width=_WIDTH, alt=alt)
            st.markdown(f"**{number}. {heading}**  \n{sentence}")
