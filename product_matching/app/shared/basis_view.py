"""What the answers of a page rest on, behind a button; cautions where they matter."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from product_matching.app.address import SURENESS
from product_matching.app.shared.deciding import Deciding
from product_matching.app.shared.text_table import draw_text_table
from product_matching.app.shared.wording import plain
from product_matching.store.bundle import Bundle
from product_matching.workflows.choose_scorer import ChosenScorer
from product_matching.workflows.description.basis import describe_basis

_NAME = "What these answers rest on"


def draw_basis(bundle: Bundle, deciding: Deciding, *, expanded: bool = False) -> None:
    """Draw the table; closed, nothing is computed for it.

    Parameters
    ----------
    bundle, deciding
        The catalogue, and what decides.
    expanded
        Whether it is open at first.
    """
    with st.expander(_NAME, icon=":material/fact_check:", expanded=expanded, key="basis", on_change="rerun") as panel:
        if not panel.open:
            return
        found = describe_basis(bundle, _scorer(deciding))
        table = pd.DataFrame({"What": [each.name for each in found], "Which": [each.value for each in found]})
        cautions = {"Which": [each.caution for each in found]}
        draw_text_table(table, alt=f"{_NAME}: {len(found)} lines", below=cautions, rows_in_view=len(found))


def draw_cautions(bundle: Bundle, deciding: Deciding) -> None:
    """Say which setting was made for a catalogue of another size; nothing where none was."""
    cautions = [each.caution for each in describe_basis(bundle, _scorer(deciding)) if each.caution]
    if cautions:
        st.info("  \n".join(map(plain, cautions)), icon=":material/straighten:")


def _scorer(deciding: Deciding) -> ChosenScorer | None:
    return deciding.chosen if deciding.by == SURENESS else None
