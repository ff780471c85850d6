"""From the address to a query: whichever of listing, photo and title can be used, and what to say of the rest."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from time import perf_counter

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from product_matching.app.address import Address
from product_matching.app.shared.uploads import Upload, UploadStore
from product_matching.encoders.model_folder import PhotoModel
from product_matching.errors import InputError
from product_matching.listings.prints import PhotoPrint
from product_matching.listings.titles import title_words
from product_matching.matching.decisions import NO_DECISIONS, PairDecisions
from product_matching.matching.second_stage.feature_sides import BOTH, PHOTO, TITLE
from product_matching.store.bundle import Bundle
from product_matching.store.sample_queries import SampleQuery
from product_matching.workflows.decisions import BundleDecisions, say_decisions
from product_matching.workflows.find import Finder, Query
from product_matching.workflows.find_words import FoundWords, WordFinder

#: See `product_matching.app.shared.uploads.embed_upload`.
EmbedUpload = Callable[[Upload, PhotoModel], npt.NDArray[np.float32]]


@dataclass(frozen=True, eq=False, kw_only=True)
class Asked:
    """A query and what the page shows of it.

    Attributes
    ----------
    query
        The vectors; both None if nothing of the address could be used.
    key
        Names the query within its bundle, for caches.
    words
        Words of the searched title, as `title_words` writes them.
    upload
        The uploaded photo, if it could be used.
    sample
        The sample photo, if it could be used.
    part
        The part of either that is searched for, if it is not the whole photo.
    decode_ms, encode_ms
        What its parts took.
    printed
        What was read on the photo; None if it was not.
    read_ms
        What reading took.
    problems
        One sentence for each part that could not be used.
    found
        The listings that hold the words of a title without a photo; None for another query.
    by_words
        Whether the title is searched for as words, and not for its duplicates.
    decisions
        What people decided, which holds for a listing of the catalogue.
    decided
        How many decisions on the listing are applied and stale; empty where there are none.
    """

    query: Query
    key: str = ""
    words: frozenset[str] = frozenset()
    upload: Upload | None = None
    decode_ms: float = 0.0
    encode_ms: float = 0.0
    problems: tuple[str, ...] = ()
    sample: SampleQuery | None = None
    part: Upload | None = None
    printed: PhotoPrint | None = None
    read_ms: float = 0.0
    found: FoundWords | None = None
    by_words: bool = False
    decisions: PairDecisions = NO_DECISIONS
    decided: str = ""

    @property
    def joined(self) -> list[int]:
        """Rows that a person decided to be the same product as the listing searched for."""
        return [] if self.query.row is None else self.decisions.same_as(self.query.row)

    @property
    def parted(self) -> list[int]:
        """Rows that a person decided to be another product than the listing searched for."""
        return [] if self.query.row is None else self.decisions.different_from(self.query.row)

    @property
    def searchable(self) -> bool:
        """Whether there is anything to search duplicates with."""
        if self.by_words:
            return False
        return self.query.photo is not None or self.query.title is not None

    @property
    def comparison(self) -> str:
        """The sides by which a listing with both is compared with the query."""
        if self.query.photo is None and self.query.title is not None:
            return TITLE
        return PHOTO if self.query.photo is not None and self.query.title is None else BOTH

    def picture(self, bundle: Bundle) -> bytes | None:
        """The photo searched for as a small JPEG; None without one."""
        if self.part is not None:
            return self.part.thumbnail
        if self.sample is not None:
            return self.sample.picture
        if self.upload is not None:
            return self.upload.thumbnail
        row = self.query.row
        return None if row is None or bundle.thumbnails is None else bundle.thumbnails.get(row)


def ask(
    address: Address,
    finder: Finder,
    store: UploadStore,
    embed: EmbedUpload,
    *,
    open_words: Callable[[Bundle], WordFinder],
) -> Asked:
    """Make the query of an address; problems are returned, never raised.

    Parameters
    ----------
    address, finder, store
        What is asked, of what, and the uploads.
    embed
        Embeds an upload with the model of the catalogue.
    open_words
        Opens the words of the titles.
    """
    if address.listing is not None:
        return _ask_listing(address.listing, finder)
    asked = _ask_parts(address, finder, store, embed)
    if not asked.query.text:
        return asked
    if asked.query.photo is None:
        asked = _with_words(asked, address.mode, open_words(finder.bundle))
    if asked.query.title is None and not asked.by_words:
        problem = f"None of these words is in a title of {finder.bundle.manifest.name}: try other words, or a photo."
        return replace(asked, problems=(*asked.problems, problem))
    return asked


def add_decisions(asked: Asked, bundle: Bundle, decisions: BundleDecisions) -> Asked:
    """Add what people decided on the listing that is searched for; a query from outside is as it was."""
    row = asked.query.row
    if row is None or not decisions.changes:
        return asked
    said = say_decisions(decisions.on(str(bundle.listings["posting_id"].iat[row])))
    decided = replace(asked, decisions=decisions.pairs, decided=said)
    return replace(decided, key=f"{asked.key} and {decided.joined}") if decided.joined else decided


def _with_words(asked: Asked, mode: str | None, words: WordFinder) -> Asked:
    """Add the listings that hold the words of a title without a photo."""
    if not asked.words:
        return asked
    found = words.find(asked.query.text)
    return replace(asked, found=found, by_words=(mode or found.mode) == "words")


def _ask_parts(address: Address, finder: Finder, store: UploadStore, embed: EmbedUpload) -> Asked:
    """Make the query of a photo, a title or both."""
    asked = _ask_title(address.title, finder) if address.title else Asked(query=Query())
    try:
        sample = None if address.sample is None else _find_sample(address.sample, finder.bundle)
        if sample is not None and address.region is None:
            return _with_sample(asked, sample, finder)
        if sample is None and address.upload is None:
            return asked
        key = address.upload if sample is None else store.put(sample.picture, sample.query_id)
        upload = store.get(str(key)) if address.region is None else store.part(str(key), address.region)
        upload, vector = _embedded(upload, finder, embed)
    except InputError as error:
        return replace(asked, problems=(str(error), *asked.problems))
    return replace(
        _with_upload(asked, upload, vector), sample=sample, upload=None if sample else upload.whole or upload
    )


def _with_upload(asked: Asked, upload: Upload, vector: npt.NDArray[np.float32]) -> Asked:
    """Add an uploaded photo, or a part of one, to the query."""
    return replace(
        asked,
        query=replace(asked.query, photo=vector, phash=upload.phash, keypoints=upload.keypoints),
        key=f"upload {upload.key} {asked.key}",
        part=None if upload.region is None else upload,
        decode_ms=upload.decode_ms,
        encode_ms=upload.encode_ms + asked.encode_ms,
    )


def _find_sample(query_id: str, bundle: Bundle) -> SampleQuery:
    try:
        return bundle.sample(query_id)
    except InputError as error:
        other = "Choose one of those shown" if bundle.samples is not None else "Start from a listing"
        raise InputError(f"{error} {other}, or search by photo or title.") from error


def _with_sample(asked: Asked, sample: SampleQuery, finder: Finder) -> Asked:
    """Add a sample photo to the query; its embedding is in the bundle."""
    keypoints = finder.bundle.keypoints_of_sample(sample.query_id)
    return replace(
        asked,
        query=replace(asked.query, photo=sample.vector, phash=sample.phash, keypoints=keypoints),
        key=f"sample {sample.query_id} {asked.key}",
        sample=sample,
    )


def _ask_listing(posting_id: str, finder: Finder) -> Asked:
    bundle = finder.bundle
    try:
        row = bundle.row_of(posting_id)
    except InputError as error:
        return Asked(query=Query(), problems=(f"{error} Choose another one, or search by photo or title.",))
    query = finder.listing_query(row)
    if query.photo is None and query.title is None:
        problem = f"The listing {posting_id!r:.80} has neither a readable photo nor a title to search with."
        return Asked(query=Query(), problems=(problem,))
    title = str(bundle.listings["title"].iloc[row]) if bundle.has_title[row] else ""
    return Asked(query=query, key=f"listing {row}", words=frozenset(title_words(title)))


def _ask_title(title: str, finder: Finder) -> Asked:
    started = perf_counter()
    name = finder.bundle.manifest.name
    vector: csr_matrix | None = finder.title_query(title)
    if vector is None:
        return Asked(query=Query(), problems=(f"The catalogue {name} has no titles: search it with a photo.",))
    digest = hashlib.sha256(title.encode("utf-8", "replace")).hexdigest()
    words = frozenset(title_words(title))
    query = Query(title=vector if vector.nnz else None, text=title)
    return Asked(query=query, key=f"title {digest}", words=words, encode_ms=1000 * (perf_counter() - started))


def _embedded(upload: Upload | None, finder: Finder, embed: EmbedUpload) -> tuple[Upload, npt.NDArray[np.float32]]:
    model = finder.bundle.manifest.photo_model
    if model is None:
        raise InputError(f"The catalogue {finder.bundle.manifest.name} has no photos: search it with a title.")
    if upload is None:
        raise InputError("The uploaded photo of this address is no longer kept: upload it again.")
    known = upload.vectors.get(model.fingerprint)
    return upload, known if known is not None else embed(upload, model)
