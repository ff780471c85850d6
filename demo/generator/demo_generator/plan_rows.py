"""What a plan of the demo catalogue holds: listings, queries, photos and shots."""

from __future__ import annotations

from dataclasses import dataclass

from demo_generator.groups import Part
from demo_generator.photo_plan import Photo
from demo_generator.products import Product
from demo_generator.shots import Shot


@dataclass(frozen=True)
class Listing:
    """One seller's listing; `price` in rupiah, `image` is a file name of `Plan.photos`."""

    posting_id: str
    product_id: str
    label_group: int
    title: str
    image: str
    part: Part
    kind: str
    price: int


@dataclass(frozen=True)
class Query:
    """An unseen photo to look up; `label_group` is None where the catalogue holds no match."""

    query_id: str
    product_id: str
    label_group: int | None
    title: str
    image: str
    kind: str


@dataclass(frozen=True)
class Plan:
    """The whole catalogue.

    Attributes
    ----------
    seed
        What it was made from.
    products
        Every product that is photographed.
    shots
        Every shot to render, each used by one photo or more.
    photos
        Every photo file, of listings and of queries; listings may share one.
    listings
        In the order of the file: neighbours are of different groups.
    queries
        Unseen photos with and without a true match.
    """

    seed: int
    products: tuple[Product, ...]
    shots: tuple[Shot, ...]
    photos: tuple[Photo, ...]
    listings: tuple[Listing, ...]
    queries: tuple[Query, ...]
