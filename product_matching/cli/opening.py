"""Open the bundle of a command."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from product_matching.cli.arguments import bundle_folder
from product_matching.errors import InputError
from product_matching.matching.chain import PLAIN, Rules
from product_matching.matching.thresholds import Thresholds

if TYPE_CHECKING:
    from product_matching.store.bundle import Bundle
    from product_matching.workflows.find import Finder


def open_bare_finder(name: str) -> Finder:
    """Open a bundle, by its path or its name; the indexes are built when they are needed."""
    from product_matching.store.bundle import open_bundle
    from product_matching.workflows.find import Finder

    return Finder(open_bundle(bundle_folder(name)))


def check_sides(bundle: Bundle, given: Thresholds) -> None:
    """Reject a threshold for a side that the bundle does not have."""
    photo, title = bundle.photo_vectors is not None, bundle.title_matrix is not None
    sides = (("photo", given.photo, photo), ("title", given.title, title), ("fused", given.fused, photo and title))
    for side, wanted, there in sides:
        if wanted is not None and not there:
            missing = "photos and titles both" if side == "fused" else f"{side}s"
            raise InputError(f"The bundle {bundle.manifest.name} has no {missing}: leave --{side}-threshold out.")


def check_phashes(bundle: Bundle, bits: int | None) -> None:
    """Reject the rule on pHashes for a bundle without pHashes."""
    if bits is not None and not any(bundle.phashes):
        raise InputError(f"The bundle {bundle.manifest.name} has no image_phash: leave --phash-bits out.")


def check_scorer_decides(given: Thresholds, rules: Rules) -> None:
    """Reject thresholds and rules beside a pair scorer, which has its own."""
    if given != Thresholds() or rules != PLAIN:
        raise typer.BadParameter(
            "a pair scorer decides without distances (--sure, --pairs, --decide sureness): leave the other rules and "
            "thresholds out, or let them decide with --decide distances"
        )


def open_finder(name: str, given: Thresholds) -> tuple[Finder, Thresholds]:
    """Open a bundle for searching, with the given thresholds and its own where none is given."""
    from product_matching.workflows.find import fill_thresholds

    finder = open_bare_finder(name)
    check_sides(finder.bundle, given)
    finder.load()
    return finder, fill_thresholds(finder.bundle, given)
