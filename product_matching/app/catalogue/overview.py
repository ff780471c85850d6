"""The overview of a catalogue: groups, titles, photos and columns, as charts with a sentence each."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from product_matching.app.catalogue.charts import (
    label_frequency_chart,
    title_length_chart,
    word_chart,
)
from product_matching.app.catalogue.faulty_rows import draw_faulty
from product_matching.app.catalogue.photos_view import draw_photos
from product_matching.app.resources import BY_BUNDLE
from product_matching.app.shared.basis_view import draw_basis
from product_matching.app.shared.charts import describe_sizes, size_chart
from product_matching.app.shared.deciding import Deciding
from product_matching.app.shared.exactness import exactness_figure, explain_exactness
from product_matching.app.shared.figures import ShownFigure, draw_shown_figures
from product_matching.app.shared.kept_groups import kept_groups
from product_matching.app.shared.wording import count_text, plain
from product_matching.errors import InputError
from product_matching.matching.calibration import percent_text
from product_matching.store.bundle import PHOTO_SHA256, Bundle
from product_matching.workflows.description.catalogue import CatalogueDescription, describe_catalogue
from product_matching.workflows.description.columns import ColumnFacts
from product_matching.workflows.description.sizes import GroupSizes
from product_matching.workflows.description.titles import TitleFacts
from product_matching.workflows.left_out_file import read_left_out

_BARE: dict[str, Any] = {"displayModeBar": False}
_EXAMPLE_CHARS = 40


@st.cache_resource(max_entries=8, show_spinner="Counting", hash_funcs=BY_BUNDLE)
def description_of(bundle: Bundle) -> CatalogueDescription:
    """Describe a catalogue, once for all sessions."""
    return describe_catalogue(bundle)


def draw_overview(bundle: Bundle, deciding: Deciding, *, with_unreadable: bool = True) -> None:
    """Draw the overview; `with_unreadable` with what could not be used of the lists, unless it is told above."""
    described = description_of(bundle)
    _draw_figures(bundle, described)
    _draw_groups(bundle, described, deciding)
    if described.titles is not None and described.titles.n_titles:
        _draw_titles(described.titles)
    if described.photos is not None:
        draw_photos(bundle, described.photos, with_unreadable=with_unreadable)
    if with_unreadable:
        _draw_left_out(bundle)
    _draw_columns(described)
    draw_basis(bundle, deciding)


def _draw_figures(bundle: Bundle, described: CatalogueDescription) -> None:
    draw_shown_figures(_figures(bundle, described))


def _figures(bundle: Bundle, described: CatalogueDescription) -> list[ShownFigure]:
    """Name, value and help of the figures at the top."""
    n_photos, n_titles = int(bundle.has_photo.sum()), int(bundle.has_title.sum())
    figures = [ShownFigure("Listings", f"{len(bundle):,}")]
    if n_photos:
        figures.append(ShownFigure("With a photo", _share(n_photos, len(bundle))))
    if n_titles:
        figures.append(ShownFigure("With a title", _share(n_titles, len(bundle))))
    figures.append(ShownFigure(*exactness_figure(bundle.manifest), explain_exactness(bundle.manifest)))
    if described.labels is not None:
        what = "Products that are known (label groups): listings of one group are the same product."
        figures.append(ShownFigure("Known products", f"{described.labels.n_groups:,}", what))
    if described.photos is not None and described.photos.same_file:
        repeated = sum(map(len, described.photos.same_file))
        figures.append(
            ShownFigure("Share their photo", f"{repeated:,}", "Listings whose photo file stands on another one too.")
        )
    return figures


def _draw_groups(bundle: Bundle, described: CatalogueDescription, deciding: Deciding) -> None:
    found, problem = _found_sizes(bundle, deciding)
    labels = described.labels
    if problem:
        st.error(plain(problem), icon=":material/error:")
    if labels is None and found is None:
        return
    st.subheader("Listings of one product", anchor=False)
    columns = iter(st.columns(2 if labels is not None else 1, gap="large"))
    if labels is not None:
        with next(columns):
            st.markdown(_say_labels(labels))
            _draw(label_frequency_chart(labels), "label_frequency", f"Listings per label group: {_say_labels(labels)}")
    with next(columns):
        kinds = {"Label groups": labels, "Found here": found}
        shown = {name: sizes for name, sizes in kinds.items() if sizes is not None}
        st.markdown(_say_found(found, deciding))
        _draw(size_chart(shown), "group_sizes", "; ".join(describe_sizes(*each) for each in shown.items()))


def _found_sizes(bundle: Bundle, deciding: Deciding) -> tuple[GroupSizes | None, str]:
    """Sizes of the groups that were found in the catalogue; None where none were, and why they cannot be read."""
    try:
        found = kept_groups(bundle, deciding)
    except InputError as error:
        return None, str(error)
    return (None if found is None else found.sizes), ""


def _say_labels(labels: GroupSizes) -> str:
    size, count = labels.commonest
    most = "Most label groups have" if 2 * count > labels.n_groups else "The commonest size is"
    return (
        f"**{most} {count_text(size, 'listing')}** ({count:,} of {labels.n_groups:,}, {count / labels.n_groups:.0%}); "
        f"the largest has {labels.largest:,}."
    )


def _say_found(found: GroupSizes | None, deciding: Deciding) -> str:
    if found is None:
        return "**How many groups there are of each size.** The groups that Review finds will stand beside them."
    return (
        f"**{count_text(found.n_groups, 'group')} found** among {count_text(found.n_listings, 'listing')}, at least "
        f"{percent_text(deciding.least)}."
    )


def _draw_titles(titles: TitleFacts) -> None:
    st.subheader("Titles", anchor=False)
    lengths, words = st.columns(2, gap="large")
    with lengths:
        median = int(np.median(titles.lengths))
        twice = f" {count_text(titles.repeated, 'listing')} have a title that another one has too."
        said = f"**Half of the titles have up to {median} characters**, the longest {titles.lengths.max():,}."
        st.markdown(said + (twice if titles.repeated else " No two are the same."))
        _draw(title_length_chart(titles), "title_lengths", f"Titles by length: {plain(said)}")
    with words:
        if not titles.words:
            return
        word, count = titles.words[0]
        st.markdown(
            f"**“{plain(word)}” is in {count / titles.n_titles:.0%} of the titles**, the most frequent of "
            f"{count_text(titles.n_words, 'different word')}. Numbers and single letters are left out."
        )
        listed = ", ".join(f"{name} {n / titles.n_titles:.1%}" for name, n in titles.words)
        _draw(word_chart(titles.words, titles.n_titles), "title_words", f"Share of titles with a word: {listed}")


def _draw_left_out(bundle: Bundle) -> None:
    left_out = read_left_out(bundle.folder)
    if left_out:
        with st.expander(
            f"{count_text(len(left_out), 'row')} of the lists left out", icon=":material/playlist_remove:"
        ):
            draw_faulty(left_out, key="left_out_before")


def _draw_columns(described: CatalogueDescription) -> None:
    st.subheader("Columns", anchor=False)
    n = max(described.n_listings, 1)
    facts = [each for each in described.columns if each.filled or each.name != PHOTO_SHA256]
    table = pd.DataFrame(
        {
            "Column": [each.name for each in facts],
            "Type": [each.kind for each in facts],
            "Filled": [each.filled / n for each in facts],
            "Different values": [each.distinct for each in facts],
            "Examples, the most frequent first": [_examples(each) for each in facts],
        }
    )
    st.dataframe(
        table,
        hide_index=True,
        height="content",
        column_config={
            "Filled": st.column_config.ProgressColumn(format="percent", min_value=0, max_value=1),
            "Different values": st.column_config.NumberColumn(format="localized"),
        },
        alt=f"The {count_text(len(facts), 'column')} of the catalogue with type, share filled, and values",
    )
    st.caption("photo_sha256 and, where the file had none, image_phash were added when the catalogue was built.")


def _examples(facts: ColumnFacts) -> str:
    cut = [value if len(value) <= _EXAMPLE_CHARS else value[: _EXAMPLE_CHARS - 1] + "…" for value in facts.examples]
    return " · ".join(cut)


def _share(count: int, n: int) -> str:
    return f"{count:,}" if count == n else f"{count:,} ({min(count / n, 0.999):.1%})"


def _draw(figure: dict[str, Any], key: str, alt: str) -> None:
    st.plotly_chart(figure, key=key, config=_BARE, alt=alt)
