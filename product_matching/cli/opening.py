"""Open the bundle of a command."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from product_matching.cli.arguments import bundle_folder
from product_matching.errors import InputError
from product_matching.matching.chain import PLAIN, Rules
from product_matching.matching.thresholds import Thresholds
from product_matching.search.milvus.connection import LOCAL_ANSWERS

if TYPE_CHECKING:
    from product_matching.store.bundle import Bundle
    from product_matching.workflows.find import Finder


def open_bare_finder(name: str) -> Finder:
    """Open a bundle, by its path or its name; the indexes are built when they are needed."""
    from product_matching.store.bundle import open_bundle
    from product_matching.workflows.find import Finder

    return Finder(open_bundle(bundle_folder(name)))


def say_who_answered(finder: Finder) -> None:
    """Say on stderr why a bundle that was published was searched locally; after the search, which may find out."""
    if finder.served is not None and finder.served.problem:
        typer.echo(f"{finder.served.problem} {LOCAL_ANSWERS}", err=True)


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
    """Open a bundle for searching, where it was published, with the given thresholds, else its own."""
    from product_matching.store.bundle import open_bundle
    from product_matching.store.milvus_addresses import milvus_address
    from product_matching.workflows.find import Finder, fill_thresholds

    bundle = open_bundle(bundle_folder(name))
    finder = Finder(bundle, milvus_address(bundle.manifest.catalogue_id))
    check_sides(finder.bundle, given)
    finder.load()
    return finder, fill_thresholds(finder.bundle, given)
