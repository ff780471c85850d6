"""How long the steps take, and how large what ships is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from product_matching.app.models.figures import SPEEDS
from product_matching.app.shared.model_list import ListedModel
from product_matching.app.shared.wording import plain


def draw_speed(models: Sequence[ListedModel], scorers: Sequence[str], folder: Path) -> None:
    """Draw a table of times, and one of sizes.

    Parameters
    ----------
    models
        The networks that are here.
    scorers
        Names of the pair scorers that are here.
    folder
        The folder of both.
    """
    st.markdown("How long a step takes on two shared cores without a GPU; milliseconds are medians.")
    table = {
        "What": [what for what, _, _ in SPEEDS],
        "Takes": [f"**{takes}**" for _, takes, _ in SPEEDS],
        "Measured": [f":small[:gray[{plain(where)}]]" for _, _, where in SPEEDS],
    }
    st.table(table, border="horizontal", width="content", alt="Time of each step")
    st.caption("Commands and spread: `docs/performance.md`.")
    sizes = [(f"Network {model.name}", f"{model.megabytes:.1f} MB") for model in models if model.model is not None]
    sizes += [(f"Pair scorer {name}", f"{_megabytes(folder / 'pairs' / name):.1f} MB") for name in scorers]
    if sizes:
        st.table(
            {"What": [plain(what) for what, _ in sizes], "Size": [size for _, size in sizes]},
            border="horizontal",
            width="content",
            alt="Size of what is in the folder of models",
        )


def _megabytes(folder: Path) -> float:
    return sum(path.stat().st_size for path in folder.iterdir() if path.is_file()) / 1e6
