"""Photos decoded in processes of their own: the same views, within limits, in the order of asking."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic

import numpy as np
import pytest
from PIL import Image

from product_matching.encoders import photo_workers
from product_matching.encoders.keypoints import find_keypoints
from product_matching.encoders.photo_frames import FrameError, pack_views, unpack_views
from product_matching.encoders.photo_views import PhotoViews, Wanted, view_photo
from product_matching.encoders.photo_workers import PhotoLimits, PhotoWorkers
from product_matching.encoders.preprocess import Square
from product_matching.errors import InputError
from product_matching.listings.photos import PhotoError, phash
from product_matching.listings.regions import Region
from tests.slow_photos import encoded, jpeg_of_scans, large_webp

PHOTO = Image.fromarray(np.random.default_rng(1).integers(0, 256, (9, 7, 3), dtype=np.uint8)).resize((280, 360))
PNG = encoded(PHOTO, "PNG")
ALL = Wanted(square=Square(edge=64, interpolation="bicubic"), keypoints=True, readable=True, preview=300)
PART = Wanted(region=Region(0.1, 0.2, 0.5, 0.3), square=Square(edge=48, interpolation="bilinear", crop=0.9))


@pytest.fixture(scope="module")
def workers() -> Iterator[PhotoWorkers]:
    workers = PhotoWorkers(1)
    yield workers
    workers.close()


@pytest.fixture
def limited() -> Iterator[Callable[..., PhotoWorkers]]:
    made: list[PhotoWorkers] = []

    def make(count: int = 1, **limits: float) -> PhotoWorkers:
        made.append(PhotoWorkers(count, PhotoLimits(**limits)))
        return made[-1]

    yield make
    for each in made:
        each.close()


def parts(views: PhotoViews) -> list[bytes]:
    """All that views hold, as bytes."""
    head, body = pack_views(views)
    return [repr(sorted(head["shapes"].items())).encode(), body]


@pytest.mark.parametrize("wanted", [ALL, PART, Wanted()], ids=["all", "part", "least"])
@pytest.mark.parametrize(("file_format", "options"), [("JPEG", {"progressive": True}), ("PNG", {}), ("GIF", {})])
def test_views_are_those_that_this_process_makes(
    workers: PhotoWorkers, file_format: str, options: dict, wanted: Wanted
) -> None:
    data = encoded(PHOTO, file_format, **options)
    assert parts(workers.view(data, wanted)) == parts(view_photo(data, wanted))


def test_hash_and_keypoints_of_the_views_are_those_of_the_photo(workers: PhotoWorkers) -> None:
    views = workers.view(PNG, ALL)
    assert views.phash() == phash(PHOTO)
    assert views.keypoints().to_bytes() == find_keypoints(PHOTO).to_bytes()


@pytest.mark.parametrize(
    "data", [b"", b"no photo", PNG[:500], bytes(21 * 2**20)], ids=["empty", "text", "cut", "large"]
)
def test_a_photo_is_refused_in_the_words_of_this_process(workers: PhotoWorkers, data: bytes) -> None:
    with pytest.raises(PhotoError) as here:
        view_photo(data, Wanted(), name="a b.png")
    with pytest.raises(PhotoError) as there:
        workers.view(data, Wanted(), name="a b.png")
    assert str(there.value) == str(here.value)


def test_a_slow_photo_is_ended_and_the_next_one_decoded(limited: Callable[..., PhotoWorkers]) -> None:
    few, slow = limited(seconds=0.3), jpeg_of_scans(3000, 90)
    before = monotonic()
    with pytest.raises(PhotoError, match=r"^The photo slow\.jpg takes more than 0\.3 seconds .+ accepted: .+\.$"):
        few.view(slow, Wanted(), name="slow.jpg")
    assert monotonic() - before < 5
    assert few.view(PNG, Wanted()).thumbnail == view_photo(PNG, Wanted()).thumbnail


def test_a_photo_that_fills_the_memory_is_refused_and_the_next_one_decoded(
    limited: Callable[..., PhotoWorkers],
) -> None:
    few = limited(memory=300 * 2**20, seconds=20)
    with pytest.raises(PhotoError, match=r"^The photo takes more memory to decode than is accepted: .+\.$"):
        few.view(encoded(Image.new("L", (7000, 7000)), "PNG", compress_level=1), Wanted())
    assert few.view(PNG, Wanted()).thumbnail == view_photo(PNG, Wanted()).thumbnail


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="the system does not say how much memory is held")
def test_large_photos_leave_the_memory_of_this_process_and_of_the_workers_alone(
    limited: Callable[..., PhotoWorkers],
) -> None:
    few, webp = limited(2, seconds=20), large_webp(4000)
    most: list[int] = []
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.02):
            most.append(held(os.getpid()))

    before = held(os.getpid())
    with ThreadPoolExecutor(4) as pool:
        pool.submit(watch)
        views = list(pool.map(lambda _: few.view(webp, Wanted()), range(3)))
        done.set()
    assert max(most) - before < 40 * 2**20
    assert len({each.thumbnail for each in views}) == 1
    few.view(PNG, Wanted())
    assert max(map(held, few.pids())) < 250 * 2**20


def held(pid: int) -> int:
    """Bytes of memory of a process."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def test_a_worker_that_was_killed_is_replaced(workers: PhotoWorkers) -> None:
    workers.view(PNG, Wanted())
    (first,) = workers.pids()
    os.kill(first, signal.SIGKILL)
    assert workers.view(PNG, Wanted()).thumbnail
    (second,) = workers.pids()
    assert second != first
    workers.view(PNG, Wanted())
    assert workers.pids() == [second], "one that is well is kept"


def test_a_worker_that_does_not_answer_is_replaced(limited: Callable[..., PhotoWorkers]) -> None:
    few = limited(wait_seconds=0.2)
    few.start()
    os.kill(few.pids()[0], signal.SIGSTOP)
    with pytest.raises(PhotoError, match="takes more than"):
        few.view(PNG, Wanted())
    assert few.pids() == []


def test_who_waits_is_told_how_many_are_before_and_comes_in_order(
    workers: PhotoWorkers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(photo_workers, "LOOK_SECONDS", 0.01)
    places: dict[str, list[int]] = {"first": [], "second": []}
    waits = {name: threading.Event() for name in places}
    order: list[str] = []

    def ask(name: str) -> None:
        def told(before: int) -> None:
            places[name].append(before)
            waits[name].set()

        workers.view(PNG, Wanted(), told=told)
        order.append(name)

    with ThreadPoolExecutor(2) as pool:
        with workers._turn(None):
            asked = []
            for name in places:
                asked.append(pool.submit(ask, name))
                assert waits[name].wait(10)
        for each in asked:
            each.result()
    assert order == ["first", "second"]
    assert places["first"] == [1] * (len(places["first"]) - 1) + [0]
    assert (places["second"][0], places["second"][-1]) == (2, 0)


def test_waiting_that_is_given_up_leaves_the_queue(workers: PhotoWorkers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(photo_workers, "LOOK_SECONDS", 0.01)

    def leave(before: int) -> None:
        raise KeyError(before)

    with workers._turn(None), pytest.raises(KeyError, match="1"):
        workers.view(PNG, Wanted(), told=leave)
    assert workers.view(PNG, Wanted()).thumbnail


def test_a_full_queue_refuses_who_looks_on(limited: Callable[..., PhotoWorkers]) -> None:
    few = limited(queue=0)
    with pytest.raises(InputError, match=r"^0 photos wait to be decoded, the most that are accepted: .+\.$"):
        few.view(PNG, Wanted(), told=lambda before: None)
    assert few.view(PNG, Wanted()).thumbnail


def test_a_worker_imports_no_network_and_no_server() -> None:
    code = (
        "import sys, product_matching.encoders.photo_worker\n"
        "print(*{'torch', 'streamlit', 'scipy', 'pandas', 'cv2', 'pydantic'} & set(sys.modules))"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    run = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == ""


VIEWS = view_photo(PNG, ALL)
HEAD, BODY = pack_views(VIEWS)


@pytest.mark.parametrize(
    ("changed", "body"),
    [
        ({"grey": [16, 64]}, BODY),
        ({"square": [64, 192]}, BODY),
        ({"square": [64, 64, 10**9]}, BODY),
        ({"square": [-1, 64, 3]}, BODY),
        ({"square": "64"}, BODY),
        ({"readable": [1, 1, 1]}, BODY),
        ({"cells": [1, 1, 300]}, BODY),
        ({}, BODY[:-1]),
        ({}, b""),
    ],
)
def test_an_answer_that_does_not_fit_is_refused(changed: dict, body: bytes) -> None:
    with pytest.raises(FrameError):
        unpack_views({"shapes": HEAD["shapes"] | changed}, body, ALL)


@pytest.mark.parametrize(("head", "wanted"), [(HEAD, Wanted()), ({}, ALL), ({"shapes": {}}, ALL), ({"shapes": 3}, ALL)])
def test_an_answer_to_another_question_is_refused(head: dict, wanted: Wanted) -> None:
    with pytest.raises(FrameError):
        unpack_views(head, BODY, wanted)
