"""What the answers of a catalogue rest on: its listings, indexes, models and thresholds, each in a line."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

from product_matching.matching.second_stage.scorer_file import scorer_fingerprint
from product_matching.matching.size_shift import shifted_threshold
from product_matching.search.spec import IndexSpec
from product_matching.store.bundle import Bundle
from product_matching.store.manifest import BUNDLE_FORMAT, GROWN_FORMAT, MANIFEST_FILE, Manifest, TunedThreshold
from product_matching.workflows.choose_scorer import ChosenScorer
from product_matching.workflows.photo_index import describe_index

_SHORT_HASH = 12


class Basis(NamedTuple):
    """One thing that answers rest on.

    Attributes
    ----------
    name, value
        What it is, and which one.
    caution
        Why the answers may be worse than they could be, and what to do; empty if nothing is to be said.
    """

    name: str
    value: str
    caution: str = ""


def describe_basis(bundle: Bundle, chosen: ChosenScorer | None) -> list[Basis]:
    """Tell what the answers of a catalogue rest on.

    Parameters
    ----------
    bundle
        The catalogue.
    chosen
        The pair scorer that decides; None where distances do.
    """
    manifest = bundle.manifest
    sides = (
        ("photo", manifest.photo_threshold, manifest.index.photo),
        ("title", manifest.title_threshold, manifest.index.title),
    )
    searches = [Basis(f"Search by {side}", _say_search(index)) for side, _, index in sides if index is not None]
    decide = (
        [_scorer(manifest, chosen)]
        if chosen is not None
        else [
            Basis(f"Threshold by {side}", _say_tuned(tuned), say_shift(manifest, side))
            for side, tuned, _ in sides
            if tuned is not None
        ]
    )
    return [
        Basis("Listings", _say_size(manifest)),
        *searches,
        *_models(manifest),
        *decide,
        Basis("Unreadable photos", _say_unreadable(manifest)),
        Basis("Bundle", _say_bundle(bundle)),
    ]


def say_shift(manifest: Manifest, side: str) -> str:
    """Say that a threshold was tuned for another number of listings, and which one to try; "" where it was not."""
    tuned = manifest.photo_threshold if side == "photo" else manifest.title_threshold
    if tuned is None:
        return ""
    n = manifest.n_listings
    moved = shifted_threshold(tuned.distance, "photo" if side == "photo" else "title", tuned_for=tuned.n, n=n)
    if moved is None:
        return ""
    grown = "falls as a catalogue grows" if n > tuned.n else "rises as a catalogue shrinks"
    return (
        f"The {side} threshold {tuned.distance:g} was tuned for {tuned.n:,} listings, and there are {n:,}: "
        f"the best one {grown}, so try {moved:g}."
    )


def _say_search(index: IndexSpec) -> str:
    return "exact: a query is compared with every listing" if index.exact else describe_index(index)


def _say_size(manifest: Manifest) -> str:
    said = f"{manifest.n_listings:,}: {manifest.n_photos:,} with a photo, {manifest.n_titles:,} with a title"
    if manifest.growth is None:
        return said
    added = sum(segment.n_listings for segment in manifest.growth.segments)
    removed = 0 if manifest.growth.removed is None else manifest.growth.removed.n
    return f"{said}; since the build {added:,} added, {removed:,} removed"


def _models(manifest: Manifest) -> list[Basis]:
    photo, titles = manifest.photo_model, manifest.title_weighting
    found = []
    if photo is not None:
        found.append(Basis("Photo model", f"{photo.name} ({photo.weights_sha256[:_SHORT_HASH]})"))
    if titles is not None:
        found.append(Basis("Titles", f"words weighted by {titles}"))
    return found


def _scorer(manifest: Manifest, chosen: ChosenScorer) -> Basis:
    where = "this catalogue" if chosen.calibrated_here else "another catalogue"
    said = f"{chosen.name} ({scorer_fingerprint(chosen.scorer)[:_SHORT_HASH]}), calibrated on {where}"
    tuned, n = manifest.sureness, manifest.n_listings
    if tuned is None or chosen.chosen_here is None:
        return Basis("Pair scorer", said)
    caution = ""
    if shifted_threshold(0.5, "photo", tuned_for=tuned.n, n=n) is not None:
        caution = (
            f"At least {tuned.probability:.0%} was chosen for {tuned.n:,} listings, and there are {n:,}: choose anew."
        )
    return Basis("Pair scorer", f"{said}; at least {tuned.probability:.0%} chosen for {tuned.n:,} listings", caution)


def _say_tuned(tuned: TunedThreshold) -> str:
    return f"{tuned.distance:g}, tuned for {tuned.n:,} listings ({tuned.protocol})"


def _say_unreadable(manifest: Manifest) -> str:
    ids = sorted(manifest.unreadable_photos)
    shown = ", ".join(ids[:3])
    return "none" if not ids else f"{len(ids):,}: {shown}{', …' if len(ids) > 3 else ''}"


def _say_bundle(bundle: Bundle) -> str:
    manifest = bundle.manifest
    version = BUNDLE_FORMAT if manifest.growth is None else GROWN_FORMAT
    said = f"format {version}, {manifest.catalogue_id}"
    try:
        written = datetime.fromtimestamp((bundle.folder / MANIFEST_FILE).stat().st_mtime, UTC)
    except (OSError, ValueError, OverflowError):  # replaced or removed since it was opened, or of no year that there is
        return said
    return f"{said}, written {written:%Y-%m-%d %H:%M} UTC"
