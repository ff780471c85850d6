"""The address of the find page, read and written."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from product_matching.app.find.address import RESULT_COUNTS, Address, read_address
from product_matching.app.shared.parameters import MAX_THRESHOLD

PARAMETERS = ["bundle", "listing", "upload", "sample", "q", "photo", "title", "results"]
thresholds = st.none() | st.integers(0, 999).map(lambda thousandths: thousandths / 1000)
queries = st.one_of(
    st.builds(dict, listing=st.text(min_size=1, max_size=20)),
    st.builds(
        dict,
        sample=st.text(min_size=1, max_size=20),
        title=st.text(max_size=40).map(lambda text: " ".join(text.split())),
    ),
    st.builds(
        dict,
        upload=st.none() | st.text("0123456789abcdef", min_size=1, max_size=20),
        title=st.text(max_size=40).map(lambda text: " ".join(text.split())),
    ),
)


@given(queries, thresholds, thresholds, st.sampled_from(RESULT_COUNTS), st.none() | st.text(min_size=1, max_size=9))
def test_an_address_that_was_written_reads_the_same(query, photo, title, results, bundle) -> None:
    address = Address(bundle=bundle, photo=photo, title_distance=title, results=results, **query)
    assert read_address(address.to_params()) == (address, [])


@given(st.dictionaries(st.sampled_from(PARAMETERS), st.text()))
def test_anything_in_the_address_is_read_without_an_exception(params: dict[str, str]) -> None:
    address, problems = read_address(params)
    assert all(problem.endswith(".") for problem in problems)
    for threshold in (address.photo, address.title_distance):
        assert threshold is None or 0 <= threshold <= MAX_THRESHOLD
    assert address.results in RESULT_COUNTS


def test_defaults_are_left_out_and_the_rest_is_short() -> None:
    address = Address(bundle="apparel", title="typed title", photo=0.3, title_distance=0.0)
    assert address.to_params() == {"bundle": "apparel", "q": "typed title", "photo": "0.3", "title": "0"}


def test_a_threshold_above_the_sliders_end_is_brought_to_it() -> None:
    assert read_address({"photo": "0.99999"}) == (Address(photo=MAX_THRESHOLD), [])


def test_a_sample_replaces_every_other_query_and_keeps_the_thresholds() -> None:
    address = Address(bundle="b", upload="ab", title="words", photo=0.2).of_sample("q")
    assert address == Address(bundle="b", sample="q", photo=0.2)
    assert address.of_listing("x") == Address(bundle="b", listing="x", photo=0.2)


def test_a_listing_replaces_photo_and_title_and_keeps_the_thresholds() -> None:
    address = Address(bundle="b", upload="ab", title="words", photo=0.2, results=48).of_listing("x")
    assert address == Address(bundle="b", listing="x", photo=0.2, results=48)
