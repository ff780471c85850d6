"""The explanation of a pair in words; the shared words have bars."""

from __future__ import annotations

from contextlib import suppress

import streamlit as st

from product_matching.app.shared.match_points import describe_points, match_points
from product_matching.app.shared.wording import count_text, distance_text, plain, shorten
from product_matching.errors import InputError
from product_matching.matching.explanation import Explanation, QuantityComparison, WordShare
from product_matching.matching.geometry import ENOUGH, Verification

#: Largest numbers of words with a bar, and of words that are listed.
_BARS, _LISTED = 4, 12
#: Up to this distance photos and titles are the same.
_THE_SAME = 1e-6
#: Base units of the quantities, as `product_matching.listings.quantities` has them.
_UNITS = {"weight": "g", "volume": "ml", "length": "cm", "memory": "MB", "power": "W", "count": "pieces"}
_NAMES = {
    "weight": "Weights",
    "volume": "Volumes",
    "length": "Lengths",
    "memory": "Memory sizes",
    "power": "Powers",
    "count": "Counts of pieces",
}


def draw_explanation(explanation: Explanation, first: str, second: str) -> None:
    """Draw what speaks for and against a pair.

    Parameters
    ----------
    explanation
        Of the pair.
    first, second
        What the two are called, as in "only in the query" and "only in this listing".
    """
    draw_measures(explanation, first, second)
    draw_quantities(explanation)


def draw_measures(explanation: Explanation, first: str, second: str) -> None:
    """Draw the distances of a pair and the words that join and divide the titles; see `draw_explanation`."""
    _draw_distances(explanation)
    _draw_photo(explanation)
    _draw_words(explanation.words, first, second)


def draw_quantities(explanation: Explanation) -> None:
    """Draw which quantities both titles state, and whether they agree."""
    lines = [_quantity(quantity) for quantity in explanation.quantities]
    if explanation.vetoed:
        lines.append(":material/block: They state different quantities: the rule on quantities would reject this pair.")
    if lines:
        st.markdown("  \n".join(lines))


def draw_shared_points(verification: Verification, pictures: tuple[bytes, bytes], name: str) -> None:
    """Draw what two photos share: points that lie alike, and whether their colour differs there.

    Parameters
    ----------
    verification
        Of the photos.
    pictures
        JPEG bytes of both, that of the search first.
    name
        What the second one shows.
    """
    inliers = verification.inliers
    if inliers < ENOUGH:
        st.markdown(f"Nothing that can be told from chance: {count_text(inliers, 'point')} alike.")
        return
    st.markdown(f":material/hub: **{count_text(inliers, 'point')}** lie alike on both photos.")
    if verification.differs_in_colour:
        st.markdown(":material/palette: What lies alike differs in colour.")
    with suppress(InputError):  # a damaged picture is shown nowhere else either
        st.image(match_points(*pictures, verification), width="stretch", alt=describe_points(verification, name))


def _draw_distances(explanation: Explanation) -> None:
    sides = (("photo", "image", explanation.photo_distance), ("title", "title", explanation.title_distance))
    for side, icon, distance in sides:
        if distance is not None:
            same = ", the same" if distance <= _THE_SAME else ""
            st.markdown(f":material/{icon}: {side.capitalize()} distance {distance_text(distance)}{same}")
    if not any(distance is not None for _, _, distance in sides):
        st.markdown("They have no side in common: neither photos nor titles can be compared.")


def _draw_photo(explanation: Explanation) -> None:
    bits = explanation.phash_bits
    if bits is not None:
        says = "the same photo" if bits == 0 else f"{count_text(bits, 'bit')} of 64 differ"
        st.markdown(f":material/fingerprint: pHash: {says}")


def _draw_words(words: tuple[WordShare, ...], first: str, second: str) -> None:
    shared = [word for word in words if word.side == "both" and word.share > 0]
    for word in shared[:_BARS]:
        st.progress(min(word.share, 1.0), text=f"Shared word **{plain(shorten(word.word, 40))}**: {word.share:.0%}")
    rest = shared[_BARS:] + [word for word in words if word.side == "both" and word.share <= 0]
    if rest:
        st.markdown(f"Also shared: {_badges(rest, 'green')}")
    for side, name in (("first", first), ("second", second)):
        alone = [word for word in words if word.side == side]
        if alone:
            st.markdown(f"Only in {name}: {_badges(alone, 'gray')}")


def _badges(words: list[WordShare], colour: str) -> str:
    shown = " ".join(f":{colour}-badge[{plain(shorten(word.word, 40))}]" for word in words[:_LISTED])
    left = len(words) - _LISTED
    return shown if left <= 0 else f"{shown} and {left} more"


def _quantity(quantity: QuantityComparison) -> str:
    first, second = (_values(values, quantity.dimension) for values in (quantity.first, quantity.second))
    if quantity.agree:
        icon, says = ":material/check:", f"agree ({first})" if first == second else f"agree in part ({first}; {second})"
    else:
        icon, says = ":material/close:", f"differ: {first} and {second}"
    name = _NAMES[quantity.dimension]
    return f"{icon} {name} {says}"


def _values(values: tuple[float, ...], dimension: str) -> str:
    return ", ".join(f"{value:,.10g} {_UNITS[dimension]}" for value in values)
