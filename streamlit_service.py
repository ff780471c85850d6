"""The app with its HTTP service in one process: ``streamlit run streamlit_service.py`` (see docs/service.md)."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from product_matching.app.access import everybody_may_look
from product_matching.app.service.routes import closing_middleware, service_routes

_PREFIX = st.get_option("server.baseUrlPath").strip("/")
_BEFORE = f"/{_PREFIX}" if _PREFIX else ""

app = st.App(
    Path(__file__).with_name("streamlit_app.py"),
    routes=service_routes(_BEFORE, is_open=everybody_may_look),
    middleware=closing_middleware(_BEFORE),
)
