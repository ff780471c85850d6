"""The visitor's account: the page to log in with, and the button in the menu. Nothing is drawn without accounts."""

from __future__ import annotations

import streamlit as st

from product_matching.app.access import OPEN, Access, access
from product_matching.app.shared.wording import plain


def let_in() -> None:
    """End the run with a page to log in, unless the visitor may look."""
    visitor = access()
    if visitor.may_look:
        return
    st.title("Product matching", anchor=False)
    if visitor.problem:
        st.error(plain(visitor.problem), icon=":material/lock:")
    elif visitor.account:
        st.error(f"The account {plain(visitor.account)} has no access here.", icon=":material/lock:")
    else:
        st.markdown("Log in to look at the catalogues.")
    _draw_login(visitor)
    st.stop()


def draw_account() -> None:
    """Draw what the visitor may do, and the buttons to log in or out."""
    visitor = access()
    if visitor == OPEN:
        return
    if visitor.problem:
        st.caption(":material/lock: Only to look at", help=plain(visitor.problem))
    elif not visitor.account:
        _draw_login(visitor)
    else:
        role = "decides" if visitor.may_decide else "looks"
        st.caption(f"{plain(visitor.account)} {role}", width="content")
        st.button("Log out", key="log_out", icon=":material/logout:", type="tertiary", on_click=st.logout)


def _draw_login(visitor: Access) -> None:
    if visitor.account:
        st.button("Log out", key="log_out", icon=":material/logout:", on_click=st.logout)
        return
    for provider in visitor.providers:
        st.button(
            "Log in" if provider is None else f"Log in with {provider}",
            key=f"log_in_{provider or ''}",
            icon=":material/login:",
            type="tertiary",
            on_click=st.login,
            args=() if provider is None else (provider,),
        )
