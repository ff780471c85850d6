"""The state of the find page as it stands in the address: read without trusting it, written without defaults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from product_matching.app.shared.parameters import (
    read_name,
    read_switch,
    read_threshold,
    read_whole,
    written_switch,
    written_threshold,
)
from product_matching.matching.candidates import PairRules

#: How many result cards can be asked for.
RESULT_COUNTS = (12, 24, 48, 96)
DEFAULT_RESULTS = 24
#: A typed title is cut here.
MAX_TITLE_CHARS = 300
#: How many bits of the pHash may differ: so near photos are always among the candidates (`find.SAME_PHOTO_BITS`).
PHOTO_BITS = range(5)
_UPLOAD_DIGITS = frozenset("0123456789abcdef")


@dataclass(frozen=True)
class Address:
    """What the address of the find page asks for; None or empty where it says nothing.

    Attributes
    ----------
    bundle
        Folder name of the bundle.
    listing
        posting_id of the listing that is the query.
    upload
        Key of the uploaded photo that is the query (see `UploadStore`).
    sample
        query_id of the bundle's sample photo that is the query.
    title
        The typed title, searched beside an uploaded or a sample photo.
    photo, title_distance
        Thresholds that differ from the bundle's own.
    results
        Number of result cards.
    fused
        Largest mean of both distances; None for off.
    photo_bits, quantity_veto, nearest
        Rules on pairs (see `PairRules`, where `nearest` is ``min2``).
    scorer
        Name of the pair scorer that decides.
    """

    bundle: str | None = None
    listing: str | None = None
    upload: str | None = None
    title: str = ""
    photo: float | None = None
    title_distance: float | None = None
    results: int = DEFAULT_RESULTS
    fused: float | None = None
    photo_bits: int | None = None
    quantity_veto: bool = False
    nearest: float | None = None
    scorer: str | None = None
    sample: str | None = None

    @property
    def rules(self) -> PairRules:
        """The rules on single pairs."""
        return PairRules(self.photo_bits, self.quantity_veto, self.nearest)

    @property
    def asks(self) -> bool:
        """Whether there is a query at all."""
        return bool(self.listing or self.upload or self.sample or self.title)

    def to_params(self) -> dict[str, str]:
        """Write the address as query parameters, in a fixed order."""
        named: dict[str, Any] = {
            "bundle": self.bundle,
            "listing": self.listing,
            "upload": self.upload,
            "sample": self.sample,
            "q": self.title,
            "photo": written_threshold(self.photo),
            "title": written_threshold(self.title_distance),
            "results": None if self.results == DEFAULT_RESULTS else str(self.results),
            "both": written_threshold(self.fused),
            "bits": None if self.photo_bits is None else str(self.photo_bits),
            "veto": written_switch(self.quantity_veto),
            "nearest": written_threshold(self.nearest),
            "scorer": self.scorer,
        }
        return {name: value for name, value in named.items() if value}

    def of_listing(self, posting_id: str) -> Address:
        """The same place with a listing of the catalogue as the query."""
        return replace(self, listing=posting_id, upload=None, sample=None, title="")

    def of_sample(self, query_id: str, title: str = "") -> Address:
        """The same place with a sample photo of the bundle as the query, with a title beside it if one is given."""
        return replace(self, sample=query_id, listing=None, upload=None, title=as_typed(title))


def read_address(params: Mapping[str, str]) -> tuple[Address, list[str]]:
    """Read query parameters.

    Returns
    -------
    tuple of Address and list of str
        The address, with what cannot be used left out, and one sentence for each such value.
    """
    problems: list[str] = []
    listing, upload = params.get("listing") or None, params.get("upload") or None
    sample = params.get("sample") or None
    written = params.get("q", "")
    title = as_typed(written)
    if len(" ".join(written.split())) > MAX_TITLE_CHARS:
        problems.append(f"The title in the address was cut to {MAX_TITLE_CHARS} characters.")
    if upload and not (len(upload) <= 64 and set(upload) <= _UPLOAD_DIGITS):
        problems.append(f"The address names the upload {upload!r:.40}, which is not one: upload the photo again.")
        upload = None
    if listing and (upload or sample or title):
        problems.append("The address names a listing and a photo or title beside it: the listing is searched for.")
        upload, sample, title = None, None, ""
    if sample and upload:
        problems.append("The address names a sample photo and one of your own: the sample is searched for.")
        upload = None
    address = Address(
        bundle=params.get("bundle") or None,
        listing=listing,
        upload=upload,
        title=title,
        photo=read_threshold("photo", params, problems),
        title_distance=read_threshold("title", params, problems),
        results=_results(params, problems),
        fused=read_threshold("both", params, problems),
        photo_bits=read_whole("bits", params, problems, PHOTO_BITS),
        quantity_veto=read_switch("veto", params, problems),
        nearest=read_threshold("nearest", params, problems),
        scorer=read_name("scorer", params),
        sample=sample,
    )
    return address, problems


def as_typed(title: str) -> str:
    """A title as it stands in the address and in the title box: single spaces, at most `MAX_TITLE_CHARS`."""
    return " ".join(title.split())[:MAX_TITLE_CHARS]


def _results(params: Mapping[str, str], problems: list[str]) -> int:
    text = params.get("results")
    if not text:
        return DEFAULT_RESULTS
    if text not in map(str, RESULT_COUNTS):
        accepted = ", ".join(map(str, RESULT_COUNTS))
        problems.append(f"The number of results {text!r:.40} in the address is not one of {accepted}.")
        return DEFAULT_RESULTS
    return int(text)
