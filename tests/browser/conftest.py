"""The running app on the small bundle and a demo, and a headless Chromium to use it with."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.request import urlopen

import pytest

pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
from playwright.sync_api import Browser, Page, sync_playwright

from tests.store.comparison_example import example_comparison, write_comparison

PROJECT = Path(__file__).resolve().parents[2]
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
START_SECONDS = 60


@contextmanager
def serve(
    embeddings: Path, models: Path, home: Path, log: Path, *, prefix: str = "", **variables: str
) -> Iterator[str]:
    """Serve the app on a free port, and give its address; `log` gets what the server says.

    With a path prefix, which the address ends with, the HTTP service is served as well.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        **os.environ,
        "PRODUCT_MATCHING_EMBEDDINGS": str(embeddings),
        "PRODUCT_MATCHING_MODELS": str(models),
        "PRODUCT_MATCHING_HOME": str(home),
        **variables,
    }
    options = {"port": port, "address": "127.0.0.1", "headless": "true"}
    script = "streamlit_service.py" if prefix else "streamlit_app.py"
    options |= {"baseUrlPath": prefix} if prefix else {}
    command = [sys.executable, "-m", "streamlit", "run", script]
    command += [f"--server.{name}={value}" for name, value in options.items()]
    with log.open("ab") as output:
        server = subprocess.Popen(command, cwd=PROJECT, env=environment, stdout=output, stderr=output)
        try:
            url = f"http://127.0.0.1:{port}{'/' if prefix else ''}{prefix}"
            _wait_until_ready(url, server, log)
            yield url
        finally:
            server.terminate()
            server.wait(START_SECONDS)


@pytest.fixture(scope="session")
def app_url(
    small_bundle: Path, sampled_bundle: Path, tiny_model: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Address of the app, serving two small bundles and a comparison on a free port with a data folder of its own."""
    embeddings = tmp_path_factory.mktemp("served")
    for bundle in (small_bundle, sampled_bundle):
        shutil.copytree(bundle, embeddings / bundle.name)
    comparison = write_comparison(embeddings.with_suffix(".json"), example_comparison())
    home, log = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("server") / "log.txt"
    with serve(embeddings, tiny_model.parent, home, log, PRODUCT_MATCHING_COMPARISON=str(comparison)) as url:
        yield url


def _wait_until_ready(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    """Wait for the health page; a server that ended or never answers fails the test with its log."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            with urlopen(f"{url}/_stcore/health", timeout=1):
                return
        except OSError:
            with suppress(subprocess.TimeoutExpired):
                server.wait(0.05)
                break
    pytest.fail(f"the app did not start:\n{log.read_text(errors='replace')[-2000:]}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Headless Chromium; tests are skipped where there is none."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("no chromium is installed")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=CHROMIUM_ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A tab of a new browser session, patient with a busy machine."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(1000 * START_SECONDS)
    yield context.new_page()
    context.close()
