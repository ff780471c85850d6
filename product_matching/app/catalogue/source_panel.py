"""Where a list of listings comes from, what is wrong with it, and what it holds: the same for every use of it."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from product_matching.app.catalogue.faulty_rows import draw_faulty
from product_matching.app.catalogue.folder_panel import draw_folder
from product_matching.app.catalogue.source import Source
from product_matching.app.catalogue.upload_panel import draw_upload
from product_matching.app.shared.notes import draw_notes
from product_matching.app.shared.wording import count_text, plain

_TITLES_ALONE = "take_titles_alone"
_UPLOAD, _FOLDER = "Files of yours", "A folder of the server"
_EXAMPLE = pd.DataFrame(
    {
        "posting_id": ["a-1", "a-2", "b-7"],
        "title": ["Wireless headset Pixoran black", "pixoran headset wireless BLACK original", "Hand cream 75 ml"],
        "image": ["a1.jpg", "more/a2.jpg", "b7.png"],
        "label_group": ["1018", "1018", ""],
        "price": ["69000", "71500", "25000"],
    }
)


def draw_source() -> Source | None:
    """Draw the fields for files or for a folder; returns what they hold, None while there is nothing."""
    kind = st.segmented_control(
        "Source", [_UPLOAD, _FOLDER], default=_UPLOAD, required=True, label_visibility="collapsed", key="build_source"
    )
    return draw_upload() if kind == _UPLOAD else draw_folder()


def draw_example() -> None:
    """Show what a list looks like."""
    st.markdown("**What the list looks like**")
    st.dataframe(_EXAMPLE, hide_index=True, alt="An example of a catalogue file: five columns, three listings")
    st.caption(
        "posting_id is needed and unique; title, image (a path within the photos) or both. label_group names the "
        "product where it is known, and tunes the thresholds. Any other column is kept and shown."
    )


def draw_problems(source: Source) -> None:
    """Say everything that makes a list unusable."""
    count = count_text(len(source.problems), "problem")
    lines = "\n".join(f"- {plain(problem)}" for problem in source.problems)
    st.error(f"Nothing can be built of this yet because of {count}:\n{lines}", icon=":material/error:")
    if source.faulty:
        what = "This line of the list is" if len(source.faulty) == 1 else f"These {len(source.faulty):,} lines are"
        st.markdown(f"{what} wrong as well:")
        draw_faulty(source.faulty)


def draw_usable(source: Source) -> bool:
    """Say what a list holds, show its first rows, and the rows that cannot be used.

    Returns
    -------
    bool
        Whether listings whose photo alone cannot be used are taken by their title.
    """
    counts = [count_text(len(source.ids), "listing")]
    counts += [count_text(source.n_titles, "title")] if source.n_titles else []
    counts += [count_text(source.n_photos, "photo")] if source.n_photos else []
    st.success(f"The list can be used: {', '.join(counts)}.", icon=":material/check_circle:")
    draw_notes(source.notes)
    if not source.faulty:
        st.dataframe(source.preview, hide_index=True, alt=f"The first rows of {source.name}")
        return True
    st.warning(say_faulty(source), icon=":material/rule:")
    by_title = source.by_title
    titles_alone = bool(st.session_state.get(_TITLES_ALONE, True))
    draw_faulty(source.faulty, titles_alone=titles_alone)
    if not by_title:
        return True
    return st.checkbox(say_by_title(len(by_title)), value=titles_alone, key=_TITLES_ALONE)


def say_faulty(source: Source) -> str:
    """Say how many rows cannot be used whole, and how many of them by their title alone."""
    by_title, count = len(source.by_title), len(source.faulty)
    rows = f"{count:,} of {count_text(source.n_rows, 'row')} {'has' if count == 1 else 'have'} something wrong"
    kinds = [f"{by_title:,} in the photo alone"] if by_title and by_title < count else []
    told = f"{rows}, {kinds[0]}" if kinds else f"{rows}{' in the photo alone' if by_title else ''}"
    return f"{told}. Mend the list and give it again, or go on without."


def say_by_title(count: int) -> str:
    """What the box says that takes listings without their photo."""
    if count == 1:
        return "Take the one that has a title without its photo"
    return f"Take the {count:,} that have a title without their photos"
