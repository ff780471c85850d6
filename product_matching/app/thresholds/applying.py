"""Keep the setting that is shown with the catalogue, or go back to the built-in one."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from product_matching.app.navigation import change_address
from product_matching.app.shared.wording import plain
from product_matching.app.writing import use_built_in
from product_matching.errors import InputError
from product_matching.store.bundle import Bundle
from product_matching.store.manifest import Manifest
from product_matching.workflows.bundle_settings import is_changed

_TOLD = "thresholds_told"


def draw_applying(
    bundle: Bundle, *, label: str, in_use: str, same: bool, use: Callable[[], Manifest], fields: tuple[str, ...]
) -> None:
    """Draw the two buttons, what is in use now, and how the last press went.

    Parameters
    ----------
    bundle
        The catalogue.
    label
        Of the button.
    in_use
        What decides by default now.
    same
        Whether that is what is shown.
    use
        Keeps what is shown.
    fields
        Fields of the address that name the setting: the address is left without them, as they are the default then.
    """

    def keep() -> None:
        _try(use, "Kept. Find, Review and match decide by it from now on.", fields)

    def go_back() -> None:
        _try(lambda: use_built_in(bundle.folder), "Back to the built-in settings.", fields)

    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            label,
            key="use_these",
            type="primary",
            icon=":material/check:",
            disabled=same,
            on_click=keep,
            help="Kept with the catalogue: Find, Review, and the commands find and match decide by it where no other "
            "setting is asked for.",
        )
        st.button(
            "Back to the built-in ones",
            key="built_in",
            icon=":material/restart_alt:",
            disabled=not is_changed(bundle.manifest),
            on_click=go_back,
        )
        st.caption(f"In use now: {in_use}", width="content")
    told, is_error = st.session_state.pop(_TOLD, ("", False))
    if told:
        (st.error if is_error else st.success)(
            plain(told), icon=":material/error:" if is_error else ":material/check_circle:"
        )


def _try(act: Callable[[], Manifest], said: str, fields: tuple[str, ...]) -> None:
    try:
        act()
    except InputError as error:
        st.session_state[_TOLD] = (str(error), True)
        return
    st.session_state[_TOLD] = (said, False)
    change_address(**dict.fromkeys(fields))
