"""Arrays of files from outside: shape and size are known from the headers, and checked before anything is read."""

from __future__ import annotations

import math
import os
import weakref
from pathlib import Path
from typing import IO, Any, Self
from zipfile import ZipFile, ZipInfo

import numpy as np
import numpy.typing as npt

from product_matching.errors import InputError

#: What a packed file may unpack to: so many times its own size, and so many bytes beyond. Identical rows pack well.
_TIMES, _BEYOND = 300, 16 * 2**20
_HEADERS = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}


class MappedArray(np.memmap):
    """A mapped file whose size is looked at when a part of it is taken.

    Touching a page that a shortened file no longer has ends the process; taking it by an index raises an InputError.
    What is computed from it, and rows that are chosen by number, are plain arrays.
    """

    def __getitem__(self, index: Any) -> Any:
        """Take a part, which is mapped as well."""
        check_mapped(self)
        return _plain(super().__getitem__(index))

    def __array_wrap__(self, array: Any, context: Any = None, return_scalar: bool = False) -> Any:  # noqa: FBT001, FBT002
        """Give what a function of numpy computed as a plain array."""
        found = np.asarray(array)
        return found[()] if return_scalar else found

    def __array_ufunc__(self: Self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        """Compute with the whole file, such as a product."""
        for array in inputs:
            check_mapped(array)
        plain = [np.asarray(array) if isinstance(array, MappedArray) else array for array in inputs]
        return getattr(ufunc, method)(*plain, **options)


def _plain(array: Any) -> Any:
    """An array in memory without the class of the map that it was copied from."""
    return np.asarray(array) if isinstance(array, MappedArray) and getattr(array, "_mmap", None) is None else array


def check_mapped(array: Any) -> None:
    """Refuse a mapped file that has become shorter than its array; anything else passes.

    Raises
    ------
    InputError
        It was shortened.
    """
    mapping = getattr(array, "_mmap", None)
    if mapping is not None and mapping.size() < len(mapping):
        raise _shortened(array.filename)


class KeptSize:
    """A file that another library maps: whether it is as long as it was when it was opened.

    Parameters
    ----------
    path
        The file; it may be replaced or deleted meanwhile.
    """

    def __init__(self, path: Path) -> None:
        self._path, self._stream = path, path.open("rb")
        weakref.finalize(self, self._stream.close)
        self._size = os.fstat(self._stream.fileno()).st_size

    def check(self) -> None:
        """Refuse a file that has become shorter, at whose end a search would end the process.

        Raises
        ------
        InputError
            It was shortened.
        """
        if os.fstat(self._stream.fileno()).st_size < self._size:
            raise _shortened(self._path)


def _shortened(path: Any) -> InputError:
    named = f"{path.parent.name}/{path.name}"  # without where that is: a visitor of the app may read it
    return InputError(f"{named} was shortened while it was open: build the bundle anew.")


def map_array(path: Path, *, shape: tuple[int, ...], dtype: npt.DTypeLike) -> npt.NDArray[Any]:
    """Map a ``.npy`` file that must hold an array of this shape and type.

    Raises
    ------
    ValueError
        It holds something else, or is too short.
    """
    mapped = np.load(path, mmap_mode="r", allow_pickle=False)
    if not isinstance(mapped, np.memmap) or mapped.shape != shape or mapped.dtype != dtype:
        raise ValueError(f"{path.name} has shape {getattr(mapped, 'shape', None)} of {getattr(mapped, 'dtype', None)}")
    return mapped.view(MappedArray)


def read_array(path: Path, *, shape: tuple[int, ...], dtype: npt.DTypeLike) -> npt.NDArray[Any]:
    """Read a ``.npy`` file that must hold an array of this shape and type; nothing of another one is read.

    Raises
    ------
    ValueError
        It holds something else, or is too short.
    """
    map_array(path, shape=shape, dtype=dtype)
    array: npt.NDArray[Any] = np.load(path, allow_pickle=False)
    return array


def most_unpacked(path: Path) -> int:
    """The most bytes that a packed file may unpack to."""
    return _TIMES * path.stat().st_size + _BEYOND


def check_archive(path: Path) -> None:
    """Look at the directory and the headers of a ``.npz`` file, and refuse one that unpacks to far more than its size.

    Raises
    ------
    ValueError
        It does, or an array is not of the size that its header says.
    """
    with ZipFile(path) as archive:
        entries = archive.infolist()
        unpacked = sum(entry.file_size for entry in entries)
        if unpacked > most_unpacked(path):
            raise ValueError(f"{path.name} would unpack to {unpacked:,} bytes")
        for entry in entries:
            with archive.open(entry) as stream:
                _check_header(stream, entry, path)


def _check_header(stream: IO[bytes], entry: ZipInfo, path: Path) -> None:
    version = np.lib.format.read_magic(stream)
    if version not in _HEADERS:
        raise ValueError(f"{path.name}: {entry.filename!r:.40} is an array of version {version}")
    shape, _, dtype = _HEADERS[version](stream)
    if dtype.hasobject or math.prod(shape) * dtype.itemsize + stream.tell() != entry.file_size:
        raise ValueError(f"{path.name}: {entry.filename!r:.40} has {entry.file_size:,} bytes for shape {shape}")
