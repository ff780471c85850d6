"""The figures of `benchmarks/million.py` as a table of a page of docs/."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from product_matching.files import write_text

BEGIN, END = "<!-- million: begin -->", "<!-- million: end -->"
Report = dict[str, Any]


def write_table(report: Report, page: Path) -> None:
    """Put the table between the marks of a page."""
    text = page.read_text(encoding="utf-8")
    before, after = text.split(BEGIN)[0], text.split(END)[1]
    write_text(page, f"{before}{BEGIN}\n\n{table(report)}\n{END}{after}")


def table(report: Report) -> str:
    """One row a step that was run: what it was, seconds, memory, load."""
    says = {
        "catalogue": _catalogue,
        "build": _build,
        "search": _search,
        "add": _add,
        "grown": _search,
        "compact": _compact,
        "compacted": _search,
        "review": _review,
    }
    names = {
        "search": "opened and searched",
        "grown": "opened and searched after the addition",
        "compacted": "opened and searched after that",
    }
    head = f"| {report['n']:,} listings | what | seconds in all | peak memory MB | load before |"
    rows = [head, "|---|---|---|---|---|"]
    for step, say in says.items():
        figures = report.get(step)
        if figures is None:
            continue
        stopped = figures.get("stopped")
        said = stopped or say(figures)
        peak, load = figures.get("peak_mb"), figures.get("load_before", "-")
        shown = "-" if peak is None else f"{peak:,}"
        rows.append(f"| {names.get(step, step)} | {said} | {figures['seconds']:,g} | {shown} | {load} |")
    return "\n".join(rows) + "\n"


def _catalogue(figures: Report) -> str:
    return (
        f"{figures['listings']:,} listings of {figures['products']:,} products, {figures['real']:,} of them real; the "
        f"largest product has {figures['largest_product']}"
    )


def _build(figures: Report) -> str:
    return f"{figures['disk_mb']:,} MB on disk; photos: {figures['index']}"


def _search(figures: Report) -> str:
    kinds = {"photo_nearest_50": "by photo", "title_nearest_50": "by title", "matches_by_both": "matches by both"}
    times = [
        f"{name} p50 {figures[key]['p50_ms']:g}, p95 {figures[key]['p95_ms']:g} ms"
        for key, name in kinds.items()
        if key in figures
    ]
    return f"opened in {figures['open_s']:g} s; {'; '.join(times)}; memory grown by {figures['memory_mb']:,} MB"


def _add(figures: Report) -> str:
    return f"{figures['added']:,} listings added in {figures['add_s']:g} s, their vectors in the cache"


def _compact(figures: Report) -> str:
    return f"made one piece in {figures['compact_s']:g} s; photos: {figures['index']}"


def _review(figures: Report) -> str:
    stages = ", ".join(f"{name} {took:g}" for name, took in figures["stages_s"])
    precision, recall = figures["same_product"]["precision"], figures["same_product"]["recall"]
    groups = f"{figures['groups']:,} groups of {figures['listings_in_groups']:,} listings"
    return (
        f"matched in {figures['match_s']:g} s, grouped in {figures['group_s']:g} s, first page in "
        f"{figures['first_page_s']:g} s (stages: {stages}); {groups}; {precision:.3f} of the made-up pairs in a group "
        f"are of one product, {recall:.3f} of those of a product are in one group"
    )
