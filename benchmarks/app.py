"""Times of the running app as a user meets them: server start, first page, a request, a slider move; and its memory.

    python benchmarks/app.py --bundle apparel --photos data/shopee/train_images

The server runs in its own process. Requests for listings, titles and slider moves go through Streamlit's agent
interface, which answers when the script has run: time in the server, without a browser. A photo request is timed in
headless Chromium, from handing over the file until the number of matches stands on the page.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from playwright.sync_api import Page, expect, sync_playwright

from product_matching.places import embeddings_folder
from product_matching.store.bundle import Bundle, open_bundle

PROJECT = Path(__file__).resolve().parents[1]
SEED = 11
WAIT_S = 60


class Server:
    """The app on a free port, with the agent interface on."""

    def __init__(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py"]
        options = {"port": self.port, "headless": "true", "address": "127.0.0.1", "enableAgentApi": "true"}
        command += [f"--server.{name}={value}" for name, value in options.items()]
        self.started = time.perf_counter()
        self.process = subprocess.Popen(
            command, cwd=PROJECT, env=dict(os.environ), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def interact(self, **request: Any) -> tuple[dict[str, Any], float]:
        """Send one interaction; returns the answer and the milliseconds until it came."""
        body = json.dumps(request).encode()
        headers = {"content-type": "application/json"}
        started = time.perf_counter()
        with urllib.request.urlopen(
            urllib.request.Request(f"{self.url}/_stcore/agent/interact", body, headers), timeout=WAIT_S
        ) as answer:
            content = json.load(answer)
        return content, 1000 * (time.perf_counter() - started)

    def wait_for_first_page(self) -> float:
        """Request the home page until it comes; returns the seconds since the process was started."""
        while time.perf_counter() - self.started < WAIT_S:
            try:
                self.interact()
                return time.perf_counter() - self.started
            except OSError:
                time.sleep(0.05)
        raise SystemExit("The server did not start.")

    def memory_mb(self) -> float:
        """Resident memory of the server and what it started."""
        process = psutil.Process(self.process.pid)
        return sum(part.memory_info().rss for part in [process, *process.children(recursive=True)]) / 2**20


@contextmanager
def running_server() -> Iterator[Server]:
    """A server that is stopped at the end."""
    server = Server()
    try:
        yield server
    finally:
        server.process.terminate()
        server.process.wait(10)


def time_listings(server: Server, bundle: Bundle, name: str, count: int) -> list[float]:
    """Milliseconds of the whole find page for listings that were not requested before."""
    rows = np.random.default_rng(SEED).choice(len(bundle), count, replace=False)
    ids = bundle.listings["posting_id"].iloc[rows]
    return [
        server.interact(page="find", query_params={"bundle": [name], "listing": [posting_id]})[1] for posting_id in ids
    ]


def time_slider(server: Server, bundle: Bundle, name: str, count: int) -> list[float]:
    """Milliseconds of the find page after a slider was moved."""
    params = {"bundle": [name], "listing": [str(bundle.listings["posting_id"].iloc[0])]}
    answer, _ = server.interact(page="find", query_params=params)
    session = answer["session_id"]
    key = next(action["key"] for action in answer["actions"] if action["type"] == "slider")
    positions = np.round(np.linspace(0.1, 0.3, count), 3).tolist()
    return [server.interact(session_id=session, widget_state={key: position})[1] for position in positions]


def time_photos(server: Server, name: str, photos: list[Path], count: int) -> list[float]:
    """Milliseconds in a browser from handing over a photo until the number of matches is there."""
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=arguments)
        times = [time_photo(browser.new_page(), server.url, name, photos[n % len(photos)]) for n in range(count)]
        browser.close()
    return times


def time_photo(page: Page, url: str, name: str, photo: Path) -> float:
    """One photo in a fresh page."""
    page.goto(f"{url}/find?bundle={name}")
    chooser = page.locator("input[type=file]").first
    chooser.wait_for(state="attached")
    expect(page.get_by_text(re.compile("Nothing is searched"))).to_be_visible(timeout=1000 * WAIT_S)
    started = time.perf_counter()
    chooser.set_input_files(photo)
    expect(page.get_by_role("heading", name=re.compile(r"\bmatch(es)?$"))).to_be_visible(timeout=1000 * WAIT_S)
    took = 1000 * (time.perf_counter() - started)
    page.close()
    return took


def percentiles(times: list[float]) -> dict[str, float]:
    """Median and 95th percentile, rounded to milliseconds."""
    return {f"p{q}": round(float(np.percentile(times, q))) for q in (50, 95)}


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bundle", default="apparel", help="name of a bundle in embeddings/")
    parser.add_argument("--photos", type=Path, default=Path("data/shopee/train_images"))
    parser.add_argument("--count", type=int, default=30)
    arguments = parser.parse_args()
    bundle = open_bundle(embeddings_folder() / arguments.bundle)
    photos = sorted(arguments.photos.glob("*.jpg"))
    with running_server() as server:
        result: dict[str, Any] = {"start_to_first_page_s": round(server.wait_for_first_page(), 2)}
        result["first_find_page_ms"] = round(time_listings(server, bundle, arguments.bundle, 1)[0])
        time_photos(server, arguments.bundle, photos, 2)
        result["listing_request_ms"] = percentiles(time_listings(server, bundle, arguments.bundle, arguments.count))
        result["slider_move_ms"] = percentiles(time_slider(server, bundle, arguments.bundle, arguments.count))
        result["photo_request_in_browser_ms"] = percentiles(
            time_photos(server, arguments.bundle, photos, arguments.count)
        )
        result["memory_mb"] = round(server.memory_mb())
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
