"""The one table of address parameters: what each is called, which values it takes, its default, and who reads it.

A name means the same on every page. What a page shows follows from its address alone, so that a link shows the same
elsewhere; what is at its default is left out of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from product_matching.app.parameters import (
    ByColumn,
    Choice,
    Digest,
    Distance,
    Kind,
    Line,
    Name,
    Part,
    Switch,
    Whole,
    Wholes,
)
from product_matching.listings.regions import Region

HOME, FIND, REVIEW, MODELS = "streamlit_app.py", "pages/find.py", "pages/review.py", "pages/models.py"
THRESHOLDS, MAP, CATALOGUE = "pages/thresholds.py", "pages/map.py", "pages/catalogue.py"
HOW_IT_WORKS = "pages/how_it_works.py"
_EVERY_PAGE = (HOME, FIND, REVIEW, THRESHOLDS, MAP, CATALOGUE, MODELS, HOW_IT_WORKS)

#: Numbers of result cards that can be chosen.
RESULT_COUNTS = (12, 24, 48, 96)
#: How a title alone is searched for: its words in titles, or its duplicates (`find_words.SEARCH_MODES`).
SEARCH_MODES = ("words", "duplicates")
#: What the Find page checks: one listing, or many at once; the first is the default.
ONE, MANY = FIND_VIEWS = ("one", "many")
#: What new listings can be filtered by: the names of `check_listings.Proposal`.
PROPOSALS = ("same", "review", "new", "unknown")
#: A typed title is cut here.
MAX_TITLE_CHARS = 300
#: What decides: the probability of a pair scorer, or distances with the rules behind them.
SURENESS, DISTANCES = "sureness", "distances"
#: Least percent of sureness that can be chosen.
SURE_PERCENT = range(1, 100)
#: How many bits of the pHash may differ: so near photos are always among the candidates (`find.SAME_PHOTO_BITS`).
PHOTO_BITS = range(5)
#: Stages of neighbourhood blending, and vectors that an expansion sums up.
STAGES, EXPANSION = range(4), range(1, 6)
#: Steps of a review, the first one being the default.
STEPS = ("pairs", "groups", "audit", "decisions", "export")
#: Percent of sureness from which pairs are accepted, and below which they are rejected, without review.
BAND_PERCENT = range(101)
#: Percent of the matches that can be asked to be right, and percents of confidence.
RIGHT_PERCENT, CONFIDENCES = range(50, 100), (80, 90, 95, 99)
#: A text that titles are filtered by is cut here.
MAX_FILTER_CHARS = 100
#: Sizes of groups that can be asked for.
GROUP_SIZES = range(2, 1000)
#: Orders of the groups, the first one being the default.
ORDERS = {"doubt": "Most doubtful first", "size": "Largest first", "density": "Fewest matching pairs first"}
#: Measures of the comparison, and the sides that its methods compare; the first is the default.
MEASURES, METHODS = ("F1", "recall@1", "mAP@R"), ("Photo", "Title", "Both", "All")
#: What Models can show below its summary, the first being the default.
PARTS_OF_MODELS = ("networks", "methods", "differences", "protocols", "speed")
#: What was trained for How it works: margins in radians and scales of ArcFace, and epochs of the autoencoder.
MARGINS, SCALES, EPOCHS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5), (4, 8, 16, 30), (1, 2, 4, 8)
#: Angles between two vectors in degrees, and numbers of nearest listings.
ANGLES, NEIGHBOURS = range(181), range(1, 51)
#: Sides that a catalogue is mapped by.
MAP_SIDES = ("photo", "title")
#: Steps from one edge of a map to the other; numbers that name an area, two a corner.
MAP_STEPS, AREA_LENGTHS = range(65_536), range(6, 129, 2)
_TITLE = Line("title", MAX_TITLE_CHARS)
#: What the catalogue page shows, the first being the default; and the kinds of listings it lists alone (`browse.ONLY`).
OVERVIEW, BROWSE, OPEN, BUILD, CHANGE = CATALOGUE_VIEWS = ("overview", "browse", "open", "build", "change")
ONLY = ("no_photo", "unreadable_photo", "repeated_photo", "no_title")
#: What a photo comes from.
_QUERIES = ("listing", "upload", "sample")


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """One row of the table.

    Attributes
    ----------
    name
        What it is called in the address.
    field
        The attribute of `Address` that holds it.
    kind
        Which values it takes.
    default
        Its value where the address does not name it.
    pages
        The pages that read it.
    of_catalogue
        Whether it belongs to one catalogue and is left behind when another one is chosen.
    of_result
        Whether it belongs to one result and returns to its default when anything else changes.
    of_distances
        Whether it has a say only where distances decide, so that naming it means that they do.
    """

    name: str
    field: str
    kind: Kind
    default: Any
    pages: tuple[str, ...]
    of_catalogue: bool = False
    of_result: bool = False
    of_distances: bool = False


def _parameter(name: str, kind: Kind, pages: tuple[str, ...], *, default: Any = None, **belongs: bool) -> Any:
    return field(default=default, metadata={"name": name, "kind": kind, "pages": pages, **belongs})


@dataclass(frozen=True, kw_only=True)
class Address:
    """The fields of an address; None, empty or off where it does not name one.

    Attributes
    ----------
    bundle
        Folder name of the catalogue.
    listing
        posting_id of the listing that is the query.
    upload
        Key of the uploaded photo that is the query (see `UploadStore`).
    sample
        query_id of the bundle's sample photo that is the query.
    region
        The part of the uploaded or sample photo that is searched for; None for all of it.
    title
        The typed title, searched beside an uploaded or a sample photo.
    read_print
        Whether the print on the photo is read and searched for too.
    mode
        How the title alone is searched for, of `SEARCH_MODES`; None where its number of words decides.
    photo_threshold, title_threshold
        Largest distances that were set by hand; the catalogue's own otherwise, or those tuned for the rules.
    fused_threshold
        Largest mean of both distances; None for off.
    photo_bits, quantity_veto, min2
        Rules on pairs (see `PairRules`).
    decide
        What decides, `SURENESS` or `DISTANCES`; None where the other parameters tell (see `decides_by`).
    sure
        Least percent of sureness of a match; None for the catalogue's own, else the pair scorer's.
    scorer
        Name of the pair scorer; None for the one that is chosen for the catalogue.
    cross_mean, blend, expansion, mutual
        Rules of a whole catalogue (see `Rules`): `blend` is a number of stages.
    results
        Number of result cards.
    filters, where
        Columns that the results of a search, and the listings of the catalogue, are filtered by, with what is kept.
    compared
        posting_id of the result that stands beside the search.
    find_view
        What the Find page checks, of `FIND_VIEWS`.
    batch
        Key of the uploaded list of new listings (see `BatchStore`).
    proposal
        Which of them are shown, of `PROPOSALS`; None for all.
    step
        What is done in the review, of `STEPS`.
    accept, reject
        Percent of sureness from which pairs are accepted, and below which they are rejected, without review.
    right, confidence
        Percent of the matches that are to be right, and percent of confidence with which decisions are to show it.
    text, size_from, open_only
        Which pairs and groups are looked at: those with a text in a title or id, of at least so many listings, and
        only those on which something is left to decide.
    keep
        Rules of what is kept of a group (see `review.keeping`).
    order, page
        Which groups are shown.
    side, colour
        Whether listings are mapped by photos or titles, None for photos where there are some; and what colours them
        (see `map.colouring`), None for what suits the catalogue.
    map_view, area
        The middle and the zoom of the view of the map, and the corners of the area of it that is selected.
    measure, methods, all_photos
        Which figures of the comparison are shown, of which methods, on which photos of the groceries.
    part_of_models
        What Models shows below its summary.
    angle
        Between the two vectors of How it works.
    margin, scale
        Of the ArcFace training that is shown there.
    first_title, second_title
        The titles that are weighed there; empty for two of the catalogue.
    around, k, within
        Whose nearest listings are shown there (posting_id), how many, and up to which distance.
    epoch
        After which the autoencoder's pictures are shown there.
    view
        What the catalogue page shows, of `CATALOGUE_VIEWS`.
    only
        Which listings it lists beside those of `text` and `where`: a kind of `ONLY`.
    listing_order, listings_page
        The column that they are in order of, "-" before it for the largest first, and which page of them is shown.
    report
        Name of the catalogue whose build is shown.
    """

    bundle: str | None = _parameter("bundle", Name(), _EVERY_PAGE)
    listing: str | None = _parameter("listing", Name(), (FIND,), of_catalogue=True)
    upload: str | None = _parameter("upload", Digest("the upload", "upload the photo again"), (FIND,))
    sample: str | None = _parameter("sample", Name(), (FIND,), of_catalogue=True)
    region: Region | None = _parameter("region", Part(), (FIND,))  # noqa: RUF009 - as every other one
    title: str = _parameter("q", _TITLE, (FIND,), default="")
    read_print: bool = _parameter("read", Switch(), (FIND,), default=False)
    mode: str | None = _parameter("mode", Choice(SEARCH_MODES), (FIND,))
    photo_threshold: float | None = _parameter(
        "photo", Distance(), (FIND, REVIEW, THRESHOLDS), of_catalogue=True, of_distances=True
    )
    title_threshold: float | None = _parameter(
        "title", Distance(), (FIND, REVIEW, THRESHOLDS), of_catalogue=True, of_distances=True
    )
    fused_threshold: float | None = _parameter("both", Distance(), (FIND, REVIEW), of_catalogue=True, of_distances=True)
    photo_bits: int | None = _parameter("bits", Whole(PHOTO_BITS), (FIND, REVIEW), of_distances=True)
    quantity_veto: bool = _parameter("veto", Switch(), (FIND, REVIEW), default=False, of_distances=True)
    min2: float | None = _parameter("nearest", Distance(), (FIND, REVIEW), of_distances=True)
    cross_mean: bool = _parameter("cross", Switch(), (REVIEW,), default=False, of_distances=True)
    blend: int = _parameter("blend", Whole(STAGES), (REVIEW,), default=0, of_distances=True)
    expansion: int = _parameter("expand", Whole(EXPANSION), (REVIEW,), default=1, of_distances=True)
    mutual: bool = _parameter("mutual", Switch(), (REVIEW,), default=False, of_distances=True)
    decide: str | None = _parameter("decide", Choice((SURENESS, DISTANCES)), (FIND, REVIEW, THRESHOLDS))
    sure: int | None = _parameter("sure", Whole(SURE_PERCENT), (FIND, REVIEW, THRESHOLDS))
    scorer: str | None = _parameter("scorer", Name(), (FIND, REVIEW, THRESHOLDS))
    results: int = _parameter("results", Choice(RESULT_COUNTS), (FIND,), default=24)
    filters: tuple[tuple[str, tuple[str, ...]], ...] = _parameter(
        "filter", ByColumn(), (FIND,), default=(), of_catalogue=True
    )
    where: tuple[tuple[str, tuple[str, ...]], ...] = _parameter(
        "where", ByColumn(), (REVIEW, CATALOGUE), default=(), of_catalogue=True
    )
    compared: str | None = _parameter("pair", Name(), (FIND,), of_catalogue=True, of_result=True)
    find_view: str = _parameter("check", Choice(FIND_VIEWS), (FIND,), default=ONE)
    batch: str | None = _parameter("batch", Digest("the list", "upload it again"), (FIND,))
    proposal: str | None = _parameter("band", Choice(PROPOSALS), (FIND,))
    step: str = _parameter("step", Choice(STEPS), (REVIEW,), default="pairs")
    accept: int = _parameter("accept", Whole(BAND_PERCENT), (FIND, REVIEW, THRESHOLDS), default=90)
    reject: int = _parameter("reject", Whole(BAND_PERCENT), (FIND, REVIEW, THRESHOLDS), default=10)
    right: int = _parameter("right", Whole(RIGHT_PERCENT), (THRESHOLDS,), default=95)
    confidence: int = _parameter("confidence", Choice(CONFIDENCES), (THRESHOLDS,), default=95)
    text: str = _parameter(
        "text", Line("text", MAX_FILTER_CHARS), (REVIEW, CATALOGUE, MAP), default="", of_catalogue=True
    )
    size_from: int = _parameter("size", Whole(GROUP_SIZES), (REVIEW,), default=2)
    open_only: bool = _parameter("open", Switch(), (REVIEW,), default=False)
    keep: str = _parameter(
        "keep", Line("rule of what is kept", MAX_TITLE_CHARS), (REVIEW,), default="", of_catalogue=True
    )
    order: str = _parameter("sort", Choice(tuple(ORDERS)), (REVIEW,), default="doubt")
    page: int = _parameter("page", Whole(range(1, 1_000_000)), (REVIEW,), default=1, of_catalogue=True, of_result=True)
    side: str | None = _parameter("side", Choice(MAP_SIDES), (REVIEW, MAP), of_catalogue=True)
    colour: str | None = _parameter("colour", Name(), (MAP,), of_catalogue=True)
    map_view: tuple[int, ...] | None = _parameter("zoom", Wholes(MAP_STEPS, range(3, 4)), (MAP,), of_catalogue=True)
    area: tuple[int, ...] | None = _parameter("area", Wholes(MAP_STEPS, AREA_LENGTHS), (REVIEW, MAP), of_catalogue=True)
    measure: str = _parameter("measure", Choice(MEASURES), (MODELS,), default=MEASURES[0])
    methods: str = _parameter("by", Choice(METHODS), (MODELS,), default=METHODS[0])
    all_photos: bool = _parameter("all_photos", Switch(), (MODELS,), default=False)
    part_of_models: str = _parameter("show", Choice(PARTS_OF_MODELS), (MODELS,), default=PARTS_OF_MODELS[0])
    angle: int = _parameter("angle", Whole(ANGLES), (HOW_IT_WORKS,), default=50)
    margin: float = _parameter("margin", Choice(MARGINS), (HOW_IT_WORKS,), default=MARGINS[-1])
    scale: int = _parameter("scale", Choice(SCALES), (HOW_IT_WORKS,), default=16)
    first_title: str = _parameter("first", _TITLE, (HOW_IT_WORKS,), default="")
    second_title: str = _parameter("second", _TITLE, (HOW_IT_WORKS,), default="")
    around: str | None = _parameter("around", Name(), (HOW_IT_WORKS,), of_catalogue=True)
    k: int = _parameter("k", Whole(NEIGHBOURS), (HOW_IT_WORKS,), default=10)
    within: float | None = _parameter("within", Distance(), (HOW_IT_WORKS,), of_catalogue=True)
    epoch: int = _parameter("epoch", Choice(EPOCHS), (HOW_IT_WORKS,), default=EPOCHS[-1])
    view: str = _parameter("view", Choice(CATALOGUE_VIEWS), (CATALOGUE,), default=OVERVIEW)
    only: str | None = _parameter("only", Choice(ONLY), (CATALOGUE,), of_catalogue=True)
    listing_order: str = _parameter("order", Name(), (CATALOGUE,), default="", of_catalogue=True)
    listings_page: int = _parameter(
        "at", Whole(range(1, 1_000_000)), (CATALOGUE,), default=1, of_catalogue=True, of_result=True
    )
    report: str | None = _parameter("report", Name(), (CATALOGUE,))

    @property
    def asks(self) -> bool:
        """Whether there is a query at all."""
        return bool(self.listing or self.upload or self.sample or self.title)

    @property
    def decides_by(self) -> str:
        """What decides where there is a pair scorer: distances if one of them or a rule is named, else sureness."""
        return self.decide or self._implied

    def deciding_by(self, decide: str) -> Address:
        """The same place with something else that decides; what the other parameters tell is not written."""
        changed = self.changed(decide=None)
        return changed if changed.decides_by == decide else replace(changed, decide=decide)

    @property
    def _implied(self) -> str:
        if self.scorer is not None or self.sure is not None:
            return SURENESS
        named = any(getattr(self, each.field) != each.default for each in PARAMETERS if each.of_distances)
        return DISTANCES if named else SURENESS

    def of_listing(self, posting_id: str) -> Address:
        """The same place with a listing of the catalogue as the query."""
        return self._asking(listing=posting_id)

    def of_upload(self, key: str) -> Address:
        """The same place with an uploaded photo as the query, beside the title that is searched for."""
        return self._asking(upload=key, title=self.title, region=self.region if key == self.upload else None)

    def of_sample(self, query_id: str, title: str = "") -> Address:
        """The same place with a sample photo of the bundle as the query, with a title beside it if one is given."""
        region = self.region if query_id == self.sample else None
        return self._asking(sample=query_id, title=as_typed(title), region=region)

    def of_title(self, title: str) -> Address:
        """The same place with a typed title as the only query."""
        return self._asking(title=as_typed(title))

    def _asking(self, **query: Any) -> Address:
        """The same place with another query, and nothing of the one before."""
        fields_of_query = ("listing", "upload", "sample", "region", "title", "mode", "compared", "find_view")
        nothing = {each.field: each.default for each in PARAMETERS if each.field in fields_of_query}
        return replace(self, **{**nothing, **query})

    def in_catalogue(self, bundle: str) -> Address:
        """The same place in a catalogue; what belongs to another one is left behind."""
        if bundle == self.bundle:
            return self
        left = {each.field: each.default for each in PARAMETERS if each.of_catalogue}
        region = self.region if self.upload else None  # that of a sample stays with it
        return replace(self, **{**left, "bundle": bundle, "region": region})

    def changed(self, **changes: Any) -> Address:
        """The same place with some fields changed; what belongs to one result returns to its default.

        In another catalogue, what belongs to one catalogue does so as well; a title takes the place of a listing, and
        another title is searched for as its own number of words says. A region stays with its photo.
        """
        if "title" in changes:
            changes.setdefault("mode", None)
        if changes.get("title"):
            changes.setdefault("listing", None)
        if any(getattr(self, field) != changes.get(field, getattr(self, field)) for field in _QUERIES):
            changes.setdefault("region", None)
        place = self.in_catalogue(changes["bundle"]) if "bundle" in changes else self
        left = {each.field: each.default for each in PARAMETERS if each.of_result}
        return replace(place, **{**left, **changes})


#: The table, in the order in which an address is written.
PARAMETERS = tuple(Parameter(field=each.name, default=each.default, **each.metadata) for each in fields(Address))


def as_typed(title: str) -> str:
    """A title as it stands in the address and in the title box: single spaces, at most `MAX_TITLE_CHARS`."""
    return _TITLE.tidy(title)


def read_address(params: Mapping[str, str], page: str) -> tuple[Address, list[str]]:
    """Read the parameters of a page.

    Parameters
    ----------
    params
        The texts of an address by name; what is none of the page's is not looked at.
    page
        `FIND` or another one.

    Returns
    -------
    tuple of Address and list of str
        The address, with what cannot be used left out, and one sentence for each such value.
    """
    values: dict[str, Any] = {}
    problems: list[str] = []
    for parameter in PARAMETERS:
        text = params.get(parameter.name)
        if not text or page not in parameter.pages:
            continue
        value, problem = parameter.kind.read(parameter.name, text)
        if value is not None:
            values[parameter.field] = value
        if problem:
            problems.append(problem)
    return _with_ordered_bands(_with_one_query(Address(**values), problems), problems), problems


def write_address(address: Address, page: str) -> dict[str, str]:
    """Write the parameters of a page, in the table's order and without those at their default."""
    written = {}
    for parameter in PARAMETERS:
        value = getattr(address, parameter.field)
        if page in parameter.pages and value != parameter.default:
            written[parameter.name] = parameter.kind.write(value)
    return written


def merge_addresses(known: Address, newer: Address, page: str) -> Address:
    """The fields of all pages, updated by the address of one of them."""
    known = known if newer.bundle is None else known.in_catalogue(newer.bundle)
    return replace(known, **{each.field: getattr(newer, each.field) for each in PARAMETERS if page in each.pages})


def _with_ordered_bands(address: Address, problems: list[str]) -> Address:
    """Leave both edges of the bands out where pairs would be accepted and rejected at once."""
    if address.accept >= address.reject:
        return address
    problems.append(
        f"'accept' in the address is {address.accept} and 'reject' {address.reject}, but pairs are rejected below the "
        "percentage from which they are accepted: both are left out."
    )
    return replace(address, accept=Address.accept, reject=Address.reject)


def _with_one_query(address: Address, problems: list[str]) -> Address:
    """Keep one query of those that exclude each other."""
    if address.listing and (address.upload or address.sample or address.title):
        problems.append("The address names a listing and a photo or title beside it: the listing is searched for.")
        return address.of_listing(address.listing)
    if address.region and not (address.upload or address.sample):
        problems.append("The address names a region without a photo of your own or a sample photo: it is left out.")
        return replace(address, region=None)
    if address.sample and address.upload:
        problems.append("The address names a sample photo and one of your own: the sample is searched for.")
        return replace(address, upload=None, region=None)
    return address
