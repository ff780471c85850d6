"""How far the pages jump while a browser draws them: the cumulative layout shift of each, wide and on a phone.

    python -m benchmarks.layout_shift demo apparel

The shift is what the browser's Layout Instability API tells (https://wicg.github.io/layout-instability/), summed over
the load of a page, that of Streamlit's own page skeleton apart. Each page is opened twice and the second load counts:
the first one of a server also prepares what all sessions share.
"""

from __future__ import annotations

import argparse
import os
import shutil
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from benchmarks.app import WAIT_S, Server

PAGES = (
    ("Home", "?"),
    ("Find", "find?"),
    ("Review, pairs", "review?"),
    ("Review, groups", "review?step=groups&"),
    ("Review, audit", "review?step=audit&"),
    ("Thresholds", "thresholds?"),
    ("Map", "map?"),
    ("Catalogue", "catalogue?"),
    ("Catalogue, listings", "catalogue?view=browse&"),
    ("Models", "models?"),
    ("How it works", "how_it_works?"),
)
WIDTHS, HEIGHT, SETTLED_MS = (1280, 400), 900, 1500
_NOTE = """window.shifts = [];
new PerformanceObserver(list => { for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifts.push([
  entry.value, entry.sources.some(each => each.node?.dataset?.testid === 'stMainBlockContainer')]) }
).observe({type: 'layout-shift', buffered: true})"""
_ARGUMENTS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]


def shift_of(page: Page, url: str) -> tuple[float, float]:
    """The shift of the second load of a page: of the page skeleton, and of everything else."""
    for _ in range(2):
        page.goto(url)
        page.wait_for_selector("[data-testid=stMain]")
        page.wait_for_timeout(SETTLED_MS)
        page.wait_for_selector("[data-test-script-state=notRunning]")
        page.wait_for_timeout(SETTLED_MS)
    shifts: list[tuple[float, bool]] = page.evaluate("window.shifts")
    return sum(value for value, own in shifts if own), sum(value for value, own in shifts if not own)


def main() -> None:
    """Print the shifts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bundles", nargs="+", help="names of catalogues in the folder of embeddings")
    bundles: list[str] = parser.parse_args().bundles
    server = Server()
    try:
        server.wait_for_first_page()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=_ARGUMENTS)
            print(f"Load of the machine {os.getloadavg()[0]:.1f}. Shift beside the page skeleton (of the skeleton).")
            for bundle in bundles:
                _print_shifts(
                    bundle, [browser.new_page(viewport={"width": w, "height": HEIGHT}) for w in WIDTHS], server
                )
            browser.close()
    finally:
        server.process.terminate()
        server.process.wait(WAIT_S)


def _print_shifts(bundle: str, pages: list[Page], server: Server) -> None:
    for page in pages:
        page.set_default_timeout(1000 * WAIT_S)
        page.add_init_script(_NOTE)
    print(f"\n{Path(bundle).name:<20}" + "".join(f"{width:>16} px" for width in WIDTHS))
    for name, address in PAGES:
        shifts = [shift_of(page, f"{server.url}/{address}bundle={bundle}") for page in pages]
        print(f"{name:<20}" + "".join(f"{rest:>10.3f} ({own:.3f})" for own, rest in shifts), flush=True)


if __name__ == "__main__":
    main()
