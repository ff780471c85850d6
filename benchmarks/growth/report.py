"""The results as a table for each task and a plot for each, written into a page of docs/."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmarks.growth.plot import Line, plot
from benchmarks.growth.results import Result, Results
from benchmarks.growth.tasks import OURS, TASKS
from product_matching.files import write_text

BEGIN, END = "<!-- growth: begin -->", "<!-- growth: end -->"


def write_report(results: Results, page: Path, sizes: Sequence[int]) -> None:
    """Put tables and plots between the marks of a page; the plots lie in `images/growth` beside it."""
    text = page.read_text(encoding="utf-8")
    before, after = text.split(BEGIN)[0], text.split(END)[1]
    parts = [_machine(results)]
    for name, task in TASKS.items():
        if name not in results.content["results"]:
            continue
        lines = [
            Line(_shown(library), points, results.slope(name, library, sizes), own=library.startswith(OURS))
            for library in task.libraries
            if (points := results.figures(name, library, sizes))
        ]
        image = f"images/growth/{name}.svg"
        write_text(page.parent / image, plot(task.title, task.unit, lines, sizes), parents=True)
        parts.append(f"## {task.title}\n\n![{task.title}: {task.unit} by number of listings]({image})\n")
        parts.append(table(results, name, sizes))
    write_text(page, f"{before}{BEGIN}\n\n" + "\n".join(parts) + f"\n{END}{after}")


def _machine(results: Results) -> str:
    machine, network = results.content.get("machine", {}), results.content.get("network")
    text = (
        f"Machine: {machine.get('cores')} cores of {machine.get('processor')}, {machine.get('memory_gb')} GB; "
        f"load average before each run {_loads(results)}."
    )
    if network is not None:
        text += (
            f" The shipped network takes {network['ms_a_photo']:g} ms a photo on top, reading and decoding included "
            f"(load {network['load']:g})."
        )
    return text + "\n"


def _loads(results: Results) -> str:
    loads = [
        result["load_before"]
        for libraries in results.content["results"].values()
        for sizes in libraries.values()
        for result in sizes.values()
        if "load_before" in result
    ]
    return f"{min(loads):g} to {max(loads):g}" if loads else "unknown"


def table(results: Results, name: str, sizes: Sequence[int]) -> str:
    """One row a library: its figure at each size, the exponent of its growth, memory and what differs."""
    task = TASKS[name]
    header = [
        "p50, p95 ms" if task.figure == "p50_ms" else task.unit,
        *(f"N = {n:,}" for n in sizes),
        "grows as",
        "peak memory MB",
        "remark",
    ]
    rows = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    for library, remark in task.libraries.items():
        cells = [results.get(name, library, n) for n in sizes]
        slope = results.slope(name, library, sizes)
        last = next((cell for cell in reversed(cells) if cell is not None and "peak_mb" in cell), None)
        told = "" if last is None else last.get("told", "")
        said = "; ".join(filter(None, [remark, told, _differs(cells, sizes), _stopped(cells, sizes)]))
        row = [_shown(library), *(_figure(cell, task.figure) for cell in cells)]
        row += ["-" if slope is None else f"N^{slope:g}", "-" if last is None else f"{last['peak_mb']:,}", said]
        rows.append("| " + " | ".join(row) + " |")
    return "\n".join(rows) + "\n"


def _shown(library: str) -> str:
    return {"ours": "this project", "ours_exact": "this project, exact index", "sklearn": "scikit-learn"}.get(
        library, library.replace("faiss_", "FAISS ").replace("ivf", "IVF").replace("sentence_", "sentence-")
    )


def _figure(cell: Result | None, name: str) -> str:
    if cell is None:
        return "not measured"
    if name not in cell:
        return "-"
    value = cell[name]
    shown = f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
    return f"{shown}, {cell['p95_ms']:.3g}" if "p95_ms" in cell else shown


def _differs(cells: Sequence[Result | None], sizes: Sequence[int]) -> str:
    """How what was found at the largest size differs from what there is to find."""
    compared = [(n, cell) for n, cell in zip(sizes, cells, strict=True) if cell and {"pairs", "recall"} & cell.keys()]
    if not compared:
        return ""
    n, last = compared[-1]
    if "recall" in last:
        return f"recall {last['recall']:.4g} at {n:,}"
    if "missing" not in last:
        return f"{last['pairs']:,} pairs at {n:,}"
    if last["missing"] == last["extra"] == 0:
        return f"the same pairs at {n:,}"
    return f"at {n:,} of {last['pairs']:,} pairs {last['missing']:,} missing, {last['extra']:,} more"


def _stopped(cells: Sequence[Result | None], sizes: Sequence[int]) -> str:
    stopped = (
        f"at {n:,} {cell['stopped']}" for n, cell in zip(sizes, cells, strict=True) if cell and "stopped" in cell
    )
    return next(stopped, "")
