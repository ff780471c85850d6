"""The whole description of a bundle's catalogue."""

from __future__ import annotations

from dataclasses import dataclass

from product_matching.store.bundle import PHOTO_SHA256, Bundle
from product_matching.workflows.description.columns import ColumnFacts, describe_columns
from product_matching.workflows.description.photos import PhotoFacts, describe_photos
from product_matching.workflows.description.sizes import GroupSizes, label_sizes
from product_matching.workflows.description.titles import TitleFacts, describe_titles


@dataclass(frozen=True, eq=False, kw_only=True)
class CatalogueDescription:
    """What a catalogue holds.

    Attributes
    ----------
    n_listings
        Its listings.
    labels
        Listings in each label group; None without label groups.
    titles, photos
        Its titles, and its photos or their pHashes; None for a side that it does not have.
    columns
        Its columns, with those that the build adds.
    """

    n_listings: int
    labels: GroupSizes | None
    titles: TitleFacts | None
    photos: PhotoFacts | None
    columns: tuple[ColumnFacts, ...]


def describe_catalogue(bundle: Bundle) -> CatalogueDescription:
    """Describe the catalogue of a bundle; under a second for 34,250 listings."""
    titles = photos = None
    if bundle.title_encoder is not None and bundle.title_matrix is not None:
        titles = describe_titles(bundle.listings["title"], bundle.title_encoder, bundle.title_matrix)
    if bundle.has_photo.any() or any(bundle.phashes):
        photos = describe_photos(bundle.listings[PHOTO_SHA256], bundle.phashes)
    return CatalogueDescription(
        n_listings=len(bundle),
        labels=label_sizes(bundle.labels),
        titles=titles,
        photos=photos,
        columns=describe_columns(bundle.listings),
    )
