"""Ten people at once: photo searches, moved sliders and decisions, for a minute, without the cost of ten browsers.

    python benchmarks/load.py --bundle apparel --photos ../shared/data/shopee/train_images
    python benchmarks/load.py ... --seconds 1800 --rest 180

With `--rest` the server is looked at again, so many seconds after everybody has left: what it holds of their uploads
and pictures. Streamlit keeps a session for two minutes after its browser is gone.

Each person is a session that speaks the protocol of the browser (a WebSocket and an upload by HTTP), so that the times
are those of the server alone. A photo search is timed from handing over the file until the run of the page that answers
it has ended; a person thinks for half a second to two seconds between steps. Every person decides pairs of listings of
their own on the way, all of which must be there in the end. The first visit of each page is timed before, in a session
of its own, once the server is warm.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import numpy as np
import psutil
import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

from product_matching.places import embeddings_folder
from product_matching.store.bundle import Bundle, open_bundle
from product_matching.store.decision import Word
from product_matching.store.decisions import DecisionStore
from product_matching.workflows.decisions import record_decision

PROJECT = Path(__file__).resolve().parents[1]
SEED = 5
WAIT_S = 120
#: Label of the upload on Find.
PHOTO_LABEL = "Photo of the product"
PAGES = ("", "find", "review", "thresholds", "map", "catalogue", "models", "how_it_works")
_SUCCESS = {
    ForwardMsg.ScriptFinishedStatus.FINISHED_SUCCESSFULLY,
    ForwardMsg.ScriptFinishedStatus.FINISHED_EARLY_FOR_RERUN,
}


@dataclass
class Times:
    """Milliseconds by kind of step, and what went wrong."""

    of: dict[str, list[float]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)

    def note(self, kind: str, milliseconds: float) -> None:
        """Add one."""
        self.of.setdefault(kind, []).append(milliseconds)


class Session:
    """One browser session.

    Parameters
    ----------
    socket
        Its open WebSocket.
    url
        Of the server.
    """

    def __init__(self, socket: websockets.ClientConnection, url: str) -> None:
        self._socket, self._url = socket, url
        self.widgets: dict[str, Any] = {}
        self.problems: list[str] = []
        self._states: dict[str, WidgetState] = {}
        self._query = ""
        self._page = ""

    async def open(self, page: str, **params: str) -> float:
        """Open a page; returns the milliseconds until it stood there."""
        self._page, self._query = page, urlencode(params)
        self._states.clear()
        return await self._run()

    async def move(self, label: str, value: float) -> float:
        """Move a slider."""
        slider = self.widgets[label]
        state = WidgetState(id=slider.id)
        state.double_array_value.data.append(value)
        self._states[slider.id] = state
        return await self._run()

    async def upload(self, photo: bytes) -> float:
        """Hand a photo over; returns the milliseconds until its matches stood there."""
        started = time.perf_counter()
        uploader = self.widgets[PHOTO_LABEL]
        back = BackMsg()
        back.file_urls_request.request_id = uuid4().hex
        back.file_urls_request.file_names.append("photo.jpg")
        await self._socket.send(back.SerializeToString())
        urls = (await self._until("file_urls_response")).file_urls_response.file_urls[0]
        await asyncio.to_thread(_put, self._url + urls.upload_url, photo)
        state = WidgetState(id=uploader.id)
        info = state.file_uploader_state_value.uploaded_file_info.add()
        info.name, info.size, info.file_id = "photo.jpg", len(photo), urls.file_id
        info.file_urls.CopyFrom(urls)
        self._states[uploader.id] = state
        await self._run()
        return 1000 * (time.perf_counter() - started)

    async def _run(self) -> float:
        started = time.perf_counter()
        back = BackMsg()
        back.rerun_script.query_string = self._query
        back.rerun_script.page_name = self._page
        back.rerun_script.widget_states.widgets.extend(self._states.values())
        await self._socket.send(back.SerializeToString())
        finished = await self._until("script_finished")
        while finished.script_finished == ForwardMsg.ScriptFinishedStatus.FINISHED_EARLY_FOR_RERUN:
            finished = await self._until("script_finished")
        if finished.script_finished not in _SUCCESS:
            self.problems.append(f"{self._page}: run ended with {finished.script_finished}")
        return 1000 * (time.perf_counter() - started)

    async def _until(self, kind: str) -> ForwardMsg:
        while True:
            message = ForwardMsg()
            message.ParseFromString(await asyncio.wait_for(self._socket.recv(), WAIT_S))
            found = message.WhichOneof("type")
            if found == "delta":
                self._note(message.delta.new_element)
            elif found == "page_info_changed":
                self._query = message.page_info_changed.query_string
            if found == kind:
                return message

    def _note(self, element: Any) -> None:
        kind = element.WhichOneof("type")
        if kind in ("slider", "file_uploader"):
            widget = getattr(element, kind)
            self.widgets[widget.label] = widget
        elif kind == "exception":
            self.problems.append(f"{self._page}: {element.exception.message}")


def _put(url: str, photo: bytes) -> None:
    boundary = uuid4().hex
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="photo.jpg"; filename="photo.jpg"\r\n\r\n'
    body = head.encode() + photo + f"\r\n--{boundary}--\r\n".encode()
    headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    with urllib.request.urlopen(urllib.request.Request(url, body, headers, method="PUT"), timeout=WAIT_S):
        pass


@asynccontextmanager
async def session(url: str) -> AsyncIterator[Session]:
    """A session that is closed at the end."""
    address = url.replace("http", "ws") + "/_stcore/stream"
    async with websockets.connect(address, max_size=None, subprotocols=["streamlit"]) as opened:  # type: ignore[list-item]
        yield Session(opened, url)


async def person(
    number: int, url: str, bundle: Bundle, name: str, *, photos: list[Path], seconds: float, times: Times
) -> list[tuple[str, str]]:
    """Search, move sliders and decide until the time is over; returns the pairs that were decided."""
    rng, decided = random.Random(SEED + number), list[tuple[str, str]]()
    ids = bundle.listings["posting_id"].tolist()
    async with session(url) as own:
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            times.note("open_find", await own.open("find", bundle=name))
            await asyncio.sleep(rng.uniform(0.5, 2))
            times.note("photo_search", await own.upload(rng.choice(photos).read_bytes()))
            await asyncio.sleep(rng.uniform(0.5, 2))
            for _ in range(3):
                slider = next((label for label in own.widgets if "probability" in label or "distance" in label), None)
                if slider is not None:
                    widget = own.widgets[slider]
                    value = rng.uniform(widget.min + (widget.max - widget.min) / 4, widget.max)
                    times.note("slider", await own.move(slider, round(value / widget.step) * widget.step))
                await asyncio.sleep(rng.uniform(0.5, 2))
            pair = (
                ids[(7 * number + 100 * len(decided)) % len(ids)],
                ids[(7 * number + 100 * len(decided) + 1) % len(ids)],
            )
            await asyncio.to_thread(record_decision, bundle, pair, Word.different, who=f"person {number}")
            decided.append(pair)
        times.errors += own.problems
    return decided


async def first_visits(url: str, name: str) -> dict[str, float]:
    """Milliseconds of the first visit of each page, each in a session of its own."""
    found: dict[str, float] = {}
    for page in PAGES:
        async with session(url) as own:
            found[page or "home"] = round(await own.open(page, bundle=name))
            if own.problems:
                raise SystemExit("\n".join(own.problems))
    return found


async def load(url: str, process: psutil.Process, arguments: argparse.Namespace) -> dict[str, Any]:
    """Time the visits, then let the people in."""
    bundle = open_bundle(embeddings_folder() / arguments.bundle)
    photos = sorted(arguments.photos.glob("*.jpg"))
    async with session(url) as own:
        await own.open("find", bundle=arguments.bundle)
        await asyncio.sleep(arguments.warm)  # indexes, network and pair scorer are loaded in the background
        await own.open("find", bundle=arguments.bundle)
        await own.upload(photos[0].read_bytes())
    result: dict[str, Any] = {"first_visit_ms": await first_visits(url, arguments.bundle)}
    times, before = Times(), memory_mb(process)
    people = [
        person(n, url, bundle, arguments.bundle, photos=photos, seconds=arguments.seconds, times=times)
        for n in range(arguments.people)
    ]
    watched = asyncio.create_task(memory_each(process, max(arguments.seconds / 30, 10)))
    decided = [pair for pairs in await asyncio.gather(*people) for pair in pairs]
    watched.cancel()
    kept = {change.decision.pair for change in DecisionStore().current(bundle.manifest.catalogue_id)}
    result |= {kind: percentiles(values) for kind, values in times.of.items()}
    result["memory_mb"] = {"before": before, "meanwhile": await watched, "after": memory_mb(process)}
    result["errors"] = times.errors
    result["decisions"] = {
        "made": len(decided),
        "lost": len([pair for pair in decided if tuple(sorted(pair)) not in kept]),
    }
    if arguments.rest:
        result["held_at_the_end"] = held(url)
        await asyncio.sleep(arguments.rest)
        result["held_after_rest"] = held(url) | {"memory_mb": memory_mb(process)}
    return result


async def memory_each(process: psutil.Process, seconds: float) -> list[int]:
    """Memory of the server at equal steps of time, until it is cancelled."""
    found: list[int] = []
    with suppress(asyncio.CancelledError):
        while True:
            await asyncio.sleep(seconds)
            found.append(memory_mb(process))
    return found


def held(url: str) -> dict[str, int]:
    """Sessions, and bytes of uploads and of pictures, that the server says it holds."""
    with urllib.request.urlopen(f"{url}/_stcore/metrics", timeout=WAIT_S) as answer:
        lines = answer.read().decode().splitlines()
    told = [line.rsplit(" ", 1) for line in lines if not line.startswith("#")]

    def total(word: str) -> int:
        return sum(int(float(value)) for name, value in told if word in name)

    return {
        "sessions": total("active_sessions"),
        "upload_bytes": total("UploadedFileManager"),
        "picture_bytes": total("st_memory_media_file_storage"),
    }


def memory_mb(process: psutil.Process) -> int:
    """Resident memory of the server and what it started."""
    return round(sum(part.memory_info().rss for part in [process, *process.children(recursive=True)]) / 2**20)


def percentiles(values: list[float]) -> dict[str, float]:
    """How many, median and 95th percentile."""
    return {"n": len(values), **{f"p{q}_ms": round(float(np.percentile(values, q))) for q in (50, 95)}}


def _wait_until_ready(url: str) -> None:
    end = time.perf_counter() + WAIT_S
    while time.perf_counter() < end:
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("The server did not start.")


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bundle", default="apparel", help="name of a bundle in embeddings/")
    parser.add_argument("--photos", type=Path, default=Path("data/shopee/train_images"))
    parser.add_argument("--people", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--rest", type=float, default=0, help="seconds after which the server is looked at again")
    parser.add_argument(
        "--warm", type=float, default=60, help="seconds until what is loaded in the background is there"
    )
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as home, socket.socket() as free:
        os.environ["PRODUCT_MATCHING_HOME"] = home
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        options = {"port": port, "headless": "true", "address": "127.0.0.1", "enableXsrfProtection": "false"}
        command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py"]
        command += [f"--server.{name}={value}" for name, value in options.items()]
        process = subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        url = f"http://127.0.0.1:{port}"
        try:
            _wait_until_ready(url)
            result = asyncio.run(load(url, psutil.Process(process.pid), arguments))
        finally:
            process.terminate()
            process.wait(60)
    result["load_average"] = [round(each, 1) for each in os.getloadavg()]
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
