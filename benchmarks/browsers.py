"""Ten people with ten browsers, for half an hour: photo searches and moved sliders as they see them, and what is left.

    python -m benchmarks.browsers apparel --photos ../shared/data/shopee/train_images

Each person has a browser session of their own in headless Chromium, on the same cores as the server, and thinks for
three to nine seconds between steps. A photo search is timed from handing over the file until the number of its matches
stands on the page, a slider from the key until the page has been drawn anew. Memory of the server is noted all the
while; what it holds of uploads and pictures is asked at the end, and again once the browsers have been closed for three
minutes (Streamlit keeps a session for two). `benchmarks/load.py` times the server without the cost of the browsers.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import re
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil
from playwright.async_api import Browser, Page, async_playwright, expect

from benchmarks.app import Server
from benchmarks.load import SEED, Times, held, memory_each, memory_mb, percentiles

PATIENCE_MS = 60_000
THINKS = (3.0, 9.0)
#: So many searches in one visit, after which the page is opened anew.
SEARCHES = 5
_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
_DRAWN = "[data-testid=stApp][data-test-script-state=notRunning]"
_MOVED = """before => window.location.search !== before &&
  document.querySelector('[data-testid=stApp]').dataset.testScriptState === 'notRunning'"""


async def person(number: int, browser: Browser, url: str, *, photos: list[Path], seconds: float, times: Times) -> None:
    """Search and move a slider until the time is over."""
    rng = random.Random(SEED + number)
    context = await browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(PATIENCE_MS)
    page = await context.new_page()
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        try:
            await _visit(page, url, rng, photos=photos, end=end, times=times)
        except Exception as error:
            times.errors.append(f"{type(error).__name__}: {str(error).splitlines()[0]}")
    await context.close()


async def _visit(page: Page, url: str, rng: random.Random, *, photos: list[Path], end: float, times: Times) -> None:
    started = time.perf_counter()
    await page.goto(url)
    await page.locator("input[type=file]").first.wait_for(state="attached")
    await page.locator(_DRAWN).wait_for(state="attached")
    times.note("open_find", 1000 * (time.perf_counter() - started))
    for _ in range(SEARCHES):
        await asyncio.sleep(rng.uniform(*THINKS))
        if time.perf_counter() > end:
            return
        times.note("photo_search", await _search(page, rng.choice(photos)))
        for _ in range(2):
            await asyncio.sleep(rng.uniform(*THINKS))
            times.note("slider", await _move_slider(page, rng))
        await asyncio.sleep(rng.uniform(*THINKS))
        await page.get_by_role("button", name="Remove the photo").click()
        await expect(page.get_by_text("Nothing is searched for yet")).to_be_visible(timeout=PATIENCE_MS)


async def _search(page: Page, photo: Path) -> float:
    """Milliseconds from handing over a photo until the number of its matches is there."""
    chooser = page.locator("input[type=file]").first
    await chooser.wait_for(state="attached")
    started = time.perf_counter()
    await chooser.set_input_files(photo)
    found = page.get_by_role("heading", name=re.compile(r"^(No match|\d+ match)")).first
    await expect(found).to_be_visible(timeout=PATIENCE_MS)
    took = 1000 * (time.perf_counter() - started)
    await page.locator(_DRAWN).wait_for(state="attached")
    return took


async def _move_slider(page: Page, rng: random.Random) -> float:
    """Milliseconds from the key that moves a slider until the page has been drawn anew."""
    slider = page.get_by_role("slider").first
    await slider.focus()
    before = await page.evaluate("window.location.search")
    started = time.perf_counter()
    await slider.press(rng.choice(("ArrowLeft", "ArrowRight")))
    await page.wait_for_function(_MOVED, arg=before)
    return 1000 * (time.perf_counter() - started)


async def watch(server: Server, process: psutil.Process, given: argparse.Namespace) -> dict[str, Any]:
    """Let the people in, and look at the server meanwhile and afterwards."""
    photos, times = sorted(given.photos.glob("*.jpg")), Times()
    url = f"{server.url}/find?bundle={given.bundle}"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=_ARGUMENTS)
        await person(-1, browser, url, photos=photos, seconds=given.warm, times=Times())
        before, loaded = memory_mb(process), [round(each, 1) for each in os.getloadavg()]
        watched = asyncio.create_task(memory_each(process, max(given.seconds / 30, 5)))
        people = [
            person(number, browser, url, photos=photos, seconds=given.seconds, times=times)
            for number in range(given.people)
        ]
        await asyncio.gather(*people)
        watched.cancel()
        result: dict[str, Any] = {kind: percentiles(values) for kind, values in times.of.items()}
        result |= {"errors": times.errors, "memory_mb": [before, *await watched], "at_the_end": held(server.url)}
        await browser.close()
    await asyncio.sleep(given.rest)
    result["after_rest"] = {**held(server.url), "memory_mb": memory_mb(process)}
    return {**result, "load_before": loaded, "load_after": [round(each, 1) for each in os.getloadavg()]}


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bundle", help="name of a catalogue in the folder of embeddings")
    parser.add_argument("--photos", type=Path, required=True, help="folder of JPEG files")
    parser.add_argument("--people", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=1800)
    parser.add_argument("--warm", type=float, default=90, help="seconds of one person before")
    parser.add_argument("--rest", type=float, default=180, help="seconds after which the server is looked at again")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        os.environ["PRODUCT_MATCHING_HOME"] = home
        server = Server()
        try:
            server.wait_for_first_page()
            print(json.dumps(asyncio.run(watch(server, psutil.Process(server.process.pid), given)), indent=2))
        finally:
            server.process.terminate()
            server.process.wait(60)


if __name__ == "__main__":
    main()
