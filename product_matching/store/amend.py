"""Add files to a bundle: all others stay as they are, byte for byte."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path
from typing import Any

from product_matching.files import file_sha256
from product_matching.store.bundle import Bundle, new_bundle_folder
from product_matching.store.manifest import MANIFEST_FILE, FileEntry, Manifest
from product_matching.store.pair_scores import PAIR_SCORES_FILE


def amend_bundle(bundle: Bundle, write: Callable[[Path], None], *, names: Collection[str], **fields: Any) -> Manifest:
    """Put a bundle of the same files, and of what is written beside them, in place of the old one.

    Scores of pairs that are kept beside it stay, too.

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
        The folder cannot be written.
    """
    kept = {name: entry for name, entry in bundle.manifest.files.items() if name not in names}
    beside = {PAIR_SCORES_FILE} if (bundle.folder / PAIR_SCORES_FILE).is_file() else set()
    with new_bundle_folder(bundle.folder.absolute(), overwrite=True) as folder:
        for name in kept.keys() | beside:
            _link(bundle.folder / name, folder / name)
        write(folder)
        new = {path.name: path for path in folder.iterdir() if path.name not in kept.keys() | beside}
        entries = {name: FileEntry(path.stat().st_size, file_sha256(path)) for name, path in sorted(new.items())}
        manifest = replace(bundle.manifest, files=kept | entries, **fields)
        (folder / MANIFEST_FILE).write_text(manifest.to_json(), encoding="utf-8")
    return manifest


def _link(old: Path, new: Path) -> None:
    """The same file in another folder, copied where the file system has no links."""
    try:
        os.link(old, new)
    except OSError:
        shutil.copyfile(old, new)
