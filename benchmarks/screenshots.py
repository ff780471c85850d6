"""The pictures of the README: pages of the app on the demo, as a browser shows them.

    python benchmarks/screenshots.py

The app is served with a data folder of its own, so that decisions of the user's own are not on the pictures.
"""

from __future__ import annotations

import argparse
import io
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

PROJECT = Path(__file__).resolve().parents[1]
#: Name of each picture, its address, and a text that stands on the page once it is whole.
PICTURES = (
    ("find", "find?bundle=demo&listing=demo_0010", "% same product"),
    ("review", "review?bundle=demo", "pairs to review"),
    ("thresholds", "thresholds?bundle=demo", "Right, found and F1"),
    ("map", "map?bundle=demo", "Mark a text"),
    ("catalogue", "catalogue?bundle=demo", "Listings of one product"),
    ("how_it_works", "how_it_works?bundle=demo", "Near and far"),
)
SIZE, WAIT_S = (1280, 860), 180
_ARGUMENTS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]


def take(url: str, out: Path, *, warm: float) -> None:
    """Take every picture."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=_ARGUMENTS)
        page = browser.new_page(viewport={"width": SIZE[0], "height": SIZE[1]}, color_scheme="light")
        page.set_default_timeout(1000 * WAIT_S)
        page.goto(f"{url}/find?bundle=demo")
        page.wait_for_timeout(1000 * warm)  # the pair scorer is prepared in the background
        for name, address, text in PICTURES:
            page.goto(f"{url}/{address}")
            page.get_by_text(text).first.wait_for()
            page.wait_for_selector("[data-test-script-state=notRunning]")
            page.wait_for_timeout(4000)  # charts and pictures are drawn after the run of the page
            with Image.open(io.BytesIO(page.screenshot())) as picture:
                picture.convert("RGB").save(out / f"{name}.jpg", quality=82, optimize=True)
        browser.close()


def main() -> None:
    """Serve the app and take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=PROJECT / "streamlit_out")
    parser.add_argument("--warm", type=float, default=60, help="seconds for what is prepared in the background")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as home, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py"]
        command += [f"--server.port={port}", "--server.headless=true", "--server.address=127.0.0.1"]
        environment = {**os.environ, "PRODUCT_MATCHING_HOME": home}
        process = subprocess.Popen(command, cwd=PROJECT, env=environment, stdout=subprocess.DEVNULL)
        url = f"http://127.0.0.1:{port}"
        try:
            _wait_until_ready(url)
            take(url, arguments.out, warm=arguments.warm)
        finally:
            process.terminate()
            process.wait(WAIT_S)


def _wait_until_ready(url: str) -> None:
    end = time.perf_counter() + WAIT_S
    while time.perf_counter() < end:
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("The server did not start.")


if __name__ == "__main__":
    main()
