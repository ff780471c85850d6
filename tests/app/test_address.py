"""The table of address parameters: any address is read, and what is written reads the same."""

from __future__ import annotations

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from product_matching.app.address import (
    ANGLES,
    AREA_LENGTHS,
    BAND_PERCENT,
    CATALOGUE_VIEWS,
    CONFIDENCES,
    DISTANCES,
    EPOCHS,
    EXPANSION,
    FIND,
    FIND_VIEWS,
    GROUP_SIZES,
    HOME,
    MAP,
    MAP_SIDES,
    MAP_STEPS,
    MARGINS,
    MEASURES,
    METHODS,
    MODELS,
    NEIGHBOURS,
    ONLY,
    ORDERS,
    PARAMETERS,
    PARTS_OF_MODELS,
    PHOTO_BITS,
    PROPOSALS,
    RESULT_COUNTS,
    REVIEW,
    RIGHT_PERCENT,
    SCALES,
    SEARCH_MODES,
    STAGES,
    STEPS,
    SURE_PERCENT,
    SURENESS,
    Address,
    Parameter,
    merge_addresses,
    read_address,
    write_address,
)
from product_matching.app.models.choice import ALL, KIND_NAMES
from product_matching.app.models.table import MEASURE_NAMES
from product_matching.app.parameters import MAX_DISTANCE
from product_matching.listings.regions import Region
from product_matching.workflows import find_words

distances = st.none() | st.integers(0, 999).map(lambda thousandths: thousandths / 1000)
names = st.text(min_size=1, max_size=20)
modes = st.none() | st.sampled_from(SEARCH_MODES)
titles = st.text(max_size=40).map(lambda text: " ".join(text.split()))
uploads = st.text("0123456789abcdef", min_size=1, max_size=20)


@st.composite
def sides_of_region(draw: st.DrawFn) -> tuple[float, float]:
    """Start and length of one side of a region, in whole thousandths."""
    length = draw(st.integers(50, 1000))
    return draw(st.integers(0, 1000 - length)) / 1000, length / 1000


regions = st.none() | st.builds(
    lambda across, down: Region(across[0], down[0], across[1], down[1]), sides_of_region(), sides_of_region()
)
queries: st.SearchStrategy[dict[str, object]] = st.one_of(
    st.builds(dict, listing=names),
    st.builds(dict, sample=names, title=titles, region=regions),
    st.builds(dict, upload=uploads, title=titles, mode=modes, region=regions),
    st.builds(dict, title=titles, mode=modes),
)
filters = st.dictionaries(names, st.lists(names, min_size=1, max_size=3).map(tuple), max_size=3).map(
    lambda kept: tuple(kept.items())
)
#: Values of each field that is none of a query.
values: dict[str, st.SearchStrategy[object]] = {
    "find_view": st.sampled_from(FIND_VIEWS),
    "batch": st.none() | uploads,
    "proposal": st.none() | st.sampled_from(PROPOSALS),
    "bundle": st.none() | names,
    "photo_threshold": distances,
    "title_threshold": distances,
    "fused_threshold": distances,
    "photo_bits": st.none() | st.sampled_from(PHOTO_BITS),
    "quantity_veto": st.booleans(),
    "min2": distances,
    "decide": st.none() | st.sampled_from([SURENESS, DISTANCES]),
    "sure": st.none() | st.sampled_from(SURE_PERCENT),
    "scorer": st.none() | names,
    "results": st.sampled_from(RESULT_COUNTS),
    "read_print": st.booleans(),
    "right": st.sampled_from(RIGHT_PERCENT),
    "confidence": st.sampled_from(CONFIDENCES),
    "filters": filters,
    "where": filters,
    "compared": st.none() | names,
    "cross_mean": st.booleans(),
    "blend": st.sampled_from(STAGES),
    "expansion": st.sampled_from(EXPANSION),
    "mutual": st.booleans(),
    "step": st.sampled_from(STEPS),
    "accept": st.sampled_from(BAND_PERCENT),
    "reject": st.sampled_from(BAND_PERCENT),
    "text": titles,
    "size_from": st.sampled_from(GROUP_SIZES),
    "open_only": st.booleans(),
    "keep": titles,
    "order": st.sampled_from(list(ORDERS)),
    "page": st.integers(1, 9999),
    "side": st.none() | st.sampled_from(MAP_SIDES),
    "colour": st.none() | names,
    "map_view": st.none() | st.tuples(*[st.sampled_from(MAP_STEPS)] * 3),
    "area": st.none() | st.sampled_from(AREA_LENGTHS).flatmap(lambda n: st.tuples(*[st.sampled_from(MAP_STEPS)] * n)),
    "measure": st.sampled_from(MEASURES),
    "methods": st.sampled_from(METHODS),
    "all_photos": st.booleans(),
    "part_of_models": st.sampled_from(PARTS_OF_MODELS),
    "angle": st.sampled_from(ANGLES),
    "margin": st.sampled_from(MARGINS),
    "scale": st.sampled_from(SCALES),
    "first_title": titles,
    "second_title": titles,
    "around": st.none() | names,
    "k": st.sampled_from(NEIGHBOURS),
    "within": distances,
    "epoch": st.sampled_from(EPOCHS),
    "view": st.sampled_from(CATALOGUE_VIEWS),
    "only": st.none() | st.sampled_from(ONLY),
    "listing_order": st.just("") | names,
    "listings_page": st.integers(1, 9999),
    "report": st.none() | names,
}


def of_page(page: str) -> st.SearchStrategy[Address]:
    fields = {each.field: values[each.field] for each in PARAMETERS if page in each.pages and each.field in values}
    query = queries if page == FIND else st.just({})

    def build(query: dict[str, object], **drawn: object) -> Address:
        if {"accept", "reject"} <= drawn.keys():
            drawn["reject"], drawn["accept"] = sorted((drawn["accept"], drawn["reject"]))  # type: ignore[type-var]
        return Address(**query, **drawn)  # type: ignore[arg-type]

    return st.builds(build, query, **fields)


drawn_by_page = {page: of_page(page) for page in sorted({page for each in PARAMETERS for page in each.pages} - {HOME})}

#: The first address that is found will do; it need not be the smallest one.
ANY = settings(phases=[Phase.generate], deadline=None)


@pytest.mark.parametrize("page", drawn_by_page)
@given(data=st.data())
def test_an_address_that_was_written_reads_the_same(page: str, data: st.DataObject) -> None:
    address = data.draw(drawn_by_page[page])
    assert read_address(write_address(address, page), page) == (address, [])


@pytest.mark.parametrize("parameter", PARAMETERS, ids=lambda parameter: parameter.field)
def test_every_field_of_the_table_is_among_the_drawn_addresses_of_its_pages(parameter: Parameter) -> None:
    for page in set(parameter.pages) - {HOME}:
        drawn = find(
            drawn_by_page[page], lambda address: getattr(address, parameter.field) != parameter.default, settings=ANY
        )
        assert parameter.name in write_address(drawn, page)


@given(
    st.sampled_from([HOME, *drawn_by_page]),
    st.dictionaries(st.sampled_from([each.name for each in PARAMETERS]), st.text()),
)
def test_anything_in_the_address_is_read_without_an_exception(page: str, params: dict[str, str]) -> None:
    address, problems = read_address(params, page)
    assert all(problem.endswith(".") for problem in problems)
    for threshold in (address.photo_threshold, address.title_threshold, address.fused_threshold, address.min2):
        assert threshold is None or 0 <= threshold <= MAX_DISTANCE
    assert read_address(write_address(address, page), page) == (address, [])


def test_every_name_and_every_field_stands_in_the_table_once() -> None:
    assert len({each.name for each in PARAMETERS}) == len({each.field for each in PARAMETERS}) == len(PARAMETERS)


def test_the_choices_of_the_table_are_those_of_the_comparison() -> None:
    assert tuple(MEASURE_NAMES.values()) == MEASURES
    assert (*KIND_NAMES.values(), ALL) == METHODS


def test_the_modes_of_the_table_are_those_of_the_library() -> None:
    assert find_words.SEARCH_MODES == SEARCH_MODES


def test_another_title_is_searched_for_as_its_own_number_of_words_says() -> None:
    address = Address(title="hand cream", mode="duplicates")
    assert address.changed(results=48).mode == "duplicates"
    assert address.changed(title="hand cream velmira").mode is None
    assert [place.mode for place in (address.of_title("x"), address.of_listing("x"), address.of_upload("a"))] == [
        None
    ] * 3


def test_defaults_are_left_out_and_the_rest_is_short_and_in_the_order_of_the_table() -> None:
    address = Address(title_threshold=0.0, photo_threshold=0.3, title="typed title", bundle="apparel", results=24)
    written = list(write_address(address, FIND).items())
    assert written == [("bundle", "apparel"), ("q", "typed title"), ("photo", "0.3"), ("title", "0")]


def test_a_threshold_above_the_sliders_end_is_brought_to_it() -> None:
    assert read_address({"photo": "0.99999"}, FIND) == (Address(photo_threshold=MAX_DISTANCE), [])


@pytest.mark.parametrize(
    ("page", "params", "said"),
    [
        (FIND, {"photo": "abc"}, "'photo' in the address is 'abc', but must be a number from 0 to below 1: "),
        (REVIEW, {"title": "nan"}, "'title' in the address is 'nan', but must be a number from 0 to below 1: "),
        (REVIEW, {"blend": "9"}, "'blend' in the address is '9', but must be a whole number from 0 to 3: "),
        (FIND, {"bits": "²"}, "'bits' in the address is '²', but must be a whole number from 0 to 4: "),
        (REVIEW, {"mutual": "yes"}, "'mutual' in the address is 'yes', but must be 1 for on or 0 for off: "),
        (REVIEW, {"sort": "x"}, "'sort' in the address is 'x', but must be one of doubt, size, density: "),
        (MODELS, {"measure": "F2"}, "'measure' in the address is 'F2', but must be one of F1, recall@1, mAP@R: "),
        (MAP, {"zoom": "1,2"}, "'zoom' in the address is '1,2', but must be 3 whole numbers from 0 to 65535 "),
        (MAP, {"area": "1,2,3,4,5,65536"}, "'area' in the address is '1,2,3,4,5,65536', but must be 6 to 128 whole "),
        (FIND, {"upload": "../x"}, "The address names the upload '../x', which is not one: upload the photo again."),
        (FIND, {"q": "a" * 301}, "The title in the address was cut to 300 characters."),
        (FIND, {"listing": "a", "q": "b"}, "The address names a listing and a photo or title beside it: "),
        (FIND, {"sample": "a", "upload": "b"}, "The address names a sample photo and one of your own: "),
        (FIND, {"sample": "a", "region": "0,0,2,1"}, "'region' in the address is '0,0,2,1', but must be four numbers "),
        (FIND, {"listing": "a", "region": "0,0,.5,.5"}, "The address names a region without a photo of your own or "),
    ],
)
def test_a_value_that_cannot_be_used_is_told_in_one_sentence(page: str, params: dict[str, str], said: str) -> None:
    _, problems = read_address(params, page)
    assert len(problems) == 1
    assert problems[0].startswith(said)


def test_a_page_does_not_look_at_the_parameters_of_others() -> None:
    assert read_address({"listing": "a", "q": "b", "results": "x"}, REVIEW) == (Address(), [])
    assert "listing" not in write_address(Address(listing="a"), REVIEW)


def test_a_sample_replaces_every_other_query_and_keeps_the_thresholds() -> None:
    address = Address(bundle="b", upload="ab", title="words", photo_threshold=0.2).of_sample("q")
    assert address == Address(bundle="b", sample="q", photo_threshold=0.2)
    assert address.of_listing("x") == Address(bundle="b", listing="x", photo_threshold=0.2)
    assert address.of_title("words") == Address(bundle="b", title="words", photo_threshold=0.2)


def test_a_listing_replaces_photo_and_title_and_keeps_the_thresholds() -> None:
    address = Address(bundle="b", upload="ab", title="words", photo_threshold=0.2, results=48).of_listing("x")
    assert address == Address(bundle="b", listing="x", photo_threshold=0.2, results=48)


def test_an_upload_keeps_the_title_beside_it() -> None:
    assert Address(title="words", listing="x").of_upload("ab") == Address(title="words", upload="ab")


def test_a_region_stays_with_its_photo_and_no_other() -> None:
    region = Region(0.1, 0.2, 0.5, 0.5)
    own, sample = Address(bundle="b", upload="ab", region=region), Address(bundle="b", sample="q", region=region)
    kept = (own.changed(title="words"), own.changed(bundle="c"), own.of_upload("ab"), sample.of_sample("q", "words"))
    assert all(address.region == region for address in (*kept, sample.changed(results=48)))
    left = (own.of_upload("cd"), own.of_listing("x"), own.of_sample("q"), own.of_title("words"))
    left += (own.changed(upload=None), sample.changed(sample=None), sample.changed(bundle="c"), sample.of_sample("r"))
    assert all(address.region is None for address in left)


def test_a_change_returns_to_the_first_page_of_groups_unless_it_turns_pages() -> None:
    address = Address(bundle="b", page=3)
    assert address.changed(mutual=True) == Address(bundle="b", mutual=True)
    assert address.changed(page=4) == Address(bundle="b", page=4)


def test_a_typed_title_takes_the_place_of_a_listing() -> None:
    assert Address(listing="gone").changed(title="words") == Address(title="words")


def test_another_catalogue_leaves_behind_what_belongs_to_one() -> None:
    address = Address(
        bundle="a", listing="x", title="words", upload="ab", photo_threshold=0.2, photo_bits=3, page=2, results=48
    )
    assert address.changed(bundle="b") == Address(bundle="b", title="words", upload="ab", photo_bits=3, results=48)
    assert address.in_catalogue("a") == address


def test_what_is_known_of_all_pages_follows_the_newest_address() -> None:
    known = merge_addresses(Address(), Address(bundle="a", title="cup", photo_threshold=0.2, results=48), FIND)
    known = merge_addresses(known, Address(bundle="a", photo_threshold=0.3, mutual=True), REVIEW)
    assert known == Address(bundle="a", title="cup", photo_threshold=0.3, results=48, mutual=True)
    assert merge_addresses(known, Address(bundle="b"), MODELS) == Address(
        bundle="b", title="cup", results=48, mutual=True
    )


def test_bands_in_the_wrong_order_are_left_out_and_said() -> None:
    address, problems = read_address({"accept": "20", "reject": "60", "step": "audit"}, REVIEW)
    assert (address.accept, address.reject, address.step) == (90, 10, "audit")
    assert len(problems) == 1
    assert "'accept' in the address is 20 and 'reject' 60" in problems[0]
    assert read_address({"accept": "60", "reject": "60"}, REVIEW)[1] == []
