"""The photos of a catalogue: which are repeated, look alike, are placeholders, or could not be read."""

from __future__ import annotations

from functools import partial

import pandas as pd
import streamlit as st

from product_matching.app.address import BROWSE
from product_matching.app.navigation import change_address
from product_matching.app.shared.gallery import SAMPLE_WIDTH, draw_picture, listing_name
from product_matching.app.shared.text_table import draw_text_table
from product_matching.app.shared.wording import count_text, plain, shorten
from product_matching.matching.thresholds import PHOTO_BITS
from product_matching.search.joins.phashes import MAX_SHARED
from product_matching.store.bundle import PHOTO_SHA256, Bundle
from product_matching.workflows.description.photos import PhotoFacts, Rows

#: Repeated photos that are shown.
N_REPEATED = 6
_NAME_CHARS = 40


def draw_photos(bundle: Bundle, photos: PhotoFacts, *, with_unreadable: bool = True) -> None:
    """Draw which photos are repeated or alike, which are placeholders, and which could not be used."""
    st.subheader("Photos", anchor=False)
    st.markdown("  \n".join(say_photos(photos, has_photos=bundle.thumbnails is not None)))
    _draw_repeated(bundle, photos)
    if with_unreadable:
        draw_unreadable(bundle)


def say_photos(photos: PhotoFacts, *, has_photos: bool) -> list[str]:
    """Say how many photos are repeated, look alike, or are placeholders; one sentence each, as Markdown."""
    said = []
    if has_photos:
        same = _several(photos.same_file, "photo is on several listings", "photos are on several listings")
        said.append(f"{same}, byte for byte." if photos.same_file else "No photo is on several listings.")
    if photos.problem:
        return [*said, plain(photos.problem)]
    if photos.same_phash:
        said.append(_several(photos.same_phash, "picture looks the same", "pictures look the same") + " (equal pHash).")
    if photos.n_alike:
        said.append(
            f"**{count_text(photos.n_alike, 'listing')}** have a photo that looks nearly like another one's (at most "
            f"{PHOTO_BITS} of 64 bits of the pHash differ), in {count_text(photos.n_alike_groups, 'group')}."
        )
    if photos.placeholders:
        on = sum(map(len, photos.placeholders))
        said.append(
            f":orange[:material/warning:] {count_text(len(photos.placeholders), 'picture')} on more than {MAX_SHARED} "
            f"listings each ({on:,} in all): such a placeholder tells nothing about a product, so pHashes pass it over."
        )
    else:
        said.append(f"No placeholder: no picture is on more than {MAX_SHARED} listings.")
    return said


def _several(repeated: tuple[Rows, ...], one: str, many: str) -> str:
    count = len(repeated)
    return f"**{count:,} {one if count == 1 else many}**, {sum(map(len, repeated)):,} listings in all"


def _draw_repeated(bundle: Bundle, photos: PhotoFacts) -> None:
    """The most repeated photos as cards that lead to their listings."""
    column = PHOTO_SHA256 if photos.same_file else "image_phash"
    repeated = photos.same_file or photos.same_phash
    if not repeated:
        return
    st.markdown("**The most repeated**")
    with st.grid(min_column_width=SAMPLE_WIDTH, border=True, gap="small") as grid:
        for rows in repeated[:N_REPEATED]:
            row = int(rows[0])
            record = bundle.listing(row)
            same = ((column, (str(record[column]),)),)
            with grid.cell():
                draw_picture(bundle, row, listing_name(record))
                if bundle.thumbnails is None:
                    st.caption(plain(shorten(listing_name(record), _NAME_CHARS)))
                st.button(
                    count_text(len(rows), "listing"),
                    key=f"repeated_{row}",
                    type="tertiary",
                    width="stretch",
                    on_click=partial(change_address, view=BROWSE, text="", where=same, only=None),
                )


def draw_unreadable(bundle: Bundle) -> None:
    """The photos that could not be used, with the reason; nothing where all could."""
    unreadable = bundle.manifest.unreadable_photos
    if not unreadable:
        return
    st.markdown(f":orange[:material/broken_image:] **{count_text(len(unreadable), 'photo')} could not be used**")
    table = pd.DataFrame({"Listing": list(unreadable), "Reason": list(unreadable.values())})
    draw_text_table(table, alt="Listings whose photo could not be used, with the reason")
    st.button(
        "Show these listings",
        key="unreadable",
        icon=":material/list:",
        on_click=partial(
            change_address,
            bundle=bundle.folder.name,
            view=BROWSE,
            report=None,
            text="",
            where=(),
            only="unreadable_photo",
        ),
    )
