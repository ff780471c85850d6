"""Roles: who may look and who may decide, and that nothing of the app writes past the one check."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import streamlit as st

from product_matching.app import access, writing
from product_matching.app.access import OPEN, NotAllowedError, decide_access, everybody_may_look, say_refusal
from product_matching.app.jobs import JobRunner
from product_matching.places import home_folder
from product_matching.store.bundle import open_bundle
from product_matching.store.decision import Word
from product_matching.store.decisions import DecisionStore

PROJECT = Path(__file__).resolve().parents[2]
LOGIN = {"client_id": "x", "client_secret": "y"}
ANNA = {"is_logged_in": True, "email": "Anna@Example.org"}
#: What writes below the app; only `writing` may call it.
WRITING = {
    *("record_decision", "record_decisions", "import_decisions", "begin_audit", "use_sureness", "use_distances"),
    *("use_built_in", "open_by_path", "AuditStore.answer", "DecisionStore.undo", "DecisionStore.record"),
    *("undo", "record", "AuditStore.begin", "build_runner.start", "build_runner.cancel"),
}


@pytest.fixture(autouse=True)
def _with_login(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "_can_log_in", lambda: True)


@pytest.mark.parametrize(
    ("secrets", "user", "look", "decide"),
    [
        ({}, {}, True, True),
        ({"other": {"key": "x"}}, {}, True, True),
        ({"auth": LOGIN}, {}, True, False),
        ({"auth": LOGIN}, ANNA, True, True),
        ({"auth": LOGIN}, {**ANNA, "is_logged_in": False}, True, False),
        ({"auth": LOGIN}, {"email": "anna@example.org"}, True, False),
        ({"auth": LOGIN}, {**ANNA, "email": ""}, True, False),
        ({"auth": LOGIN}, {**ANNA, "email_verified": False}, True, False),
        ({"auth": LOGIN}, {**ANNA, "email_verified": "False"}, True, False),
        ({"auth": LOGIN}, {**ANNA, "email_verified": True}, True, True),
        ({"auth": LOGIN, "access": {"decide": ["anna@example.org "]}}, ANNA, True, True),
        ({"auth": LOGIN, "access": {"decide": ["@EXAMPLE.org"]}}, ANNA, True, True),
        ({"auth": LOGIN, "access": {"decide": ["@ample.org", "anna@example.or", "example.org"]}}, ANNA, True, False),
        ({"auth": LOGIN, "access": {"decide": ["@x"]}}, {**ANNA, "email": "anna@example.org@x.y"}, True, False),
        ({"auth": LOGIN, "access": {"decide": []}}, ANNA, True, False),
        ({"auth": LOGIN, "access": {"decide": ["*"]}}, {}, True, True),
        ({"auth": LOGIN, "access": {"look": ["@example.org"], "decide": ["boss@b.org"]}}, ANNA, True, False),
        ({"auth": LOGIN, "access": {"look": ["@b.org"], "decide": ["boss@b.org"]}}, ANNA, False, False),
        ({"auth": LOGIN, "access": {"look": ["@"]}}, {}, False, False),
        ({"auth": LOGIN, "access": {"look": ["@b.org"]}}, ANNA, False, False),
        ({"auth": LOGIN, "access": {"look": ["@example.org"]}}, ANNA, True, True),
        ({"auth": LOGIN, "access": {"look": [], "decide": ["@example.org"]}}, ANNA, True, True),
        ({"access": {"decide": ["@"]}}, ANNA, True, False),
        ({"auth": {"cookie_secret": "x"}}, ANNA, True, False),
        ({"auth": "x"}, ANNA, True, False),
        ({"auth": LOGIN, "access": {"decides": ["*"]}}, ANNA, False, False),
        ({"auth": LOGIN, "access": {"look": "@example.org"}}, ANNA, False, False),
        ({"auth": LOGIN, "access": "*"}, ANNA, False, False),
        (None, ANNA, True, False),
    ],
)
def test_who_may_look_and_decide(secrets: Any, user: dict[str, Any], look: bool, decide: bool) -> None:
    found = decide_access(secrets, user)
    assert (found.may_look, found.may_decide) == (look, decide)
    if not decide:
        assert say_refusal(found).endswith((".", ")."))


def test_each_provider_has_a_button_and_without_the_extra_nobody_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    secrets = {"auth": {"cookie_secret": "x", "google": LOGIN, "azure": LOGIN}}
    assert decide_access(secrets, {}).providers == ("azure", "google")
    assert decide_access({"auth": LOGIN}, {}).providers == (None,)
    monkeypatch.setattr(access, "_can_log_in", lambda: False)
    closed = decide_access(secrets, ANNA)
    assert (closed.may_decide, closed.providers, closed.account) == (False, (), "")
    assert "extra login" in closed.problem


def test_a_file_that_cannot_be_read_does_not_open_the_app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "secrets.toml"
    monkeypatch.setattr(st, "get_option", {"secrets.files": [str(file)]}.get)
    monkeypatch.setattr(st, "secrets", type("Unread", (), {"load_if_toml_exists": lambda self: False})())
    assert access.access() == OPEN
    assert everybody_may_look()
    file.write_text("[auth", encoding="utf-8")
    assert not access.access().may_decide


def as_visitor(monkeypatch: pytest.MonkeyPatch, user: dict[str, Any]) -> None:
    secrets = {"auth": LOGIN, "access": {"decide": ["anna@example.org"]}}
    monkeypatch.setattr(access, "_read_secrets", lambda: secrets)
    monkeypatch.setattr(access, "_read_user", lambda: user)


def doors() -> list[Callable[..., Any]]:
    """The functions of `writing` that raise for who may not."""
    functions = [
        each for _, each in inspect.getmembers(writing, inspect.isfunction) if each.__module__ == writing.__name__
    ]
    return [each for each in functions if each is not writing.cancel_writing]


@pytest.mark.parametrize("door", doors(), ids=lambda door: door.__name__)
@pytest.mark.parametrize("user", [{}, {**ANNA, "email": "bob@example.org"}], ids=["nobody", "bob"])
def test_every_door_is_closed_to_who_may_only_look(
    door: Callable[..., Any], user: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    as_visitor(monkeypatch, user)
    with pytest.raises(NotAllowedError):
        door(*["x"] * sum(p.kind is p.POSITIONAL_OR_KEYWORD for p in inspect.signature(door).parameters.values()))
    assert not list(home_folder().iterdir())


def test_work_is_ended_by_who_may_decide_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[str] = []
    runner = JobRunner(max_running=1)
    monkeypatch.setattr(runner, "cancel", lambda key, _: ended.append(key))
    as_visitor(monkeypatch, {})
    writing.cancel_writing(runner, "a", "b")
    assert ended == []
    as_visitor(monkeypatch, ANNA)
    writing.cancel_writing(runner, "a", "b")
    assert ended == ["a"]


def test_a_decision_is_kept_under_the_account(small_bundle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from product_matching.app.review.recording import decide_pairs

    as_visitor(monkeypatch, {**ANNA, "email": "bob@example.org"})
    bundle = open_bundle(small_bundle)
    decide_pairs(bundle, [(0, 1)], Word.same)
    assert DecisionStore().current(bundle.manifest.catalogue_id) == []
    as_visitor(monkeypatch, ANNA)
    decide_pairs(bundle, [(0, 1)], Word.same)
    (change,) = DecisionStore().current(bundle.manifest.catalogue_id)
    assert change.decision.who == "anna@example.org"


def called(path: Path) -> set[str]:
    """Names that a module takes from below the app, and methods that it calls of what it makes: `Store().method`."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(
            ("product_matching.work", "product_matching.store")
        ):
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Call):
            found.add(f"{ast.unparse(node.value.func)}.{node.attr}")
        if isinstance(node, ast.Attribute):
            found.add(node.attr)
    return found


def test_no_other_module_of_the_app_calls_what_writes() -> None:
    modules = [*(PROJECT / "product_matching" / "app").rglob("*.py"), *(PROJECT / "pages").glob("*.py")]
    modules += [PROJECT / "streamlit_app.py", PROJECT / "streamlit_service.py"]
    writers = {path.name: called(path) & WRITING for path in modules}
    assert len(writers.pop("writing.py")) >= 2
    assert {name: names for name, names in writers.items() if names} == {}
