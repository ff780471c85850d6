"""A copy of all that people decided, on all catalogues, while the app runs."""

from __future__ import annotations

from pathlib import Path

from product_matching.errors import InputError
from product_matching.store.audits import AuditStore
from product_matching.store.decisions import DecisionStore


def back_up(folder: Path) -> list[Path]:
    """Copy decisions and audits into a folder, which is made; earlier copies there are replaced.

    Returns
    -------
    list of pathlib.Path
        The copies; none of what is not there yet.

    Raises
    ------
    InputError
        A file cannot be read, or the folder cannot be written, or is the one that holds them.
    """
    stores = (DecisionStore(), AuditStore())
    if any(store.path.parent.resolve() == folder.resolve() for store in stores):
        raise InputError(f"The folder {folder} holds the decisions themselves: give another one for the copy.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"The folder {folder} cannot be made ({error.strerror or error}).") from error
    return [folder / store.path.name for store in stores if store.back_up(folder / store.path.name)]
