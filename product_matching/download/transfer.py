"""One file over HTTPS: streamed to disk, taken up again where an earlier attempt stopped."""

from __future__ import annotations

import http.client
import json
import re
from collections.abc import Iterator
from email.message import Message
from pathlib import Path
from typing import IO, Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, OpenerDirector, Request, build_opener

from product_matching import __version__
from product_matching.download.disk import check_room, in_megabytes, written_in
from product_matching.errors import InputError
from product_matching.progress import Progress, stop_if_cancelled

_CHUNK = 1 << 20
_TIMEOUT = 60.0
#: Photos hardly shrink in an archive: unpacked, it needs a little more than its own size.
_UNPACKED = 1.15


class AnsweredWithAnError(Exception):
    """The server answered with a status of 400 or more."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"{status} {message}")
        self.status = status
        self.message = message


class _Redirects(HTTPRedirectHandler):
    """Credentials are for the host that they were meant for: a redirection to another one goes without them."""

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: http.client.HTTPMessage, newurl: str
    ) -> Request | None:
        made = super().redirect_request(req, fp, code, msg, headers, newurl)
        old, new = urlsplit(req.full_url), urlsplit(newurl)
        if old.scheme == "https" and new.scheme != "https":
            raise InputError(f"{old.netloc} redirects to {new.scheme}://{new.netloc}, which is not encrypted: refused.")
        authorization = req.get_header("Authorization")
        if made is not None and authorization and (old.scheme, old.netloc) == (new.scheme, new.netloc):
            made.add_unredirected_header("Authorization", authorization)
        return made


def fetch_file(url: str, path: Path, *, authorization: str, progress: Progress) -> None:
    """Fetch a file. What an earlier attempt left in `path` is kept if the server says that it is of the same file.

    Parameters
    ----------
    url
        Where from; redirections are followed, to other hosts without the credentials.
    path
        Where to; beside it lies ``path.tag`` with the server's name of this version of the file.
    authorization
        Value of the header.
    progress
        Shows progress in bytes.

    Raises
    ------
    Cancelled
        Somebody stopped it. What has arrived is kept.
    InputError
        The server cannot be reached or stopped in between, or the disk is full or too small for the file and what is
        unpacked from it. What has arrived is kept.
    AnsweredWithAnError
        The server refused.
    """
    tag_path = path.with_name(path.name + ".tag")
    have, tag = _earlier(path, tag_path)
    request = Request(url, headers={"User-Agent": f"product-matching/{__version__}", "Accept-Encoding": "identity"})
    request.add_unredirected_header("Authorization", authorization)
    if have:
        request.add_header("Range", f"bytes={have}-")
        request.add_header("If-Range", tag)
    try:
        response = _open(build_opener(_Redirects), request)
    except HTTPError as error:
        if error.code == 416 and _size_in(error.headers) == have:
            return
        if error.code == 416:
            forget_file(path)
        raise AnsweredWithAnError(error.code, _message_of(error)) from error
    with response:
        start, total = _extent(response, have, url)
        check_room(path.parent, int(total - start + _UNPACKED * total), "the archive and its unpacked files")
        with written_in(path.parent):
            if not start:
                forget_file(path)
                tag_path.write_text(_tag_of(response), encoding="utf-8")
            _stream(response, path, start, total, progress)


def forget_file(path: Path) -> None:
    """Delete what `fetch_file` has written."""
    path.unlink(missing_ok=True)
    path.with_name(path.name + ".tag").unlink(missing_ok=True)


def _earlier(path: Path, tag_path: Path) -> tuple[int, str]:
    """Bytes of an earlier attempt and the tag of their version; (0, "") where it cannot be gone on with."""
    try:
        have, tag = path.stat().st_size, tag_path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return 0, ""
    return (have, tag) if tag.isascii() and tag.isprintable() and tag else (0, "")


def _open(opener: OpenerDirector, request: Request) -> Any:
    host = urlsplit(request.full_url).netloc
    try:
        return opener.open(request, timeout=_TIMEOUT)
    except HTTPError:
        raise
    except (OSError, http.client.HTTPException) as error:
        reason = error.reason if isinstance(error, URLError) else error
        raise InputError(
            f"{host} cannot be reached ({str(reason) or type(reason).__name__:.120}): check the network, or download "
            "the archive in a browser and give it with --archive."
        ) from error


def _extent(response: Any, have: int, url: str) -> tuple[int, int]:
    """First byte of what comes, and size of the whole file."""
    if response.headers.get_content_type() == "text/html":
        raise InputError(f"{urlsplit(url).netloc} answered with a web page instead of the archive: is a proxy between?")
    if response.status == 206:
        found = re.fullmatch(r"bytes (\d+)-\d+/(\d+)", response.headers.get("Content-Range", ""))
        if found is None or int(found[1]) != have:
            raise InputError(f"{urlsplit(response.url).netloc} sent another part of the archive than was asked for.")
        return have, int(found[2])
    length = response.headers.get("Content-Length", "")
    if not length.isdigit():
        raise InputError(f"{urlsplit(response.url).netloc} does not say how large the archive is.")
    return 0, int(length)


def _stream(response: Any, path: Path, start: int, total: int, progress: Progress) -> None:
    done = start
    with path.open("ab") as file:
        progress.begin("downloading", total, done=start, unit="B")
        for chunk in _chunks(response):
            stop_if_cancelled(progress)
            file.write(chunk)
            done += len(chunk)
            progress.advance(len(chunk))
    if done != total:
        raise InputError(
            f"The download was interrupted after {in_megabytes(done)} of {in_megabytes(total)}: the same command goes "
            "on from there."
        )


def _chunks(response: Any) -> Iterator[bytes]:
    """What arrives, until the end or until the connection breaks."""
    try:
        while chunk := response.read(_CHUNK):
            yield chunk
    except http.client.IncompleteRead as error:
        yield error.partial
    except (OSError, http.client.HTTPException):
        return


def _tag_of(response: Any) -> str:
    """The server's name for this version of the file; empty where it has none that is good for going on."""
    tag = str(response.headers.get("ETag", ""))
    return tag if tag.startswith('"') else str(response.headers.get("Last-Modified", ""))


def _size_in(headers: Message) -> int | None:
    found = re.fullmatch(r"bytes \*/(\d+)", headers.get("Content-Range", ""))
    return int(found[1]) if found else None


def _message_of(error: HTTPError) -> str:
    """What a server says in JSON beside a status."""
    try:
        message = json.loads(error.read(10_000))["message"]
    except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError, RecursionError):
        return ""
    return "".join(letter for letter in str(message) if letter.isprintable())[:200]
