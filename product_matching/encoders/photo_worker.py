"""The process that decodes photos for another one: ``python -m product_matching.encoders.photo_worker SECONDS BYTES``.

It reads photos from standard input and answers on standard output until the former ends. It holds itself to its limits
by the operating system's means: so much processor time for one photo, or it is ended; so much memory, or the photo is
refused; no file can be written.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any, BinaryIO

from product_matching.encoders.photo_frames import pack_views, read_frame, wanted_from_json, write_frame
from product_matching.encoders.photo_views import PhotoViews, Wanted, make_views
from product_matching.listings.photos import PhotoError, decode_photo, too_much_memory

#: A process that holds more memory than this after its answer ends: what it did not give back goes with it.
_KEPT_BYTES = 200 * 2**20
_MEMORY = Path("/proc/self/statm")


def serve(stdin: BinaryIO, stdout: BinaryIO, seconds: float) -> None:
    """Answer until the input ends, or the process has grown."""
    last = False
    while not last:
        try:
            head, data = read_frame(stdin)
        except EOFError:
            return
        answer, body = _answer(head, data, seconds)
        last = _memory_held() > _KEPT_BYTES
        write_frame(stdout, answer | {"last": last}, body)


def _answer(head: dict[str, Any], data: bytes, seconds: float) -> tuple[dict[str, Any], bytes]:
    try:
        return pack_views(_view(data, wanted_from_json(head["wanted"]), str(head["name"]), seconds))
    except PhotoError as error:
        return {"problem": str(error)}, b""


def _view(data: bytes, wanted: Wanted, name: str, seconds: float) -> PhotoViews:
    try:
        _allow(seconds)
        photo = decode_photo(data, name=name)
        _allow(seconds)
        return make_views(photo, wanted)
    except MemoryError as error:
        raise PhotoError(too_much_memory(name)) from error
    finally:
        _allow(0)


def _allow(seconds: float) -> None:
    """End the process after so much more processor time; 0 for never."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, seconds)


def _limit(memory: int) -> None:
    """Take the address space that is given, and no more; write no file, a core file among them."""
    try:
        import resource
    except ImportError:  # Windows
        return
    limits = {resource.RLIMIT_AS: memory, resource.RLIMIT_FSIZE: 0, resource.RLIMIT_CORE: 0}
    for kind, most in limits.items():
        try:
            resource.setrlimit(kind, (most, most))
        except (OSError, ValueError):  # a system that does not have it, or has a lower one already
            continue


def _memory_held() -> int:
    """Bytes of memory that this process holds; 0 where the system does not say."""
    try:
        pages = int(_MEMORY.read_text(encoding="ascii").split()[1])
    except (OSError, ValueError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def _own_output() -> BinaryIO:
    """Standard output for answers alone: what libraries print goes to the errors."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return answers


if __name__ == "__main__":
    _limit(int(sys.argv[2]))
    serve(sys.stdin.buffer, _own_output(), float(sys.argv[1]))
