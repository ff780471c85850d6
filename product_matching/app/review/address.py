"""The state of the review page as it stands in the address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from product_matching.app.shared.parameters import (
    read_name,
    read_switch,
    read_threshold,
    read_whole,
    written_switch,
    written_threshold,
)
from product_matching.matching.candidates import Thresholds
from product_matching.matching.chain import Rules

#: Bits of the pHash that may differ in one photo, and those that do unless the address says otherwise.
BITS, DEFAULT_BITS = range(9), 4
#: Stages of neighbourhood blending, the distance of each, and the vectors that an expansion sums up.
STAGES, STAGE_DISTANCE, EXPANSION = range(4), 0.4, range(1, 6)
#: Orders of the groups, the first one being the default.
ORDERS = {"size": "Largest first", "weakest": "Weakest link first", "density": "Thinnest first"}
_MANY = range(1, 1_000_000)


@dataclass(frozen=True)
class ReviewAddress:
    """What the address of the review page asks for; every rule is off where it says nothing.

    Attributes
    ----------
    bundle
        Folder name of the bundle.
    union, cross, bits
        Whether the same photo is a match, whether vectors are averaged over it, and how many bits may differ in it.
    blend, expand
        Stages of neighbourhood blending, and vectors that the expansion sums up, the own among them.
    mutual, quantity_veto, nearest
        Rules on pairs (see `Rules`, where `nearest` is ``min2``).
    scorer
        Name of the pair scorer that decides instead.
    photo, title_distance, fused
        Thresholds that were set by hand; the first two are tuned otherwise.
    order, page
        Which groups are shown.
    """

    bundle: str | None = None
    union: bool = False
    cross: bool = False
    bits: int = DEFAULT_BITS
    blend: int = 0
    expand: int = 1
    mutual: bool = False
    quantity_veto: bool = False
    nearest: float | None = None
    scorer: str | None = None
    photo: float | None = None
    title_distance: float | None = None
    fused: float | None = None
    order: str = "size"
    page: int = 1

    @property
    def rules(self) -> Rules:
        """The rules of a whole catalogue."""
        return Rules(
            photo_bits=self.bits if self.union or self.cross else None,
            cross_mean=self.cross,
            blend=(STAGE_DISTANCE,) * self.blend,
            expansion=self.expand,
            photo_union=self.union,
            quantity_veto=self.quantity_veto,
            mutual=self.mutual,
            min2=self.nearest,
        )

    @property
    def thresholds(self) -> Thresholds:
        """The thresholds that were set by hand."""
        return Thresholds(self.photo, self.title_distance, self.fused)

    def to_params(self) -> dict[str, str]:
        """Write the address as query parameters, in a fixed order and without defaults."""
        named: dict[str, Any] = {
            "bundle": self.bundle,
            "union": written_switch(self.union),
            "cross": written_switch(self.cross),
            "bits": None if self.bits == DEFAULT_BITS else str(self.bits),
            "blend": str(self.blend) if self.blend else None,
            "expand": str(self.expand) if self.expand > 1 else None,
            "mutual": written_switch(self.mutual),
            "veto": written_switch(self.quantity_veto),
            "nearest": written_threshold(self.nearest),
            "scorer": self.scorer,
            "photo": written_threshold(self.photo),
            "title": written_threshold(self.title_distance),
            "both": written_threshold(self.fused),
            "sort": None if self.order == "size" else self.order,
            "page": str(self.page) if self.page > 1 else None,
        }
        return {name: value for name, value in named.items() if value}


def read_review_address(params: Mapping[str, str]) -> tuple[ReviewAddress, list[str]]:
    """Read query parameters.

    Returns
    -------
    tuple of ReviewAddress and list of str
        The address, with what cannot be used left out, and one sentence for each such value.
    """
    problems: list[str] = []
    bits = read_whole("bits", params, problems, BITS)
    address = ReviewAddress(
        bundle=params.get("bundle") or None,
        union=read_switch("union", params, problems),
        cross=read_switch("cross", params, problems),
        bits=DEFAULT_BITS if bits is None else bits,
        blend=read_whole("blend", params, problems, STAGES) or 0,
        expand=read_whole("expand", params, problems, EXPANSION) or 1,
        mutual=read_switch("mutual", params, problems),
        quantity_veto=read_switch("veto", params, problems),
        nearest=read_threshold("nearest", params, problems),
        scorer=read_name("scorer", params),
        photo=read_threshold("photo", params, problems),
        title_distance=read_threshold("title", params, problems),
        fused=read_threshold("both", params, problems),
        order=_order(params, problems),
        page=read_whole("page", params, problems, _MANY) or 1,
    )
    return address, problems


def _order(params: Mapping[str, str], problems: list[str]) -> str:
    text = params.get("sort") or "size"
    if text not in ORDERS:
        problems.append(f"The order {text!r:.40} in the address is not one of {', '.join(ORDERS)}.")
        return "size"
    return text
