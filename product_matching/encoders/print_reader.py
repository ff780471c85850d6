"""Reading the print on photos: rapidocr's detection and recognition of lines, on photos of a fitting size."""

from __future__ import annotations

import sys
import threading
from importlib.metadata import version
from importlib.util import find_spec
from types import ModuleType
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from PIL import Image

from product_matching.encoders.print_size import MAX_SIDE, MIN_SIDE, fit_photo
from product_matching.extras import import_extra, missing_extra
from product_matching.listings.prints import Box, PhotoPrint, PrintLine

#: Lines read with less confidence are left out.
MIN_CONFIDENCE = 0.5
_NETWORKS = "PP-OCRv6 small"
_PURPOSE = "Words on photos"
_PACKAGES = ("onnxruntime", "rapidocr")


class PrintReader(Protocol):
    """A reader of print; the same photo must give the same lines in every call."""

    @property
    def name(self) -> str:
        """What reads; it changes whenever the lines of a photo may."""
        ...

    def read(self, photo: Image.Image) -> PhotoPrint:
        """Read one RGB photo."""
        ...


class RapidPrintReader:
    """PP-OCRv6 (small) by rapidocr and onnxruntime; several threads may share one, which reads one photo at a time.

    Two threads of onnxruntime on two cores read a photo no faster than one, for twice the work.

    Parameters
    ----------
    threads
        Threads of onnxruntime.

    Raises
    ------
    InputError
        The extra ``ocr`` is not installed.
    """

    def __init__(self, *, threads: int = 1) -> None:
        rapidocr = _import_rapidocr()
        self._lock = threading.Lock()
        self._read: Any = rapidocr.RapidOCR(params=_settings(rapidocr, threads))

    @property
    def name(self) -> str:
        """Package, version, networks and sizes."""
        return f"rapidocr {version('rapidocr')}, {_NETWORKS}, {MIN_SIDE} to {MAX_SIDE} px"

    def read(self, photo: Image.Image) -> PhotoPrint:
        """Read one RGB photo.

        Returns
        -------
        PhotoPrint
            Lines from top to bottom, boxes in pixels of the given photo.
        """
        scaled, scale = fit_photo(photo)
        with self._lock:
            found = self._read(np.ascontiguousarray(np.asarray(scaled)[:, :, ::-1]))
        if found.boxes is None or found.txts is None or found.scores is None:
            return PhotoPrint(size=photo.size, lines=())
        lines = zip(found.txts, found.scores, np.asarray(found.boxes, dtype=np.float64) / scale, strict=True)
        return PhotoPrint(
            size=photo.size,
            lines=tuple(
                PrintLine(text=text.strip(), confidence=round(float(score), 3), box=_box(corners))
                for text, score, corners in lines
            ),
        )


def why_no_reader() -> str:
    """Why print cannot be read here, in one sentence that says how to install it; empty if it can be."""
    if all(find_spec(package) is not None for package in _PACKAGES):
        return ""
    return missing_extra("ocr", _PURPOSE)


def _import_rapidocr() -> ModuleType:
    for package in (*_PACKAGES, "rapidocr.main"):  # the package itself imports OpenCV only when it is asked for more
        import_extra(package, "ocr", _PURPOSE)
    return sys.modules["rapidocr"]


def _settings(rapidocr: ModuleType, threads: int) -> dict[str, Any]:
    """Settings of rapidocr: one line at a time is faster than batches, which are as wide as their widest line."""
    return {
        "Global.log_level": "error",
        "Global.text_score": MIN_CONFIDENCE,
        "Global.use_preprocess_img": False,  # `fit_photo` does it, without enlarging the short side of a strip
        "Global.use_cls": False,
        "Det.ocr_version": rapidocr.OCRVersion.PPOCRV6,
        "Det.model_type": rapidocr.ModelType.SMALL,
        "Det.limit_type": "max",
        "Det.limit_side_len": MAX_SIDE,
        "Rec.ocr_version": rapidocr.OCRVersion.PPOCRV6,
        "Rec.model_type": rapidocr.ModelType.SMALL,
        "Rec.rec_batch_num": 1,
        "EngineConfig.onnxruntime.enable_cpu_mem_arena": True,
        "EngineConfig.onnxruntime.intra_op_num_threads": threads,
        "EngineConfig.onnxruntime.inter_op_num_threads": 1,
    }


def _box(corners: npt.NDArray[np.float64]) -> Box:
    first, second, third, fourth = ((round(float(x), 1), round(float(y), 1)) for x, y in corners)
    return first, second, third, fourth
