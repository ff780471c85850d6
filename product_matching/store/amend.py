"""Add files to a bundle: all others stay as they are, byte for byte."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path
from typing import Any

from product_matching.errors import InputError
from product_matching.files import link_file
from product_matching.store.bundle import Bundle, new_bundle_folder
from product_matching.store.changing import describe_file
from product_matching.store.kept_pairs import BESIDE_FILES
from product_matching.store.locks import change_lock, manifest_lock
from product_matching.store.manifest import MANIFEST_FILE, Manifest, read_manifest


def check_amendable(folder: Path) -> None:
    """Refuse a bundle whose folder cannot be written, or that another program changes, before the work that it is for.

    Raises
    ------
    InputError
        The bundle is refused.
    """
    with change_lock(folder.absolute()):
        pass


def amend_bundle(bundle: Bundle, write: Callable[[Path], None], *, names: Collection[str], **fields: Any) -> Manifest:
    """Put a bundle of the same files, and of what is written beside them, in place of the old one.

    What is kept of its pairs beside it stays, too.

    Parameters
    ----------
    bundle
        The bundle; its folder is replaced whole at the end.
    write
        Writes the new files into the folder that it is given.
    names
        The files that it may write; those that are there already are left out.
    fields
        Fields of the manifest that change.

    Returns
    -------
    Manifest
        Of the new bundle.

    Raises
    ------
    InputError
        The folder cannot be written, or its listings were changed since it was built or compacted.
    """
    place = bundle.folder.absolute()
    beside = {name for name in BESIDE_FILES if (place / name).is_file()}
    with change_lock(place), manifest_lock(place), new_bundle_folder(place, overwrite=True, locked=True) as folder:
        current = read_manifest(place)
        if current.growth is not None:
            raise InputError(f"Listings were added to {place} or removed from it since it was built: compact it first.")
        if current.files != bundle.manifest.files:
            raise InputError(f"The bundle {place} was built anew meanwhile: give the command again.")
        kept = {name: entry for name, entry in current.files.items() if name not in names}
        for name in kept.keys() | beside:
            link_file(place / name, folder / name)
        write(folder)
        new = {path.name: path for path in folder.iterdir() if path.name not in kept.keys() | beside}
        entries = {name: describe_file(path) for name, path in sorted(new.items())}
        manifest = replace(current, files=kept | entries, **fields)
        (folder / MANIFEST_FILE).write_text(manifest.to_json(), encoding="utf-8")
    return manifest
