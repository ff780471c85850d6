"""The addresses of the HTTP service: ``/match``, ``/health`` and ``/openapi.json``, with limits on what is sent."""

from __future__ import annotations

import hmac
import logging
import os
from collections.abc import Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import anyio
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route

from product_matching import __version__
from product_matching.app.resources import photo_allowance
from product_matching.app.service.asking import NotReadyError, Question, answer_question, read_question
from product_matching.app.service.openapi import PROBLEMS, describe_service
from product_matching.errors import InputError
from product_matching.listings.photos import MAX_PHOTO_BYTES

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = logging.getLogger(__name__)

#: The key that requests have to bring as ``Authorization: Bearer KEY``; none is asked for where it is not set.
KEY_VARIABLE = "PRODUCT_MATCHING_SERVICE_KEY"
#: Bytes of a request: a photo, the other fields, and what divides them.
MAX_BODY = MAX_PHOTO_BYTES + 2**16
MAX_FIELDS, MAX_FIELD_BYTES = 8, 2**13
#: Requests that may wait for their turn.
MAX_WAITING = 32
_FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")
#: Path of the server's own figures, which show what the server holds.
_CLOSED = "/_stcore/metrics"


class Gate:
    """Lets as many requests through at once as there are processors; a few more wait, others are refused."""

    def __init__(self, running: int, waiting: int) -> None:
        self._most = running + waiting
        self._running = running
        self._here = 0
        self._limiter: anyio.CapacityLimiter | None = None

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[anyio.CapacityLimiter]:
        """Hold a place; raises `HTTPException` where there is none."""
        if self._here >= self._most:
            raise HTTPException(503, "Too many requests wait: ask again later.", {"Retry-After": "5"})
        if self._limiter is None:  # made here, as it belongs to the event loop
            self._limiter = anyio.CapacityLimiter(self._running)
        self._here += 1
        try:
            yield self._limiter
        finally:
            self._here -= 1


def service_routes(
    prefix: str = "",
    *,
    answer: Callable[[Question], dict[str, Any]] = answer_question,
    is_open: Callable[[], bool] = lambda: True,
) -> list[Route]:
    """The routes of the service.

    Parameters
    ----------
    prefix
        What stands before each path, such as "/shop".
    answer
        Answers a question; called in a thread.
    is_open
        Whether everybody may look; without that and without a key nothing is answered.
    """
    gate = Gate(os.cpu_count() or 1, MAX_WAITING)

    async def match(request: Request) -> JSONResponse:
        _check_key(request, is_open=is_open())
        async with gate.turn() as limiter:
            question = await _read(request)
            if question.photo is not None and not _key():
                _take_allowance(request)
            found = await anyio.to_thread.run_sync(answer, question, limiter=limiter)
        return JSONResponse(found)

    async def health(_: Request) -> JSONResponse:
        return JSONResponse({"status": "ok", "version": __version__})

    async def openapi(_: Request) -> JSONResponse:
        return JSONResponse(describe_service(prefix, with_key=bool(_key()) or not is_open()))

    return [
        Route(f"{prefix}/match", _told(match), methods=["POST"]),
        Route(f"{prefix}/health", health, methods=["GET"]),
        Route(f"{prefix}/openapi.json", openapi, methods=["GET"]),
    ]


def closing_middleware(prefix: str = "") -> list[Middleware]:
    """What keeps the server's own figures from visitors."""
    return [Middleware(_Closed, path=f"{prefix}{_CLOSED}")]


class _Closed:
    """Answers one path as if nothing were there."""

    def __init__(self, app: ASGIApp, path: str) -> None:
        self._app, self._path = app, path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].rstrip("/") == self._path:
            await PlainTextResponse("Not found", 404)(scope, receive, send)
            return
        await self._app(scope, receive, send)


def _told(endpoint: Callable[[Request], Any]) -> Callable[[Request], Any]:
    """Send what cannot be answered as one sentence."""

    async def told(request: Request) -> JSONResponse:
        try:
            response: JSONResponse = await endpoint(request)
        except InputError as error:
            return JSONResponse({"problem": str(error)}, 422)
        except NotReadyError as error:
            return JSONResponse({"problem": str(error)}, 503, headers={"Retry-After": "30"})
        except HTTPException as error:
            return JSONResponse({"problem": error.detail}, error.status_code, headers=error.headers)
        return response

    return told


def _key() -> str:
    return os.environ.get(KEY_VARIABLE, "").strip()


def _check_key(request: Request, *, is_open: bool) -> None:
    key = _key()
    if not key and is_open:
        return
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    right = bool(key) and hmac.compare_digest(given.strip().encode(), key.encode())
    if scheme.lower() != "bearer" or not right:
        raise HTTPException(401, PROBLEMS[401], {"WWW-Authenticate": "Bearer"})


def _take_allowance(request: Request) -> None:
    """Count a photo of a visitor without a key, as the pages do."""
    try:
        photo_allowance().take(f"service {request.client.host if request.client else ''}")
    except InputError as error:
        raise HTTPException(429, str(error), {"Retry-After": "60"}) from error


async def _read(request: Request) -> Question:
    """Read the form of a request, and no more of it than is accepted."""
    if not request.headers.get("content-type", "").lower().startswith(_FORMS):
        raise InputError("Send photo and title as the fields of a form, as multipart/form-data.")
    limited = Request(request.scope, _limited(request.receive))
    try:
        async with limited.form(max_files=1, max_fields=MAX_FIELDS, max_part_size=MAX_FIELD_BYTES) as form:
            photo, fields = form.get("photo"), {name: value for name, value in form.items() if isinstance(value, str)}
            files = [name for name, value in form.items() if isinstance(value, UploadFile)]
            if any(name != "photo" for name in files):
                raise InputError("A file is accepted in the field photo only.")
            if "photo" in fields:
                raise InputError("The field photo holds a text: send the file itself, as multipart/form-data.")
            data = await photo.read() if isinstance(photo, UploadFile) else None
            name = photo.filename if isinstance(photo, UploadFile) else ""
    except HTTPException as error:
        raise HTTPException(413 if error.status_code == 413 else 422, error.detail) from error
    return read_question(fields, data, (name or "")[-200:])


def _limited(receive: Receive) -> Receive:
    """Receive a request up to `MAX_BODY` bytes."""
    received = 0

    async def receive_some() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > MAX_BODY:
            raise HTTPException(413, f"A photo of at most {MAX_PHOTO_BYTES // 2**20} MB is accepted.")
        return message

    return receive_some
