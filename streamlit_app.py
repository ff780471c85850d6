"""The home page: what this does, shown on the open catalogue, and the ways into it."""

from __future__ import annotations

import streamlit as st

from product_matching.app.address import FIND, HOME, MAX_TITLE_CHARS, Address, write_address
from product_matching.app.components.paste import draw_paste
from product_matching.app.frame import Frame, draw_frame, draw_no_catalogue, draw_problems
from product_matching.app.home.example import draw_example, example_of
from product_matching.app.home.ways import draw_numbers, draw_ways
from product_matching.app.navigation import remembered_address
from product_matching.app.resources import bundle_of, sample_order_of, uploads, warm_up
from product_matching.app.shared.catalogues import Catalogue
from product_matching.app.shared.deciding import decide_how
from product_matching.app.shared.kept_groups import kept_groups
from product_matching.app.shared.missing_model import draw_if_missing
from product_matching.app.shared.refusals import saying_refusals
from product_matching.app.shared.sample_gallery import draw_sample_choice
from product_matching.app.shared.samples import sample_address
from product_matching.app.shared.steps import draw_steps
from product_matching.app.shared.uploads import PHOTO_HELP, PHOTO_MB
from product_matching.app.shared.wording import plain
from product_matching.errors import InputError
from product_matching.store.bundle import Bundle


def draw_home() -> None:
    """Draw the page."""
    frame = draw_frame(HOME, "Product matching")
    st.title("Find listings of the same product", anchor=False)
    st.markdown(
        "Marketplaces hold the same product many times, each time with another photo and another title. Give a photo, "
        "a title or both, and see its duplicates with how sure it is; or clean a whole catalogue."
    )
    draw_problems(frame)
    bundle = _open(frame)
    if bundle is not None and frame.current is not None:
        _draw_catalogue(bundle, frame)
    with saying_refusals():  # of pictures that cannot be read any more
        _draw_samples(frame, bundle)
    if bundle is not None:
        st.subheader("How it works", anchor=False)
        draw_steps()
        draw_ways()
    _draw_damaged(frame)
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


def _draw_catalogue(bundle: Bundle, frame: Frame) -> None:
    """An example, the ways to search, and the numbers of the open catalogue."""
    try:
        found = kept_groups(bundle, decide_how(bundle, frame.address))
    except InputError as error:  # decisions that cannot be read
        st.error(plain(str(error)), icon=":material/error:")
        found = None
    try:
        example = example_of(bundle, found)
        chosen = example is not None and draw_example(bundle, example)
    except InputError as error:  # pictures that cannot be read any more
        st.error(plain(str(error)), icon=":material/error:")
        example, chosen = None, False
    if example is not None and chosen:
        _search(remembered_address().of_listing(str(bundle.listings["posting_id"].iloc[example.row])))
    if frame.current is not None:
        _draw_entrances(frame.current)
    draw_numbers(bundle.manifest, found)


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
    pasted = draw_paste("home_paste")
    if photo is not None:
        _search_photo(photo.getvalue(), photo.name)
    elif pasted is not None:
        _search_photo(pasted.data, pasted.name)


def _search_photo(data: bytes, name: str) -> None:
    _search(remembered_address().of_title("").of_upload(uploads().put(data, name)))


def _draw_damaged(frame: Frame) -> None:
    """Say which catalogues cannot be opened, and why."""
    for catalogue in frame.catalogues:
        if catalogue.manifest is None:
            st.error(f"**{plain(catalogue.name)}**: {plain(catalogue.problem)}", icon=":material/error:")


def _draw_samples(frame: Frame, opened: Bundle | None) -> None:
    """The sample photos of the open catalogue, or else of another one that has some."""
    bundle = opened if opened is not None and opened.samples is not None else _with_samples(frame)
    if bundle is None or bundle.samples is None:
        return
    elsewhere = "" if bundle is opened else bundle.manifest.name
    sample = draw_sample_choice(bundle.samples, sample_order_of(bundle), elsewhere)
    if sample is not None:
        _search(sample_address(remembered_address().in_catalogue(bundle.folder.name), sample, bundle))


def _with_samples(frame: Frame) -> Bundle | None:
    for catalogue in frame.catalogues:
        if catalogue.manifest is not None and catalogue.manifest.n_queries:
            try:
                return bundle_of(catalogue)
            except InputError:  # said where the catalogue is chosen
                continue
    return None


draw_home()
