"""The frame of every page: settings, navigation, and the choice of the catalogue."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from product_matching.app.resources import finder_of
from product_matching.app.shared.catalogues import Catalogue, list_catalogues
from product_matching.app.shared.wording import count_text, plain
from product_matching.errors import InputError
from product_matching.places import embeddings_folder

if TYPE_CHECKING:
    from product_matching.workflows.find import Finder

HOME, FIND, REVIEW, MODELS = "streamlit_app.py", "pages/find.py", "pages/review.py", "pages/models.py"
_PAGES = {
    HOME: ("Home", ":material/home:"),
    FIND: ("Find", ":material/search:"),
    REVIEW: ("Review groups", ":material/workspaces:"),
    MODELS: ("Models", ":material/leaderboard:"),
}
_CHOICE = "catalogue"
_ICON = Path(__file__).with_name("icon.png")  # a file: icons by name are fetched from a server of others
#: Parameters that belong to one catalogue and are left behind when another one is chosen.
_OF_ONE_CATALOGUE = ("listing", "sample", "photo", "title", "both", "page")


@dataclass(frozen=True)
class Frame:
    """What a page gets from its frame.

    Attributes
    ----------
    catalogues
        Every folder of bundles, damaged ones included.
    current
        The chosen catalogue; None if there is none that can be used.
    problem
        Why the catalogue that the address names cannot be used; empty if it can.
    """

    catalogues: list[Catalogue]
    current: Catalogue | None
    problem: str = ""


def draw_frame(page: str, title: str) -> Frame:
    """Set the page up and draw what all pages share.

    Parameters
    ----------
    page
        `HOME`, `FIND`, `REVIEW` or `MODELS`.
    title
        Title of the browser tab.
    """
    st.set_page_config(page_title=title, page_icon=_ICON, layout="wide")
    catalogues = list_catalogues(embeddings_folder())
    frame = _choose(catalogues, st.query_params.get("bundle"))
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown("**Product matching**", width="content")
        for path, (label, icon) in _PAGES.items():
            params = {"bundle": frame.current.name} if frame.current else None
            st.page_link(path, label=label, icon=icon, query_params=params)
        st.space("stretch")
        _draw_choice(frame)
    return frame


def _choose(catalogues: list[Catalogue], named: str | None) -> Frame:
    usable = [catalogue for catalogue in catalogues if catalogue.manifest is not None]
    if not named:
        return Frame(catalogues, usable[0] if usable else None)
    for catalogue in catalogues:
        if catalogue.name == named:
            return Frame(catalogues, catalogue if catalogue.manifest else None, catalogue.problem)
    return Frame(catalogues, None, f"There is no catalogue {named!r:.60} here.")


def _draw_choice(frame: Frame) -> None:
    listings = {each.name: each.manifest.n_listings for each in frame.catalogues if each.manifest is not None}
    if not listings or (len(listings) == 1 and frame.current is not None):
        return
    st.session_state[_CHOICE] = frame.current.name if frame.current else None
    st.selectbox(
        "Catalogue",
        list(listings),
        index=0 if frame.current else None,
        key=_CHOICE,
        on_change=_switch_catalogue,
        placeholder="Choose a catalogue",
        label_visibility="collapsed",
        format_func=lambda name: f"{name} · {count_text(listings[name], 'listing')}",
        width=260,
    )


def _switch_catalogue() -> None:
    params = {name: value for name, value in st.query_params.items() if name not in _OF_ONE_CATALOGUE}
    st.query_params.from_dict({**params, "bundle": st.session_state[_CHOICE]})


def open_or_explain(frame: Frame) -> Finder | None:
    """Open the chosen catalogue for searching; where that cannot be, say why and what to do, and return None."""
    if frame.current is None or frame.problem:
        draw_no_catalogue(frame)
        return None
    try:
        return finder_of(frame.current)
    except InputError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return None


def draw_no_catalogue(frame: Frame) -> None:
    """Say what to do where there is no catalogue to show: choose another one, or build the first."""
    if frame.problem:
        st.error(plain(frame.problem), icon=":material/error:")
    if any(catalogue.manifest is not None for catalogue in frame.catalogues):
        st.markdown("Choose one of the catalogues that are here, at the top of the page.")
        return
    st.markdown(
        f"There is no catalogue in `{embeddings_folder()}` yet. Build one from a CSV or Parquet file with the columns "
        "`posting_id` and `title`, or `image`, or both:"
    )
    st.code(
        "# titles and photos, with the network that ships\n"
        ".venv/bin/product-matching build listings.csv --images photos/ --model mobilenetv2_arcface "
        "--out embeddings/my_catalogue\n\n"
        "# titles alone\n"
        ".venv/bin/product-matching build listings.csv --out embeddings/my_catalogue",
        language="bash",
        wrap_lines=True,
    )
    st.markdown("Then reload this page.")
