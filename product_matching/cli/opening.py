"""Open what a command works on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from product_matching.cli.arguments import bundle_folder
from product_matching.errors import InputError
from product_matching.matching.candidates import Thresholds

if TYPE_CHECKING:
    from product_matching.find import Finder


def open_finder(name: str, given: Thresholds) -> tuple[Finder, Thresholds]:
    """Open a bundle for searching, with the given thresholds and its own where none is given."""
    from product_matching.find import Finder, default_thresholds
    from product_matching.store.bundle import open_bundle

    bundle = open_bundle(bundle_folder(name))
    own = default_thresholds(bundle)
    for side, wanted, there in (("photo", given.photo, own.photo), ("title", given.title, own.title)):
        if wanted is not None and there is None:
            raise InputError(f"The bundle {bundle.manifest.name} has no {side}s: leave --{side}-threshold out.")
    finder = Finder(bundle)
    finder.load()
    photo = own.photo if given.photo is None else given.photo
    return finder, Thresholds(photo, own.title if given.title is None else given.title)
