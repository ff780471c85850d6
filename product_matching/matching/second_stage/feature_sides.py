"""The sides that each pair feature compares: pairs that lack one are scored by the other features alone."""

from __future__ import annotations

from collections.abc import Sequence

from product_matching.matching.geometry import GEOMETRY_FEATURES
from product_matching.matching.print_features import PRINT_FEATURES

#: The sides by which a pair can be compared: both, or one where a listing or the query lacks the other.
BOTH, PHOTO, TITLE = "both", "photo", "title"
COMPARISONS = (BOTH, PHOTO, TITLE)

#: Features of a pair that need the photos of both listings. Print is read on one of them.
_PHOTO = frozenset(
    {
        "cosine of photo",
        "cosine of expanded photo alone",
        "cosine of photo neighbourhood",
        "pHash bits",
        "listings with the photo, own",
        "listings with the photo, other",
        *GEOMETRY_FEATURES,
        *PRINT_FEATURES,
    }
)
#: Features of a pair that need the titles of both listings.
_TITLE = frozenset(
    {
        "cosine of words",
        "cosine of trigrams",
        "cosine of expanded title alone",
        "cosine of title neighbourhood",
        "cosine of title alone",
        "shared words",
        "words missing in other",
        "words missing in own",
        "rarest word, own",
        "rarest word, other",
        "rarest word",
        "coverage",
        "shared numbers",
        "numbers missing in other",
        "numbers missing in own",
        "token set ratio",
        "token sort ratio",
        "partial ratio",
        "ratio",
        "words in title, own",
        "words in title, other",
        "quantities",
        "counts",
    }
)


def needed_sides(feature: str) -> str:
    """The sides that a feature needs, one of `COMPARISONS`.

    Ranks, densities, z-scores, gaps and percentiles name the similarity that they are of: "gap of photo alone, own".
    """
    if feature in _PHOTO:
        return PHOTO
    if feature in _TITLE:
        return TITLE
    compared = feature.partition(" of ")[2].partition(",")[0].partition(" to ")[0]
    side = compared.removesuffix(" alone")
    return side if side != compared else BOTH


def features_for(names: Sequence[str], comparison: str) -> tuple[str, ...]:
    """Those of some features that a comparison by the given sides can use, in their order."""
    return tuple(name for name in names if comparison == BOTH or needed_sides(name) == comparison)
