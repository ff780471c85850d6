"""What cannot be used is said in place of what it would have been drawn from."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from product_matching.app.shared.wording import plain
from product_matching.errors import InputError


@contextmanager
def saying_refusals() -> Iterator[None]:
    """Say an `InputError` in place of the rest of what is drawn inside; also as a decorator.

    A fragment or a dialog needs one of its own: it is drawn again without the page around it.
    """
    try:
        yield
    except InputError as error:
        st.error(plain(str(error)), icon=":material/error:")
