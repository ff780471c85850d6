"""The table of settings: matches, work and errors at several percentages, with the groups where they are counted."""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from product_matching.app.address import Address
from product_matching.app.jobs import PATIENCE_SECONDS, Job, State
from product_matching.app.resources import decisions_of, jobs
from product_matching.app.review.request import GroupRequest
from product_matching.app.shared.deciding import Deciding, percent_of
from product_matching.app.shared.job_view import draw_job, draw_waiting, visitor
from product_matching.app.shared.sureness_panel import calibration_caveat
from product_matching.app.thresholds.board import SureBoard
from product_matching.app.thresholds.counting import GroupCounts, count_all
from product_matching.store.bundle import Bundle
from product_matching.workflows.catalogue_groups import group_by_scores

#: Percentages of the table, beside the presets and the one that is shown.
_PERCENTS = (20, 50, 70, 80, 90, 95, 98)
#: Pairs that a setting leaves out although they are in doubt.
LEFT_OUT = "Left out, in doubt"
#: Up to so many listings the groups of all settings are counted without being asked for: in a second or two.
SMALL = 5_000


def table_percents(deciding: Deciding) -> list[int]:
    """The percentages of the table, rising."""
    presets = () if deciding.chosen is None else deciding.chosen.scorer.presets
    return sorted({*_PERCENTS, *(percent_of(preset.probability) for preset in presets), deciding.sure})


def settings_rows(
    board: SureBoard, percents: list[int], *, reject: float, counts: list[GroupCounts] | None, shown: int
) -> list[dict[str, Any]]:
    """One row a setting, as plain values; None where something is not known."""
    rows = []
    for place, percent in enumerate(percents):
        bands = board.bands(percent / 100, reject)
        row: dict[str, Any] = {
            "At least": f"{percent} %{' ◂' if percent == shown else ''}",
        }
        if board.curves is not None:
            scores = board.curves.see
            right = float(scores.precision[percent - 1])
            row |= {
                "Right of 100": None if math.isnan(right) else round(100 * right, 1),
                "Found of 100": round(100 * float(scores.recall[percent - 1]), 1),
            }
        elif bands.accepted:
            row["Right of 100, expected"] = round(100 * board.expected_precision(percent / 100), 1)
        row |= {
            "Pairs": bands.accepted,
        }
        if board.parts is not None:
            row["Wrong, by labels"] = board.pairs.wrong_by_labels(
                board.parts.groups, board.parts.labelled, percent / 100
            )
        if not _all_labelled(board):
            row["Wrong, expected"] = round(bands.expected_wrong)
        row |= {
            LEFT_OUT: bands.review,
        }
        if counts is not None:
            row |= {
                "Groups": counts[place].groups,
                "Listings": counts[place].listings,
                "Largest": counts[place].largest,
            }
        else:
            row["Listings"] = board.touched(percent / 100)
        rows.append(row)
    return rows


def _all_labelled(board: SureBoard) -> bool:
    return board.parts is not None and bool(board.parts.labelled.all())


def say_wrong(board: SureBoard, caveat: str) -> str:
    """Say how the wrong pairs of the table are counted; `caveat` tells where percentages of elsewhere come from."""
    said = []
    if board.parts is not None:
        said.append("Wrong by labels: accepted pairs whose two listings have different labels.")
    if not _all_labelled(board):
        said.append(f"Wrong is expected by the percentages{f', {caveat}' if caveat else ''}; it is not measured.")
    return " ".join(said)


def draw_table(rows: list[dict[str, Any]]) -> None:
    """Draw rows of plain values as the table of settings, counts with thousands separators."""
    table = pd.DataFrame(rows)
    counts = [str(name) for name in table if pd.api.types.is_integer_dtype(table[name])]
    st.dataframe(
        table,
        hide_index=True,
        key="settings_table",
        row_height=34,
        column_config={name: st.column_config.NumberColumn(format="localized") for name in counts},
    )


def draw_settings_table(
    bundle: Bundle, address: Address, deciding: Deciding, board: SureBoard, *, request: GroupRequest
) -> None:
    """Draw the table, and the way to count the groups of all settings where that takes long."""
    st.subheader("Settings compared", anchor=False)
    percents, decisions = table_percents(deciding), decisions_of(bundle)
    key = f"counts of all {request.key} {percents} {decisions.version}"

    def start() -> None:
        works = [partial(group_by_scores, board.scored, percent / 100, decisions.pairs) for percent in percents]
        jobs().start(key, partial(count_all, works), visitor()).wait(PATIENCE_SECONDS)

    job: Job[list[GroupCounts]] | None = jobs().find(key, visitor())
    if job is None and len(bundle) <= SMALL:
        start()
        job = jobs().find(key, visitor())
    counts = job.result if job is not None and job.state is State.DONE else None
    lower, upper = sorted((address.reject, address.accept))
    rows = settings_rows(board, percents, reject=lower / 100, counts=counts, shown=deciding.sure)
    draw_table(rows)
    st.caption(
        f"{LEFT_OUT}: pairs below the percentage that are at least {lower} % sure. Whatever is chosen here, Review "
        f"asks about those from {lower} to {upper} %. {say_wrong(board, calibration_caveat(deciding))}"
        + ("" if board.parts is None else f" Right and found are measured on the {board.parts.names[1]}.")
    )
    if job is not None and not job.finished:
        if len(bundle) <= SMALL:
            draw_waiting(job, "The groups of each setting are being counted.")
        else:
            draw_job(job, "Counting the groups of each setting", partial(jobs().cancel, key, visitor()))
    elif counts is None:
        st.button("Count the groups of each setting", key="count_all", icon=":material/workspaces:", on_click=start)
