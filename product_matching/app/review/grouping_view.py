"""The groups of a review, or how far making them is."""

from __future__ import annotations

from functools import partial

import streamlit as st

from product_matching.app.jobs import State
from product_matching.app.review.comparing import ComparedPairs, grouping, resume_grouping, stop_grouping
from product_matching.app.review.request import GroupRequest
from product_matching.app.shared.job_view import draw_job
from product_matching.app.shared.wording import plain
from product_matching.store.bundle import Bundle
from product_matching.workflows.catalogue_groups import CatalogueGroups


def groups_or_progress(bundle: Bundle, request: GroupRequest, compared: ComparedPairs) -> CatalogueGroups | None:
    """The groups if they are made; else None, and how far making them is, or the button that begins it, is drawn.

    Raises
    ------
    InputError
        The decisions cannot be read.
    """
    job = grouping(bundle, request, compared)
    if job is not None and job.state is State.DONE:
        return job.result
    if job is not None and not job.finished:
        draw_job(job, "Making the groups", partial(stop_grouping, job))
        return None
    if job is not None and job.error:
        st.error(plain(job.error), icon=":material/error:")
    st.markdown("The groups under these settings are not made yet. Pairs and Decided work without them.")
    st.button(
        "Make the groups", type="primary", icon=":material/workspaces:", key="make_groups", on_click=resume_grouping
    )
    return None
