"""The frame of every page: settings, navigation, and the choice of the catalogue."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from product_matching.app.address import (
    BUILD,
    CATALOGUE,
    FIND,
    HOME,
    HOW_IT_WORKS,
    MAP,
    MODELS,
    REVIEW,
    THRESHOLDS,
    Address,
    write_address,
)
from product_matching.app.navigation import coupled, open_page, params_of, remember
from product_matching.app.resources import bundle_of, finder_of
from product_matching.app.shared.account import draw_account, let_in
from product_matching.app.shared.catalogues import Catalogue, list_catalogues
from product_matching.app.shared.wording import count_text, plain
from product_matching.errors import InputError
from product_matching.places import embeddings_folder

if TYPE_CHECKING:
    from product_matching.workflows.find import Finder

_PAGES = {
    HOME: ("Home", ":material/home:"),
    FIND: ("Find", ":material/search:"),
    REVIEW: ("Review", ":material/rule:"),
    THRESHOLDS: ("Thresholds", ":material/tune:"),
    CATALOGUE: ("Catalogue", ":material/inventory_2:"),
    MAP: ("Map", ":material/scatter_plot:"),
    MODELS: ("Models", ":material/leaderboard:"),
    HOW_IT_WORKS: ("How it works", ":material/school:"),
}
_BUILDING = Address(view=BUILD)
#: Pages of the daily work, whose links always stand in the menu, with the width of each in pixels: a browser draws a
#: link after its place, and a menu of known widths does not wrap anew.
_DAILY = {FIND: 46, REVIEW: 62, MAP: 46, CATALOGUE: 80}
_HOME_WIDTH, _ROW = 152, 40
_ICON = Path(__file__).with_name("icon.png")  # a file: icons by name are fetched from a server of others
#: The listings of each catalogue as the choice showed them last.
_LISTINGS = "catalogue_listings"


@dataclass(frozen=True, kw_only=True)
class Frame:
    """The result of drawing a page's frame.

    Attributes
    ----------
    catalogues
        Every folder of bundles, damaged ones included.
    current
        The chosen catalogue; None if there is none that can be used.
    address
        The fields of the page's address.
    problems
        One sentence for each value of the address that cannot be used.
    problem
        Why the catalogue that the address names cannot be used; empty if it can.
    """

    catalogues: list[Catalogue]
    current: Catalogue | None
    address: Address
    problems: list[str]
    problem: str = ""


def draw_frame(page: str, title: str) -> Frame:
    """Set the page up and draw what all pages share.

    Parameters
    ----------
    page
        One of the pages of `address`.
    title
        Title of the browser tab.
    """
    st.set_page_config(page_title=title, page_icon=_ICON, layout="wide")
    let_in()
    address, problems = open_page(page)
    catalogues = list_catalogues(embeddings_folder())
    current, problem = _choose(catalogues, address)
    if current is not None:
        address = replace(address, bundle=current.name)
    frame = Frame(catalogues=catalogues, current=current, address=address, problems=problems, problem=problem)
    if current is not None:
        remember(address)
        if page in (FIND, REVIEW, THRESHOLDS, CATALOGUE, MAP, HOW_IT_WORKS):
            st.query_params["bundle"] = current.name  # a link to this page shows the same elsewhere
    _draw_menu(frame, page)
    return frame


def _choose(catalogues: list[Catalogue], address: Address) -> tuple[Catalogue | None, str]:
    """The catalogue that an address names or whose sample it names, else the first usable one; None with the reason."""
    named = address.bundle
    if not named and address.sample:
        return _choose_by_sample(catalogues, address.sample)
    if not named:
        return next((each for each in catalogues if each.manifest is not None), None), ""
    for catalogue in catalogues:
        if catalogue.name == named:
            return catalogue if catalogue.manifest else None, catalogue.problem
    return None, f"There is no catalogue {named!r:.60} here."


def _choose_by_sample(catalogues: list[Catalogue], query_id: str) -> tuple[Catalogue | None, str]:
    """The only catalogue that has a sample photo; None with the reason where none or several have it."""
    having = [each for each in catalogues if _has_sample(each, query_id)]
    if len(having) == 1:
        return having[0], ""
    if not having:
        return None, f"No catalogue here has a sample photo {query_id!r:.60}."
    names = ", ".join(each.name for each in having)
    return None, (
        f"Several catalogues have a sample photo {query_id!r:.60} ({names}): name one in the address, as in "
        f"bundle={having[0].name}."
    )


def _has_sample(catalogue: Catalogue, query_id: str) -> bool:
    if catalogue.manifest is None or not catalogue.manifest.n_queries:
        return False
    try:
        samples = bundle_of(catalogue).samples
    except InputError:  # said where the catalogue is chosen
        return False
    return samples is not None and samples.find(query_id) is not None


def _draw_menu(frame: Frame, page: str) -> None:
    """Draw the links: those of the daily work beside the name, which leads home, the others behind "More"."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        name = "**Product matching**"
        with st.container(width=_HOME_WIDTH, height=_ROW, border=False, vertical_alignment="center"):
            st.page_link(HOME, label=name, icon=":material/home:", query_params=params_of(HOME), width="stretch")
        for path, width in _DAILY.items():
            st.page_link(path, label=_PAGES[path][0], query_params=params_of(path), width=width)
        more = [path for path in _PAGES if path not in (HOME, *_DAILY)]
        with st.popover(_PAGES[page][0] if page in more else "More", type="tertiary"):
            for path in more:
                label, icon = _PAGES[path]
                st.page_link(path, label=label, icon=icon, query_params=params_of(path))
        st.space("stretch")
        _draw_choice(frame)
        draw_account()


def _draw_choice(frame: Frame) -> None:
    listings = {each.name: each.manifest.n_listings for each in frame.catalogues if each.manifest is not None}
    if not listings or (len(listings) == 1 and frame.current is not None):
        return
    name = frame.current.name if frame.current else None
    coupling = coupled("bundle", name)
    if st.session_state.get(_LISTINGS) != listings:  # the browser keeps a choice by its text, which has changed then
        st.session_state[_LISTINGS] = listings
        st.session_state[coupling["key"]] = name
    st.selectbox(
        "Catalogue",
        list(listings),
        index=None if name is None else 0,
        placeholder="Choose a catalogue",
        label_visibility="collapsed",
        format_func=lambda name: f"{name} · {count_text(listings[name], 'listing')}",
        width=260,
        **coupling,
    )


def draw_problems(frame: Frame) -> None:
    """Say what of the address cannot be used."""
    if frame.problems:
        st.warning("  \n".join(map(plain, frame.problems)), icon=":material/link_off:")


def open_or_explain(frame: Frame) -> Finder | None:
    """Open the chosen catalogue for searching; where that cannot be, say why and what to do, and return None."""
    draw_problems(frame)
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
        st.markdown("Choose a catalogue at the top of the page.")
        return
    st.markdown(
        f"There is no catalogue in `{embeddings_folder()}` yet. Build one from a CSV or Parquet file with the columns "
        "`posting_id` and `title`, or `image`, or both:"
    )
    st.code(
        "# titles and photos, with the shipped network\n"
        ".venv/bin/product-matching build listings.csv --images photos/ --model fast "
        "--out embeddings/my_catalogue\n\n"
        "# titles alone\n"
        ".venv/bin/product-matching build listings.csv --out embeddings/my_catalogue",
        language="bash",
        wrap_lines=True,
    )
    st.markdown("Then reload this page. Or build it in the browser:")
    st.page_link(
        CATALOGUE,
        label="Build a catalogue",
        icon=":material/add_box:",
        query_params=write_address(_BUILDING, CATALOGUE),
    )
