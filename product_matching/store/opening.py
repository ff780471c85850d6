"""Folders and files of this machine that a visitor of the app may name, and bundles elsewhere that are linked here."""

from __future__ import annotations

import os
from pathlib import Path

from product_matching.errors import InputError
from product_matching.places import embeddings_folder
from product_matching.store.bundle import open_bundle

#: With this variable at 1, visitors of the app may name any folder that the server can read.
OPEN_PATHS = "PRODUCT_MATCHING_OPEN_PATHS"
_UNFIT = "\0\r\n"


def paths_are_open() -> bool:
    """Whether visitors may name folders outside the embeddings folder."""
    return os.environ.get(OPEN_PATHS) == "1"


def allowed_folder(text: str) -> Path:
    """The folder of a path that a visitor typed, absolute or below the embeddings folder.

    Links are followed before it is judged, but for those that lie in the embeddings folder itself. Outside of it
    nothing is looked at, so that the answer does not tell what lies there.

    Raises
    ------
    InputError
        It lies outside and `OPEN_PATHS` is not 1, or it is not a folder.
    """
    typed = text.strip()
    if not typed or any(sign in typed for sign in _UNFIT):
        raise InputError(f"The path {typed!r:.80} is not one of a folder.")
    parent = Path(os.path.realpath(embeddings_folder()))
    named = parent / Path(typed).expanduser()
    path = Path(os.path.realpath(named))
    is_listed = named.parent in (parent, embeddings_folder()) and named.name not in ("", "..")
    if not (path.is_relative_to(parent) or is_listed or paths_are_open()):
        raise InputError(
            f"The path {typed!r:.80} lies outside {embeddings_folder()}: whoever runs this app allows other folders by "
            f"starting it with {OPEN_PATHS}=1."
        )
    if not path.is_dir():
        raise InputError(f"There is no folder {typed!r:.80} on the server.")
    return path


def open_by_path(text: str) -> str:
    """Put the bundle at a path among those of the embeddings folder, by a link where it lies elsewhere.

    Returns
    -------
    str
        Its name there.

    Raises
    ------
    InputError
        The path is not allowed or not a bundle, or another catalogue has its name.
    """
    folder = allowed_folder(text)
    open_bundle(folder)
    link = embeddings_folder() / folder.name
    if Path(os.path.realpath(link)) == folder:
        return folder.name
    if os.path.lexists(link):
        raise InputError(f"There is another catalogue {folder.name!r} here: rename one of the two folders.")
    try:
        link.symlink_to(folder, target_is_directory=True)
    except OSError as error:
        raise InputError(f"The folder {embeddings_folder()} cannot be written ({error.strerror}).") from error
    return folder.name
