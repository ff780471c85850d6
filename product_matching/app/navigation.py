"""Navigation: the page's address, the session's addresses of the other pages, and widgets coupled to them.

Streamlit's own ``bind="query-params"`` is not used: it drops a bad value without a word, takes one widget for each
parameter (a rule here has a switch and a slider), and has no parameter without a widget, such as a listing.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from product_matching.app.address import Address, merge_addresses, read_address, write_address

_PAGE, _REMEMBERED, _MOVED = "open_page", "remembered_address", "moved_widgets"


def open_page(page: str) -> tuple[Address, list[str]]:
    """Note which page is open, and read its address.

    Returns
    -------
    tuple of Address and list of str
        The address, and one sentence for each value that cannot be used.
    """
    st.session_state[_PAGE] = page
    return read_address(st.query_params.to_dict(), page)


def current_address() -> Address:
    """The address of the open page as it stands now."""
    return read_address(st.query_params.to_dict(), st.session_state[_PAGE])[0]


def go_to(address: Address) -> None:
    """Write the address of the open page; for callbacks."""
    st.query_params.from_dict(write_address(address, st.session_state[_PAGE]))


def change_address(**changes: Any) -> None:
    """Write the address of the open page with some of its fields changed; for callbacks."""
    go_to(current_address().changed(**changes))


def remember(address: Address) -> None:
    """Remember the address of the open page for links that lead back to it."""
    st.session_state[_REMEMBERED] = merge_addresses(remembered_address(), address, st.session_state[_PAGE])


def remembered_address() -> Address:
    """The session's last value of each parameter, on any page."""
    address: Address = st.session_state.get(_REMEMBERED, Address())
    return address


def params_of(page: str) -> dict[str, str]:
    """The address of a page as the session remembers it; for links to it."""
    return write_address(remembered_address(), page)


def coupled(
    field: str, shown: Any, *, to: Callable[[Any], Any] = lambda value: value, part: str = "", typed: bool = False
) -> dict[str, Any]:
    """Couple a widget to the address: it shows the value of the address, and writes the address when it is changed.

    Parameters
    ----------
    field
        The field of `Address` that the widget writes.
    shown
        Where the widget stands now.
    to
        Turns where the widget stands into the field's value.
    part
        Distinguishes several widgets of one field.
    typed
        Whether it is a box to type in, which is left alone where it stands at its value: what is being typed would go.

    Returns
    -------
    dict
        ``key``, ``on_change`` and ``args`` of the widget.
    """
    key = _key(field, part)
    if key not in st.session_state or st.session_state[key] != shown or not (typed or key in _moved()):
        # A browser that draws the widget for the first time after a second run of the page knows only of that run.
        st.session_state[key] = shown
    return {"key": key, "on_change": _move, "args": (key, field, to)}


def coupled_by_key(field: str, shown: Any) -> dict[str, Any]:
    """Couple a widget as `coupled` does, whose default cannot be left out: where it stands is part of its key.

    Returns
    -------
    dict
        ``default``, ``key``, ``on_change`` and ``args`` of the widget.
    """
    key = _key(field, str(shown))
    return {"default": shown, "key": key, "on_change": _move, "args": (key, field, lambda value: value)}


def _key(field: str, part: str) -> str:
    """Key of a widget: of its page, as one that two pages share would come back empty on the first one."""
    return "_".join(filter(None, [Path(st.session_state[_PAGE]).stem, field, part]))


def _moved() -> set[str]:
    """Keys of the widgets that were moved in this session: the browser has drawn them."""
    moved: set[str] = st.session_state.setdefault(_MOVED, set())
    return moved


def _move(key: str, field: str, to: Callable[[Any], Any]) -> None:
    _moved().add(key)
    change_address(**{field: to(st.session_state[key])})
