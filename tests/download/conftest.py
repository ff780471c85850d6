"""Fixtures of the download tests: a small competition, its archive, and a server that answers as Kaggle does."""

from __future__ import annotations

import threading
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from product_matching.download.shopee import COLUMNS, Competition

SMALL = Competition("small-competition", n_listings=5, n_groups=2)
API = f"/api/v1/competitions/data/download-all/{SMALL.name}"


def small_files() -> dict[str, bytes]:
    """The files of `SMALL`, by their names in the archive."""
    rows = [f"train_{row},{row:032x}.jpg,{row:016x},title {row},{row % 2}" for row in range(SMALL.n_listings)]
    photos = {f"train_images/{row:032x}.jpg": bytes([row]) * 4000 for row in range(SMALL.n_listings)}
    return {
        "train.csv": "\n".join([",".join(COLUMNS), *rows, ""]).encode(),
        "test.csv": b"posting_id,image,image_phash,title\n",
        "sample_submission.csv": b"posting_id,matches\n",
        "test_images/abc.jpg": b"photo",
        **photos,
    }


def write_archive(path: Path, files: dict[str, bytes]) -> Path:
    """Write a zip archive, stored as it is so that its size follows from that of the files."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """The archive of `SMALL`."""
    return write_archive(tmp_path / "small.zip", small_files())


@dataclass
class Kaggle:
    """What the server does, and what it was asked.

    Attributes
    ----------
    content, etag
        The archive and its version; an empty version is not sent.
    status, body, content_type
        Answer of the API instead of the redirection to the storage, where not 302.
    cut
        Bytes after which the storage breaks the connection, once.
    ranges
        Whether the storage sends parts.
    asked
        Path, ``Authorization`` and ``Range`` of each request.
    """

    content: bytes = b""
    etag: str = '"v1"'
    status: int = 302
    body: bytes = b""
    content_type: str = "application/json"
    cut: int | None = None
    ranges: bool = True
    endpoint: str = ""
    storage: str = ""
    asked: list[tuple[str, str | None, str | None]] = field(default_factory=list)


def _handler(kaggle: Kaggle) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            kaggle.asked.append((self.path, self.headers["Authorization"], self.headers["Range"]))
            if self.path == "/moved":
                self._send(302, b"", {"Location": f"{kaggle.endpoint}{API}"})
            elif self.path != API:
                self._send_archive()
            elif kaggle.status == 302:
                self._send(302, b"", {"Location": f"{kaggle.storage}/archive.zip?signature=x"})
            else:
                self._send(kaggle.status, kaggle.body, {"Content-Type": kaggle.content_type})

        def _send_archive(self) -> None:
            content, total = kaggle.content, len(kaggle.content)
            headers = {"Content-Type": "application/zip", **({"ETag": kaggle.etag} if kaggle.etag else {})}
            wanted = self.headers["Range"]
            if kaggle.ranges and wanted and self.headers["If-Range"] == kaggle.etag:
                start = int(wanted.removeprefix("bytes=").removesuffix("-"))
                if start >= total:
                    self._send(416, b"", {"Content-Range": f"bytes */{total}"})
                    return
                headers["Content-Range"] = f"bytes {start}-{total - 1}/{total}"
                self._send(206, content[start:], headers)
            else:
                self._send(200, content, headers)

        def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            if kaggle.cut is not None and status in (200, 206) and self.path != API:
                body, kaggle.cut = body[: kaggle.cut], None
            self.wfile.write(body)
            self.close_connection = True

        def log_message(self, *arguments: object) -> None:
            """Say nothing."""

    return Handler


@pytest.fixture
def kaggle(archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kaggle]:
    """A server on this machine that has the archive of `SMALL`, and credentials for it."""
    for name in ("KAGGLE_USERNAME", "KAGGLE_KEY", "http_proxy", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("KAGGLE_API_TOKEN", "KGAT_secret")
    monkeypatch.setenv("KAGGLE_CONFIG_DIR", str(tmp_path / "no_credentials"))
    state = Kaggle(content=archive.read_bytes())
    servers = [ThreadingHTTPServer(("127.0.0.1", 0), _handler(state)) for _ in range(2)]
    state.endpoint, state.storage = (f"http://127.0.0.1:{server.server_port}" for server in servers)
    threads = [threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}) for server in servers]
    for thread in threads:
        thread.start()
    yield state
    for server, thread in zip(servers, threads, strict=True):
        server.shutdown()
        thread.join()
        server.server_close()
