"""The message in place of an upload where the catalogue's model is not on this machine."""

from __future__ import annotations

import streamlit as st

from product_matching.app.shared.wording import plain
from product_matching.encoders.model_folder import PhotoModel
from product_matching.encoders.model_lookup import describe_getting_model, describe_missing_model, find_model_folder


def draw_if_missing(model: PhotoModel) -> bool:
    """Say that photos cannot be uploaded, and how they could be; returns whether that is so."""
    if find_model_folder(model) is not None:
        return False
    st.info(plain(describe_missing_model(model)), icon=":material/no_photography:")
    with st.expander("How to get the model"):
        st.markdown(plain(describe_getting_model(model)))
    return True
