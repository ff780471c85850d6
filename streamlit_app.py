"""The home page: what this is, which catalogues are here, and ways into Find."""

from __future__ import annotations

import streamlit as st

from product_matching.app.address import FIND, HOME, MAX_TITLE_CHARS, Address, write_address
from product_matching.app.frame import Frame, draw_frame, draw_no_catalogue, draw_problems
from product_matching.app.navigation import remembered_address
from product_matching.app.resources import bundle_of, sample_order_of, starts_of, uploads, warm_up
from product_matching.app.shared.catalogues import Catalogue
from product_matching.app.shared.gallery import draw_listing_choice
from product_matching.app.shared.missing_model import draw_if_missing
from product_matching.app.shared.sample_gallery import draw_sample_choice
from product_matching.app.shared.samples import sample_address
from product_matching.app.shared.uploads import PHOTO_HELP, PHOTO_MB
from product_matching.app.shared.wording import count_text, plain
from product_matching.errors import InputError
from product_matching.store.bundle import Bundle
from product_matching.store.manifest import Manifest

N_STARTS = 12
_WEIGHTINGS = {"idf": "IDF", "tfidf": "TF-IDF"}


def draw_home() -> None:
    """Draw the page."""
    frame = draw_frame(HOME, "Product matching")
    st.title("Find listings of the same product", anchor=False)
    st.markdown(
        "Give a photo, a title or both: the listings of the same product are shown, each with its probability. "
        "You choose the least probability of a match."
    )
    draw_problems(frame)
    bundle = _open(frame)
    if bundle is not None and frame.current is not None:
        _draw_entrances(frame.current)
        _draw_starts(bundle)
    _draw_catalogues(frame)
    if frame.current is not None:
        warm_up(frame.current)


def _search(address: Address) -> None:
    st.switch_page(FIND, query_params=write_address(address, FIND))


def _open(frame: Frame) -> Bundle | None:
    if frame.current is None:
        draw_no_catalogue(frame)
        return None
    try:
        return bundle_of(frame.current)
    except InputError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return None


def _draw_entrances(catalogue: Catalogue) -> None:
    """A title box and an upload that lead into Find; only those that the catalogue can answer."""
    manifest = catalogue.manifest
    if manifest is None:
        return
    sides = [side for side, there in (("title", manifest.title_weighting), ("photo", manifest.photo_model)) if there]
    for side, column in zip(sides, st.columns(len(sides), gap="medium"), strict=True):
        with column:
            if side == "title":
                _draw_title_entrance()
            elif manifest.photo_model is not None and not draw_if_missing(manifest.photo_model):
                _draw_photo_entrance()


def _draw_title_entrance() -> None:
    with st.form("title_search", border=False):
        title = st.text_input(
            "Search by title", placeholder="A title, or a few of its words", max_chars=MAX_TITLE_CHARS
        )
        asked = st.form_submit_button("Find", icon=":material/search:", type="primary")
    if asked and title.strip():
        _search(remembered_address().of_title(title))


def _draw_photo_entrance() -> None:
    photo = st.file_uploader("Search by photo", type="image", max_upload_size=PHOTO_MB, help=PHOTO_HELP)
    if photo is not None:
        _search(remembered_address().of_title("").of_upload(uploads().put(photo.getvalue(), photo.name)))


def _draw_starts(bundle: Bundle) -> None:
    """Sample photos, or listings in a catalogue without sample photos."""
    if bundle.samples is None:
        st.subheader("Or start from a listing", anchor=False)
        listing = draw_listing_choice(bundle, starts_of(bundle, N_STARTS))
        if listing is not None:
            _search(remembered_address().of_listing(listing))
        return
    sample = draw_sample_choice(bundle.samples, sample_order_of(bundle))
    if sample is not None:
        _search(sample_address(remembered_address(), sample, bundle))


def _draw_catalogues(frame: Frame) -> None:
    if not frame.catalogues:
        return
    st.subheader("Catalogues", anchor=False)
    with st.grid(min_column_width=300, border=True, gap="small") as grid:
        for catalogue in frame.catalogues:
            with grid.cell():
                _draw_catalogue(catalogue)


def _draw_catalogue(catalogue: Catalogue) -> None:
    st.markdown(f"**{plain(catalogue.name)}**")
    if catalogue.manifest is None:
        st.error(plain(catalogue.problem), icon=":material/error:")
        return
    st.markdown(_facts(catalogue.manifest))
    if st.button("Search it", key=f"search_{catalogue.name}", icon=":material/search:"):
        _search(remembered_address().in_catalogue(catalogue.name).of_title(""))


def _facts(manifest: Manifest) -> str:
    lines = [f"{count_text(manifest.n_listings, 'listing')}"]
    if manifest.photo_model is not None:
        photos = f"{count_text(manifest.n_photos, 'photo')} by {plain(manifest.photo_model.name)}"
        lines.append(f":material/image: {photos}")
    if manifest.title_weighting is not None:
        titles = f"{count_text(manifest.n_titles, 'title')} by {_WEIGHTINGS[manifest.title_weighting]}"
        lines.append(f":material/title: {titles}")
    return "  \n".join(lines)


draw_home()
