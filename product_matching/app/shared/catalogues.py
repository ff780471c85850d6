"""The catalogues that the app can show: every folder of bundles, read as far as its manifest."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from product_matching.errors import InputError
from product_matching.places import project_folder
from product_matching.store.manifest import MANIFEST_FILE, Manifest, read_manifest

#: The catalogue that comes with the project.
DEMO = "demo"


def shipped_catalogue() -> Path:
    """Folder of the catalogue that comes with the project; a copy of it elsewhere is one like any other."""
    return project_folder() / "embeddings" / DEMO


@dataclass(frozen=True)
class Catalogue:
    """A bundle's folder, with its manifest or the reason why it cannot be used.

    Attributes
    ----------
    folder
        The folder; its name is the bundle's name in the address.
    version
        Changes whenever the bundle is changed: time, size and number of the file of its manifest.
    manifest
        Its manifest; None if it cannot be read.
    problem
        One sentence; empty for a bundle with a readable manifest.
    """

    folder: Path
    version: tuple[int, int, int]
    manifest: Manifest | None
    problem: str = ""

    @property
    def name(self) -> str:
        """Name of the folder."""
        return self.folder.name


def list_catalogues(parent: Path) -> list[Catalogue]:
    """Read the manifests of all bundles in a folder, in order of name but the demo catalogue last.

    The first usable one is shown where the address names none, so that a user's own catalogue comes before the demo.
    Hidden folders are unfinished bundles.
    """
    if not parent.is_dir():
        return []
    folders = sorted(path for path in parent.iterdir() if path.is_dir() and not path.name.startswith("."))
    return [_read(folder) for folder in sorted(folders, key=lambda folder: folder.name == DEMO)]


def _read(folder: Path) -> Catalogue:
    path = folder / MANIFEST_FILE
    try:
        status = path.stat()
        version = (status.st_mtime_ns, status.st_size, status.st_ino)
        return Catalogue(folder, version, read_manifest(folder))
    except FileNotFoundError:
        return Catalogue(folder, (0, 0, 0), None, f"There is no {MANIFEST_FILE} in {folder}: it is not a bundle.")
    except (InputError, OSError) as error:
        return Catalogue(folder, (0, 0, 0), None, str(error))
