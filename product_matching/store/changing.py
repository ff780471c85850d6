"""Change the listings of a bundle: new files first, then the manifest, so that it is valid at every moment."""

from __future__ import annotations

import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np
import numpy.typing as npt

from product_matching.errors import InputError
from product_matching.files import atomic_file, file_sha256, spots_sha256
from product_matching.store.locks import change_lock, manifest_lock
from product_matching.store.manifest import BASE_FILES, MANIFEST_FILE, Manifest, read_manifest
from product_matching.store.segments import (
    SEGMENTS_FOLDER,
    FileEntry,
    Growth,
    RemovedRows,
    Segment,
    segment_path,
)

_REMOVED = re.compile(r"removed-[0-9]{4,9}-[0-9a-f]{8}\.npy")
_MANIFEST_PARTIAL = f".{MANIFEST_FILE}.*.partial"


@dataclass(frozen=True, eq=False)
class Change:
    """One change of a bundle's listings, under its lock.

    Attributes
    ----------
    folder
        Of the bundle.
    manifest
        As it was when the change began.
    is_locked
        Whether the bundle that stands there is still the locked one.
    """

    folder: Path
    manifest: Manifest
    is_locked: Callable[[], bool]

    @property
    def growth(self) -> Growth:
        """What was added and removed before."""
        return self.manifest.growth or Growth(n_base=self.manifest.n_listings)

    def new_folder(self) -> Path:
        """Make a folder for a segment; the manifest does not name it yet."""
        folder = self.folder / segment_path(self._new_name())
        folder.mkdir(parents=True)
        return folder

    def write_removed(self, rows: npt.NDArray[np.int64]) -> RemovedRows | None:
        """Write the rows that no reader shall see, counted over all parts and ascending; None for none."""
        if not len(rows):
            return None
        path = self.folder / f"removed-{self._new_name()}.npy"
        np.save(path, rows.astype("<i8"), allow_pickle=False)
        return RemovedRows(name=path.name, n=len(rows), entry=describe_file(path))

    def commit(self, change: Callable[[Manifest], Manifest]) -> Manifest:
        """Put the changed manifest in place: from now on, who opens the bundle sees the change.

        Parameters
        ----------
        change
            Gives the new manifest from the present one, whose settings may have changed meanwhile.

        Raises
        ------
        InputError
            It was built anew meanwhile, or cannot be written.
        """
        with manifest_lock(self.folder):
            current = read_manifest(self.folder)
            if (current.files, current.growth) != (self.manifest.files, self.manifest.growth):
                raise InputError(f"The bundle {self.folder} was built anew meanwhile: give the command again.")
            new = change(current)
            _sync(self.folder / name for name in new.all_files.keys() - current.all_files.keys())
            with atomic_file(self.folder / MANIFEST_FILE, what="manifest of the bundle", durable=True) as partial:
                partial.write_text(new.to_json(), encoding="utf-8")
        return new

    def _new_name(self) -> str:
        """A name that no segment had before, later in order than those of now."""
        growth = self.growth
        names = [segment.name for segment in growth.segments] + ([growth.base] if growth.base else [])
        names += [growth.removed.name.removeprefix("removed-")] if growth.removed else []
        number = max((int(name.split("-")[0]) for name in names), default=0) + 1
        return f"{number:04d}-{secrets.token_hex(4)}"


@contextmanager
def change_bundle(folder: Path) -> Iterator[Change]:
    """Change the listings of a bundle; what a killed change or this one leaves behind is removed.

    Raises
    ------
    InputError
        It is not a bundle, another program changes it, or it cannot be written.
    """
    read_manifest(folder)
    with change_lock(folder) as is_locked:
        try:
            clean(folder, is_locked)
            yield Change(folder, read_manifest(folder), is_locked)
        except OSError as error:
            raise InputError(f"The bundle {folder} cannot be changed ({error.strerror or error}).") from error
        finally:
            clean(folder, is_locked)


def clean(folder: Path, is_locked: Callable[[], bool]) -> None:
    """Remove files that changes left behind and that the manifest does not name; under the lock of the bundle.

    What cannot be removed stays, and so do files that are none of a bundle's, and all of a bundle that was put in the
    place of the locked one: another program may be changing that.
    """
    try:
        with manifest_lock(folder):
            if not is_locked():
                return
            manifest = read_manifest(folder)
            for path in leftovers(folder, manifest):
                if path.is_dir():
                    shutil.rmtree(path, ignore_errors=True)
                else:
                    path.unlink(missing_ok=True)
    except InputError:  # it was replaced by something else: nothing of it is ours
        return
    segments = folder / SEGMENTS_FOLDER
    if segments.is_dir() and not any(segments.iterdir()):
        segments.rmdir()


def leftovers(folder: Path, manifest: Manifest) -> list[Path]:
    """Files and folders of a bundle that a change left behind or is about to name: no reader sees them."""
    named = manifest.all_files.keys()
    segments = {PurePosixPath(name).parts[1] for name in named if name.startswith(f"{SEGMENTS_FOLDER}/")}
    inside = [path for path in folder.glob(f"{SEGMENTS_FOLDER}/*") if path.name not in segments]
    moved = BASE_FILES if manifest.growth is not None and manifest.growth.base is not None else frozenset()
    files = [path for path in folder.iterdir() if path.name in moved or _REMOVED.fullmatch(path.name)]
    return [*inside, *folder.glob(_MANIFEST_PARTIAL), *(path for path in files if path.name not in named)]


def new_segment(folder: Path, n: int) -> Segment:
    """Describe a segment whose files are written."""
    return Segment(name=folder.name, n_listings=n, files=describe_folder(folder))


def describe_folder(folder: Path) -> dict[str, FileEntry]:
    """Size and SHA-256 of every file of a folder."""
    return {path.name: describe_file(path) for path in sorted(folder.iterdir())}


def describe_file(path: Path) -> FileEntry:
    """Size, SHA-256 and `spots_sha256` of a file."""
    return FileEntry(path.stat().st_size, file_sha256(path), spots_sha256(path))


def _sync(paths: Iterator[Path]) -> None:
    """See to it that files are on the disk, not only in its cache."""
    folders = set()
    for path in paths:
        with path.open("rb") as stream:
            os.fsync(stream.fileno())
        folders.add(path.parent)
    for folder in folders:
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
