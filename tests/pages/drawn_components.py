"""What custom components were given on a page under AppTest, which runs no script of theirs."""

from __future__ import annotations

import json
from typing import Any

from streamlit.testing.v1 import AppTest


def given_to(app: AppTest, name: str) -> dict[str, Any] | None:
    """The data of the component of a name; None where the page does not draw it."""
    drawn = [each.proto for each in app.get("bidi_component")]
    found = [each for each in drawn if each.component_name == f"product_matching_{name}"]
    return json.loads(found[0].json) if found else None
