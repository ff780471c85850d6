"""The print on the photo of a query: read, turned into words of the catalogue, and told with the matches."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from product_matching.encoders.print_encoder import PrintEncoder, PrintQuery
from product_matching.encoders.print_reader import PrintReader
from product_matching.errors import InputError
from product_matching.listings.photos import decode_photo
from product_matching.listings.prints import PhotoPrint
from product_matching.matching.candidates import Candidates, RowArray
from product_matching.matching.print_features import PrintedListings
from product_matching.store.bundle import Bundle
from product_matching.workflows.find import Finder, Query


def add_print(finder: Finder, query: Query, read: PhotoPrint) -> Query:
    """The same query with what was read on its photo.

    Raises
    ------
    InputError
        The catalogue has no titles, whose words print is compared with.
    """
    encoder = finder.print_encoder
    if encoder is None:
        raise InputError(f"The catalogue {finder.bundle.manifest.name} has no titles to compare print with.")
    return replace(query, print=encoder.query(read), read=read)


def read_listing(bundle: Bundle, row: int, open_reader: Callable[[], PrintReader]) -> PhotoPrint | None:
    """The print on a listing's photo: that of the bundle, else read on the thumbnail; None without a photo."""
    kept = bundle.print_of(row)
    if kept is not None:
        return kept
    picture = None if bundle.thumbnails is None else bundle.thumbnails.get(row)
    return None if picture is None else open_reader().read(decode_photo(picture))


def read_sample(bundle: Bundle, query_id: str, open_reader: Callable[[], PrintReader]) -> PhotoPrint:
    """The print on a sample photo: that of the bundle, else read now.

    Raises
    ------
    InputError
        The bundle has no such sample.
    """
    kept = bundle.print_of_sample(query_id)
    return kept if kept is not None else open_reader().read(decode_photo(bundle.sample(query_id).picture))


def printed_listings(bundle: Bundle) -> PrintedListings:
    """The listings of a bundle for `print_features`, with their print where the bundle was read.

    Raises
    ------
    InputError
        The catalogue has no titles, or its print is damaged.
    """
    encoder, matrix = bundle.title_encoder, bundle.title_matrix
    if encoder is None or matrix is None:
        raise InputError(f"The catalogue {bundle.manifest.name} has no titles to compare print with.")
    prints = None if bundle.prints is None else PrintEncoder(encoder).rows(bundle.prints.all())
    return PrintedListings(encoder=encoder, matrix=matrix, titles=bundle.listings["title"].tolist(), prints=prints)


def matched_words(bundle: Bundle, query: PrintQuery, rows: RowArray) -> list[tuple[str, ...]]:
    """Words of the print that the title of each of some listings holds, in the order of reading."""
    if bundle.title_encoder is None or bundle.title_matrix is None:
        return [()] * len(rows)
    columns = bundle.title_encoder.word_weights(query.known)[0]
    held = bundle.title_matrix[rows][:, columns].toarray() > 0
    return [tuple(word for word, there in zip(query.known, title, strict=True) if there) for title in held]


def describe_print(read: PhotoPrint, query: PrintQuery) -> dict[str, Any]:
    """What was read, as plain values: the lines with their places, known and unknown words, and the weight."""
    lines = [{"text": line.text, "confidence": line.confidence, "box": line.box} for line in read.lines]
    return {
        "lines": lines,
        "known": list(query.known),
        "unknown": list(query.unknown),
        "weight": round(query.weight, 4),
    }


def tell_print(
    bundle: Bundle, query: PrintQuery, candidates: Candidates, described: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Add to described candidates (see `describe_matches`) their ``print_distance`` and ``print_words``."""
    distances = np.full(len(candidates), np.nan) if candidates.print is None else candidates.print
    words = matched_words(bundle, query, candidates.rows)
    return [
        listing | {"print_distance": None if np.isnan(distance) else float(distance), "print_words": list(held)}
        for listing, distance, held in zip(described, distances, words, strict=True)
    ]
