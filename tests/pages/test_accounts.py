"""Pages where accounts are asked for: a login before anything else, and acts that are refused by the server."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from product_matching.app import access
from product_matching.app.address import DISTANCES
from tests.pages.conftest import finish_jobs

Open = Callable[..., AppTest]
LOGIN = {"client_id": "x", "client_secret": "y"}
BOB = {"is_logged_in": True, "email": "bob@example.org"}


@pytest.fixture
def asked_for(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """A function that asks for accounts, with the visitor's as the provider tells it."""

    def ask(user: dict[str, object], **roles: list[str]) -> None:
        monkeypatch.setattr(access, "_can_log_in", lambda: True)
        monkeypatch.setattr(access, "_read_secrets", lambda: {"auth": LOGIN, "access": roles})
        monkeypatch.setattr(access, "_read_user", lambda: user)

    return ask


def said(elements: Iterable[Any]) -> list[str]:
    return [str(element.value).replace("\\", "").replace("\u200b", "") for element in elements]


@pytest.mark.parametrize("page", [None, "pages/review.py"])
def test_who_may_not_look_sees_a_login_and_nothing_else(
    open_app: Open, asked_for: Callable[..., None], page: str | None
) -> None:
    asked_for({}, look=["@example.org"])
    app = open_app(page, bundle="small")
    assert [button.key for button in app.button] == ["log_in_"]
    assert [len(kind) for kind in (app.selectbox, app.text_input, app.get("page_link"), app.caption)] == [0] * 4
    asked_for({**BOB, "email": "bob@b.org"}, look=["@example.org"])
    refused = app.run()
    assert said(refused.error) == ["The account bob@b.org has no access here."]
    assert [button.key for button in refused.button] == ["log_out"]
    asked_for(BOB, look=["@example.org"], decide=[])
    assert app.run().selectbox


def test_who_may_only_look_keeps_no_setting(open_app: Open, asked_for: Callable[..., None], bundles: Path) -> None:
    asked_for(BOB, decide=["anna@example.org"])
    manifest = bundles / "titles" / "manifest.json"
    before = json.loads(manifest.read_text(encoding="utf-8"))
    app = finish_jobs(open_app("pages/thresholds.py", bundle="titles", decide=DISTANCES, title="0.33"))
    assert not app.exception
    app = app.button(key="use_these").click().run()
    assert not app.exception
    assert said(app.error) == ["The account bob@example.org may look at this, but neither decide nor build."]
    assert json.loads(manifest.read_text(encoding="utf-8")) == before
    assert "bob@example.org looks" in said(app.caption)
