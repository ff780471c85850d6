"""Who may look and who may decide: accounts of Streamlit's own login, off unless ``secrets.toml`` asks for them."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import streamlit as st
from pydantic import BaseModel, ConfigDict, ValidationError

from product_matching.errors import InputError

#: In a list of who may: everybody, and everybody with an account.
EVERYBODY, EVERY_ACCOUNT = "*", "@"
_LOGIN, _ROLES = "auth", "access"
P = ParamSpec("P")
T = TypeVar("T")


class NotAllowedError(InputError):
    """A visitor may look, but not decide."""


class Roles(BaseModel):
    """Who may look and who may decide: accounts, all of a domain ("@example.org"), every account, or everybody.

    Where it is not said who may decide, every account does that may look.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    look: tuple[str, ...] = (EVERYBODY,)
    decide: tuple[str, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class Access:
    """What one visitor may do.

    Attributes
    ----------
    may_look, may_decide
        The two roles; who may decide may look as well.
    account
        Address of the account; "" without one.
    providers
        What the visitor can log in with, None for the only provider; empty where there is no login.
    problem
        Why accounts cannot be used though they are asked for; "" if they can.
    """

    may_look: bool = True
    may_decide: bool = True
    account: str = ""
    providers: tuple[str | None, ...] = ()
    problem: str = ""


#: Without accounts.
OPEN = Access()


def decide_access(secrets: Mapping[str, Any] | None, user: Mapping[str, Any]) -> Access:
    """Tell what a visitor may do.

    Parameters
    ----------
    secrets
        Content of ``secrets.toml``, empty without one; None where it is there and cannot be read.
    user
        What the provider says of the visitor, with ``is_logged_in``.
    """
    if secrets is None:
        return Access(may_decide=False, problem="The file secrets.toml cannot be read.")
    if _LOGIN not in secrets and _ROLES not in secrets:
        return OPEN
    try:
        roles = Roles.model_validate(secrets.get(_ROLES, {}))
    except ValidationError as error:
        places = ".".join(str(part) for part in error.errors()[0]["loc"])
        problem = f"The section [access] of secrets.toml is not right ({places}: {error.errors()[0]['msg']})."
        return Access(may_look=False, may_decide=False, problem=problem)
    problem = _login_problem(secrets)
    account = "" if problem else _account(user)
    looks = _is_among(account, roles.look)
    decides = (looks and bool(account)) if roles.decide is None else _is_among(account, roles.decide)
    return Access(
        may_look=looks or (decides and not problem),
        may_decide=decides and not problem,
        account=account,
        providers=() if problem else _providers(secrets[_LOGIN]),
        problem=problem,
    )


def access() -> Access:
    """What the visitor of this session may do."""
    secrets = _read_secrets()
    return OPEN if secrets == {} else decide_access(secrets, _read_user())


def everybody_may_look() -> bool:
    """Whether a visitor without an account may look."""
    return decide_access(_read_secrets(), {}).may_look


def check_may_decide() -> None:
    """Let only those go on who may decide.

    Raises
    ------
    NotAllowedError
        The visitor may not; the message says what to do.
    """
    visitor = access()
    if not visitor.may_decide:
        raise NotAllowedError(say_refusal(visitor))


def writes(function: Callable[P, T]) -> Callable[P, T]:
    """Mark a function as one that writes: it raises `NotAllowedError` for a visitor who may not decide."""

    @wraps(function)
    def checked(*args: P.args, **kwargs: P.kwargs) -> T:
        check_may_decide()
        return function(*args, **kwargs)

    return checked


def say_refusal(visitor: Access) -> str:
    """Say why a visitor may not decide, and what to do."""
    if visitor.problem:
        return f"Nothing can be changed here at present: {visitor.problem}"
    if visitor.account:
        return f"The account {visitor.account} may look at this, but neither decide nor build."
    return "Log in to decide or build: without an account you may look at this."


def _read_secrets() -> Mapping[str, Any] | None:
    """Content of ``secrets.toml``, {} where there is none, None where there is one that cannot be read."""
    if st.secrets.load_if_toml_exists():
        return st.secrets.to_dict()
    return None if any(Path(path).exists() for path in st.get_option("secrets.files")) else {}


def _read_user() -> Mapping[str, Any]:
    return st.user.to_dict()


def _login_problem(secrets: Mapping[str, Any]) -> str:
    login = secrets.get(_LOGIN)
    if not isinstance(login, Mapping) or not _providers(login):
        return "The file secrets.toml names no provider of accounts ([auth] with client_id)."
    if not _can_log_in():
        return "Accounts need the extra login: pip install 'product-matching[login]'."
    return ""


def _can_log_in() -> bool:
    return importlib.util.find_spec("authlib") is not None


def _providers(login: Mapping[str, Any]) -> tuple[str | None, ...]:
    named = [name for name, each in login.items() if isinstance(each, Mapping) and "client_id" in each]
    return (*([None] if "client_id" in login else []), *sorted(named))


def _account(user: Mapping[str, Any]) -> str:
    """The address of a logged-in visitor, unless the provider says that nobody verified it."""
    if user.get("is_logged_in") is not True or str(user.get("email_verified", True)).lower() == "false":
        return ""
    return str(user.get("email") or "").strip().lower()


def _is_among(account: str, named: tuple[str, ...]) -> bool:
    """Whether a list of who may names an account, "" for a visitor without one."""
    wanted = {each.strip().lower() for each in named}
    if EVERYBODY in wanted:
        return True
    return bool(account) and bool(wanted & {account, EVERY_ACCOUNT, f"@{account.rpartition('@')[2]}"})
