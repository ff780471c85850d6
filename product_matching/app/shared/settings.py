"""The thresholds and rules of an address in a catalogue, the same on every page."""

from __future__ import annotations

from product_matching.app.address import Address
from product_matching.matching.thresholds import PairRules, Thresholds
from product_matching.store.manifest import Manifest, TunedThreshold

#: Where the slider stands in a catalogue that names no default.
WITHOUT_DEFAULT = 0.3


def default_distance(default: TunedThreshold | None) -> float:
    """The threshold that decides unless the address names another one."""
    return WITHOUT_DEFAULT if default is None else default.distance


def chosen_thresholds(address: Address, manifest: Manifest) -> Thresholds:
    """The thresholds of the address, the catalogue's own where it names none; None for a side without vectors."""
    photo = _chosen(address.photo_threshold, manifest.photo_threshold) if manifest.photo_model else None
    title = _chosen(address.title_threshold, manifest.title_threshold) if manifest.title_weighting else None
    both = photo is not None and title is not None
    return Thresholds(photo, title, address.fused_threshold if both else None)


def _chosen(asked: float | None, default: TunedThreshold | None) -> float:
    return default_distance(default) if asked is None else asked


def pair_rules(address: Address) -> PairRules:
    """The rules on single pairs."""
    return PairRules(photo_bits=address.photo_bits, quantity_veto=address.quantity_veto, min2=address.min2)


def mean_distance(thresholds: Thresholds) -> float:
    """Initial value of the slider of the mean distance: the mean of both thresholds."""
    sides = [side for side in (thresholds.photo, thresholds.title) if side is not None]
    return sum(sides) / len(sides) if sides else WITHOUT_DEFAULT
