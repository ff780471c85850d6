"""The result of a check: how many are the same, to be reviewed and new, the listings one by one, and the files."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from product_matching.app.address import BAND_PERCENT, Address
from product_matching.app.find.batch_rows import draw_rows
from product_matching.app.find.checked import NAMES, CheckedList
from product_matching.app.navigation import change_address, coupled
from product_matching.app.shared.downloads import GUARDED
from product_matching.app.shared.notes import draw_notes
from product_matching.app.shared.wording import count_text, plain
from product_matching.matching.bands import Bands
from product_matching.workflows.check_listings import CheckedListing, Proposal, count_proposals
from product_matching.workflows.table_file import TableFormat

_ALL = "all"
_BANDS_KEY, _FORMAT_KEY = "batch_bands", "batch_format"
_FORMATS = {TableFormat.csv: "CSV", TableFormat.json: "JSON", TableFormat.parquet: "Parquet"}


def draw_result(checked: CheckedList, address: Address, close: Callable[[], None]) -> None:
    """Draw a checked list; `close` is called to go back to the upload."""
    _draw_head(checked, close)
    draw_notes((*checked.batch.notes, *checked.say_unusable()))
    with st.container(horizontal=True, vertical_alignment="top"):
        for proposal, count in count_proposals(checked.result, checked.bands).items():
            if count or proposal is not Proposal.unknown:
                share = f"{count / len(checked.result):.0%}"
                st.metric(NAMES[proposal], f"{count:,}", share, delta_color="off", delta_arrow="off", border=True)
    if checked.by_probability:
        _draw_bands(address)
        st.caption(checked.say_expected())
    else:
        st.caption("Distances decide: up to 80 % of a threshold is the same product, beyond it is new.")
    _draw_download(checked)
    draw_rows(checked, _draw_filter(checked, address.proposal))


def bands_of(address: Address) -> Bands:
    """The bands of an address."""
    reject, accept = sorted((address.reject, address.accept))
    return Bands(accept=accept / 100, reject=reject / 100)


def _draw_head(checked: CheckedList, close: Callable[[], None]) -> None:
    batch = checked.batch
    name = "Samples of the catalogue" if batch.table is None else plain(batch.name)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(f"{name}: {count_text(len(checked.result), 'listing')}", anchor=False, width="content")
        st.space("stretch")
        st.button("Check another list", icon=":material/upload:", on_click=close)


def _draw_bands(address: Address) -> None:
    shown = tuple(sorted((address.reject, address.accept)))
    if st.session_state.get(_BANDS_KEY) != shown:
        st.session_state[_BANDS_KEY] = shown
    st.slider(
        "To review is what is this sure",
        BAND_PERCENT[0],
        BAND_PERCENT[-1],
        format="%d %%",
        key=_BANDS_KEY,
        on_change=_move_bands,
        help="Surer ones are proposed as the same product, less sure ones as new. Review has the same two limits.",
    )


def _move_bands() -> None:
    reject, accept = st.session_state[_BANDS_KEY]
    change_address(reject=reject, accept=accept)


def _draw_filter(checked: CheckedList, chosen: str | None) -> list[CheckedListing]:
    result, counts = checked.result, count_proposals(checked.result, checked.bands)
    options = [_ALL, *(proposal.name for proposal in Proposal if counts[proposal])]
    shown = chosen if chosen in options else _ALL

    def name_of(option: str) -> str:
        return f"All {len(result):,}" if option == _ALL else f"{NAMES[Proposal[option]]} {counts[Proposal[option]]:,}"

    st.segmented_control(
        "Which listings",
        options,
        format_func=name_of,
        required=True,
        label_visibility="collapsed",
        **coupled("proposal", shown, to=lambda option: None if option == _ALL else option),
    )
    return [each for each in result if shown in (_ALL, each.proposal(checked.bands).name)]


def _draw_download(checked: CheckedList) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        kind = st.segmented_control(
            "Format",
            list(_FORMATS),
            format_func=_FORMATS.__getitem__,
            default=TableFormat.csv,
            required=True,
            label_visibility="collapsed",
            key=_FORMAT_KEY,
        )
        kind = kind or TableFormat.csv
        st.download_button(
            "Download",
            data=partial(checked.file, kind),
            file_name=f"{checked.finder.bundle.manifest.name}-checked.{kind}",
            mime=kind.mime,
            icon=":material/download:",
            on_click="ignore",
            key="batch_download",
            help=f"A row for each new listing and match, with the proposal and the decision. {GUARDED}",
        )
