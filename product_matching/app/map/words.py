"""What the Map page says of places and points."""

from __future__ import annotations

from product_matching.app.map.places import MapPlaces
from product_matching.app.shared.wording import count_text
from product_matching.encoders.plane import PCA_NAME
from product_matching.store.bundle import Bundle
from product_matching.workflows.map_listings import Side, has_vector

_NEAR: dict[Side, str] = {"photo": "near points look alike", "title": "near points read alike"}
_TSNE_HELP = (
    "Who is next to whom is meant; how far apart two clusters are, how large and how dense they are, is not. Two "
    "listings that belong together can still be apart: the Find page compares them exactly. Method: {method}."
)
_PCA_HELP = (
    "The two directions in which the listings differ most (principal components). Much is left out: near points may "
    "differ in other ways. `product-matching map {name}` makes a better map, in which neighbours stay together; it "
    "needs the extra `map` and takes a minute or several for 30,000 listings."
)


def say_what(side: Side) -> str:
    """What a point is, and what nearness means."""
    return f"Each point is a listing; {_NEAR[side]}."


def about_method(bundle: Bundle, places: MapPlaces) -> str:
    """What the places mean, and what they do not."""
    if places.method == PCA_NAME:
        return _PCA_HELP.format(name=f"embeddings/{bundle.manifest.name}")
    return _TSNE_HELP.format(method=places.method)


def say_left_out(bundle: Bundle, places: MapPlaces) -> str:
    """Which listings have no place; empty where all have one."""
    n = len(bundle)
    without = n - int(has_vector(bundle, places.side).sum())
    late = n - without - len(places.placed)
    told = []
    if without:
        verb = "is" if without == 1 else "are"
        told.append(f"{count_text(without, 'listing')} without a {places.side} {verb} not on this map.")
    if late:
        verb = "was" if late == 1 else "were"
        told.append(
            f"{count_text(late, 'listing')} {verb} added since it was made: compact the catalogue to place them."
        )
    return " ".join(told)


def alt_text(bundle: Bundle, places: MapPlaces, coloured_by: str) -> str:
    """What the map shows, for those who do not see it."""
    return (
        f"Map of {count_text(len(places.placed), 'listing')} of {bundle.manifest.name} by {places.side}s, coloured by "
        f"{coloured_by.lower()}: {_NEAR[places.side]}. The listings with a text are listed below as well."
    )
