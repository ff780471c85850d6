"""Contenders in processes of their own, each held to a limit of seconds and of memory."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from benchmarks.growth.data import ROOT
from benchmarks.growth.tasks import OTHERS, TASKS

_LOOK_S = 0.2


@dataclass(frozen=True)
class Limits:
    """What a contender may take, and the Python of those in an environment of their own."""

    seconds: float
    memory_mb: float
    others: str


def run(task: str, library: str, folder: Path, limits: Limits) -> dict[str, Any]:
    """What one contender printed; or, under "stopped", why there is nothing."""
    python = limits.others if library in OTHERS else sys.executable
    if library in OTHERS and subprocess.run([python, "-c", f"import {library}"], capture_output=True).returncode:
        needed = "pip install -r requirements-benchmarks.txt in an environment of its own, then --others ITS_PYTHON"
        return {"stopped": f"{library} is not installed: {needed}"}
    command = [python, "-m", "benchmarks.growth.contend", task, library, str(folder)]
    return watched(command, limits, threads=1 if TASKS[task].figure == "p50_ms" else os.cpu_count())


def watched(command: list[str], limits: Limits, *, threads: int | None = None) -> dict[str, Any]:
    """Run a program that prints a JSON object last; stop it and all that it started beyond a limit."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
    if threads is not None:
        environment["OMP_NUM_THREADS"] = str(threads)
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        load = os.getloadavg()[0]
        started = time.monotonic()
        process = subprocess.Popen(command, stdout=out, stderr=err, env=environment, cwd=ROOT, start_new_session=True)
        try:
            peak, stopped = _watch(process, started, limits)
        finally:
            _end(process)
        out.seek(0)
        err.seek(0)
        printed, problems = out.read().splitlines(), err.read().strip().splitlines()
    if stopped:
        return {"stopped": stopped}
    if process.returncode:
        return {"stopped": f"failed: {problems[-1] if problems else process.returncode}"[:300]}
    report: dict[str, Any] = json.loads(printed[-1])
    return report | {"load_before": round(load, 1), "peak_mb": max(report.get("peak_mb", 0), round(peak))}


def _watch(process: subprocess.Popen[bytes], started: float, limits: Limits) -> tuple[float, str]:
    """Wait for the end; gives the largest memory, and why it is to be stopped, if it is."""
    peak = 0.0
    while process.poll() is None:
        peak = max(peak, _memory_mb(process.pid))
        if peak > limits.memory_mb:
            return peak, f"more than {limits.memory_mb / 1000:g} GB"
        if time.monotonic() - started > limits.seconds:
            return peak, f"more than {limits.seconds:g} s"
        time.sleep(_LOOK_S)
    return peak, ""


def _memory_mb(pid: int) -> float:
    """Memory of a process and what it started; what they share counts once."""
    total = 0.0
    with suppress(psutil.Error):
        process = psutil.Process(pid)
        family = [process, *process.children(recursive=True)]
        for each in family:
            with suppress(psutil.Error):
                own = each.memory_info()
                total += (own.rss if each is process else own.rss - own.shared) / 2**20
    return total


def _end(process: subprocess.Popen[Any]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
