"""The cards that a page draws under AppTest, which cannot click in components: what they say, and choosing one."""

from __future__ import annotations

import json
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from product_matching.app.components import card


def cards(app: AppTest, prefix: str = "") -> list[dict[str, Any]]:
    """All cards whose keys begin so, in order."""
    return [one for section in sections(app) for one in section["cards"] if one["key"].startswith(prefix)]


def sections(app: AppTest) -> list[dict[str, Any]]:
    """All sections of cards, in order."""
    drawn = [each.proto for each in app.get("bidi_component") if each.proto.component_name == "product_matching_cards"]
    return [section for each in drawn for section in json.loads(each.json)["sections"]]


def card_keys(app: AppTest, prefix: str) -> list[str]:
    """Keys of the cards that begin so, in order."""
    return [one["key"] for one in cards(app, prefix)]


def result_rows(app: AppTest) -> list[int]:
    """Rows of the listings on the cards of results, in order."""
    return [int(key.removeprefix("result_")) for key in card_keys(app, "result_")]


def said_on_cards(app: AppTest) -> str:
    """Every text of the cards; marked words are in bold as in Markdown."""
    texts = []
    for section in sections(app):
        texts += [section["heading"], section["note"]]
        for one in section["cards"]:
            title = "".join(f"**{text}**" if marked else text for text, marked in one["title"])
            texts += [one["shareText"], *(text for text, _ in one["badges"]), title, *one["lines"]]
    return "\n".join(texts)


def choose(app: AppTest, monkeypatch: pytest.MonkeyPatch, key: str) -> AppTest:
    """Choose a card as a click does: its component reports the key in one run."""
    assert key in card_keys(app, "")
    with monkeypatch.context() as patched:
        patched.setattr(card, "chosen_of", lambda _, keys: key if key in keys else None)
        return app.run()
