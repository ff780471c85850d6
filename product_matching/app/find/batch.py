"""Many new listings at once: uploaded as a table with a zip of photos, checked in the background, and shown."""

from __future__ import annotations

from functools import partial
from typing import Any

import streamlit as st

from product_matching.app.address import FIND_VIEWS, MANY, ONE, Address
from product_matching.app.find.batch_result import bands_of, draw_result
from product_matching.app.find.batch_work import MAX_LISTINGS, MAX_TABLE_MB, MAX_ZIP_MB, Check, run_check
from product_matching.app.find.checked import CheckedList
from product_matching.app.jobs import PATIENCE_SECONDS, Job, State
from product_matching.app.navigation import change_address, coupled
from product_matching.app.resources import batches, encoder_of, jobs, list_allowance
from product_matching.app.shared.batches import SAMPLES_KEY, Batch
from product_matching.app.shared.deciding import Deciding
from product_matching.app.shared.file_field import draw_file, drop_file, keep_file, kept_file
from product_matching.app.shared.job_view import draw_job, visitor
from product_matching.app.shared.missing_model import draw_if_missing
from product_matching.app.shared.sample_gallery import draw_sample_picture
from product_matching.app.shared.wording import count_text, plain
from product_matching.store.sample_queries import SampleQueries
from product_matching.workflows.find import Finder

_TABLE, _PHOTOS = "batch_table", "batch_photos"
_SAMPLES_SHOWN, _SAMPLE_PICTURE = 5, 72
_VIEWS = {ONE: "One listing", MANY: "Many at once"}
_FORMAT = """
| column | what it holds |
|---|---|
| `posting_id` | an id of each listing |
| `title` | what the listing is called |
| `image` | name of its photo in the zip |

Title or photo may be missing. Further columns stay in the result.
"""
_EXAMPLE_CSV = (
    "posting_id,title,image\n"
    "new_1,Nalukta Nano Mini Speaker 20watt Ungu,speaker.jpg\n"
    "new_2,Cangkir kopi keramik 350 ml,cup.png\n"
)


def draw_view_choice(address: Address) -> None:
    """Draw the choice between one listing and many."""
    st.segmented_control(
        "What to check",
        FIND_VIEWS,
        format_func=_VIEWS.__getitem__,
        required=True,
        label_visibility="collapsed",
        **coupled("find_view", address.find_view),
    )


def draw_batch(finder: Finder, address: Address, deciding: Deciding) -> None:
    """Draw the list that the address names, or the way to upload one."""
    if deciding.problem:
        st.error(plain(deciding.problem), icon=":material/error:")
    batch = None if address.batch is None else batches().get(address.batch)
    if batch is None:
        if address.batch is not None:
            st.warning("The list of this address is no longer kept: upload it again.", icon=":material/history:")
        _draw_upload(finder)
        return
    check = Check.at(finder, batch, address, deciding)
    result = batch.results.get(check.key)
    if result is None:
        job = _start(check)
        if job.state is not State.DONE:
            _draw_unfinished(job, batch)
            return
        result = job.result
    checked = CheckedList(finder=finder, batch=batch, result=result, bands=bands_of(address))
    draw_result(checked, address, partial(_close, batch))


def _start(check: Check) -> Job[Any]:
    """Join the work of this key, or begin it; one that failed is not begun again by looking at it."""
    job = jobs().find(check.key, visitor())
    if job is None:
        if not check.batch.results:  # the same list under another setting is no other list
            list_allowance().take(visitor())
        job = jobs().start(check.key, partial(run_check, check, encoder_of), visitor())
        job.wait(PATIENCE_SECONDS)
    return job


def _draw_unfinished(job: Job[Any], batch: Batch) -> None:
    name = "the samples" if batch.table is None else batch.name
    if job.state is State.FAILED:
        heading, *problems = job.error.split("\n")
        lines = [plain(heading), *(f"- {plain(problem.removeprefix('- '))}" for problem in problems)]
        st.error("\n".join(lines), icon=":material/error:")
        st.button("Choose other files", icon=":material/upload:", on_click=partial(_close, batch))
        st.caption("Both are kept: change the one that is wrong.")
    else:
        draw_job(job, f"Checking {plain(name)}", partial(_cancel, job.key, batch))


def _cancel(key: str, batch: Batch) -> None:
    jobs().cancel(key, visitor())
    _close(batch)


def _close(batch: Batch) -> None:
    """Go back to the fields, which have the files of the list."""
    if batch.table is not None:
        keep_file(_TABLE, batch.name, batch.table)
        drop_file(_PHOTOS)
        if batch.photos is not None:
            keep_file(_PHOTOS, batch.photos_name, batch.photos)
    change_address(batch=None, proposal=None)


def _draw_upload(finder: Finder) -> None:
    bundle = finder.bundle
    st.markdown(
        f"Which of your new listings are in **{plain(bundle.manifest.name)}** already? Each is searched for by photo "
        "and title, and sorted in three: the same product, to be reviewed, or new."
    )
    files, explained = st.columns(2, gap="large")
    with explained:
        st.subheader("What is in the table", anchor=False)
        st.markdown(_FORMAT)
        st.download_button(
            "A table to begin with",
            data=_EXAMPLE_CSV.encode("utf-8-sig"),
            file_name="new-listings.csv",
            mime="text/csv",
            icon=":material/download:",
            type="tertiary",
            on_click="ignore",
        )
    with files:
        st.subheader("Your list", anchor=False)
        _draw_files(finder)
    if bundle.samples is not None:
        _draw_example(bundle.samples)


def _draw_example(samples: SampleQueries) -> None:
    """A list that is there already: the samples of the catalogue, a few of which are shown."""
    st.subheader("No list at hand?", anchor=False)
    with st.container(horizontal=True, vertical_alignment="center"):
        for row in range(min(_SAMPLES_SHOWN, len(samples))):
            draw_sample_picture(samples[row], _SAMPLE_PICTURE)
        st.button(
            f"Try it with an example: {count_text(len(samples), 'listing')}",
            key="batch_example",
            icon=":material/auto_awesome:",
            on_click=change_address,
            kwargs={"batch": SAMPLES_KEY, "proposal": None},
            help="Photos and titles that are not in the catalogue.",
        )


def _draw_files(finder: Finder) -> None:
    table = draw_file(
        "Table: CSV or Parquet",
        _TABLE,
        types=["csv", "parquet"],
        max_mb=MAX_TABLE_MB,
        explained=f"At most {MAX_LISTINGS:,} listings.",
    )
    model = finder.bundle.manifest.photo_model
    if model is None:
        st.caption("This catalogue has titles only: photos are not compared.")
    elif not draw_if_missing(model):
        draw_file(
            "Photos: a zip, if you have them",
            _PHOTOS,
            types=["zip"],
            max_mb=MAX_ZIP_MB,
            explained="Files are kept in memory only, while the app runs.",
        )
    st.button(
        "Check them",
        key="batch_check",
        type="primary",
        icon=":material/fact_check:",
        disabled=table is None,
        on_click=_take_files,
    )


def _take_files() -> None:
    table, photos = kept_file(_TABLE), kept_file(_PHOTOS)
    if table is not None:
        data, name = (None, "") if photos is None else (photos.data, photos.name)
        change_address(batch=batches().put(table.data, table.name, data, name), proposal=None)
