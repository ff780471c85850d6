"""The open catalogue in numbers, and the ways on."""

from __future__ import annotations

import streamlit as st

from product_matching.app.address import CATALOGUE, FIND, HOW_IT_WORKS, MAP, MODELS, REVIEW, THRESHOLDS
from product_matching.app.navigation import params_of
from product_matching.app.shared.figures import ShownFigure, draw_shown_figures
from product_matching.app.shared.wording import plain
from product_matching.store.manifest import Manifest
from product_matching.workflows.catalogue_groups import CatalogueGroups

_WAYS = (
    (FIND, "Find", ":material/search:", "Duplicates of one photo or title, or of a whole list."),
    (REVIEW, "Review", ":material/rule:", "Clean the catalogue: decide doubtful pairs, audit, export."),
    (THRESHOLDS, "Thresholds", ":material/tune:", "How sure is sure enough, with what it costs."),
    (MAP, "Map", ":material/scatter_plot:", "All listings at a glance: near points look alike."),
    (CATALOGUE, "Catalogue", ":material/inventory_2:", "What is in it; open another one or build your own."),
    (HOW_IT_WORKS, "How it works", ":material/school:", "The method, to play with."),
    (MODELS, "Models", ":material/leaderboard:", "How good it is, beside what others report."),
)


def draw_numbers(manifest: Manifest, found: CatalogueGroups | None) -> None:
    """Draw the open catalogue in numbers."""
    st.subheader(f"The catalogue {plain(manifest.name)}", anchor=False)
    figures = [ShownFigure("Listings", f"{manifest.n_listings:,}")]
    if manifest.photo_model is not None:
        figures.append(ShownFigure("With a photo", f"{manifest.n_photos:,}"))
    if manifest.title_weighting is not None:
        figures.append(ShownFigure("With a title", f"{manifest.n_titles:,}"))
    if found is not None:
        removed = found.n_grouped - len(found.groups)
        figures.append(ShownFigure("Groups found", f"{len(found.groups):,}", "Groups of listings of the same product."))
        figures.append(ShownFigure("Duplicates", f"{removed:,}", "Listings in a group but for one of each."))
    draw_shown_figures(figures)


def draw_ways() -> None:
    """Draw links to the other pages with what they are for."""
    st.subheader("Ways on", anchor=False)
    with st.grid(min_column_width=250, border=True, gap="small") as grid:
        for path, label, icon, says in _WAYS:
            with grid.cell():
                st.page_link(path, label=f"**{label}**", icon=icon, query_params=params_of(path))
                st.caption(says)
