"""The view of a job in the background: its progress and a button that cancels it; the page stays usable."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import streamlit as st

from product_matching.app.jobs import Job, State

_VISITOR = "visitor"
_REFRESH_SECONDS = 1.0


def visitor() -> str:
    """Names the session towards the jobs of the server."""
    if _VISITOR not in st.session_state:
        st.session_state[_VISITOR] = uuid4().hex
    return str(st.session_state[_VISITOR])


@st.fragment(run_every=_REFRESH_SECONDS)
def draw_job(job: Job[Any], what: str, cancel: Callable[[], None]) -> None:
    """Draw a job that is not finished, again every second; the page is drawn anew once it is.

    Parameters
    ----------
    job
        The job.
    what
        Name of the work.
    cancel
        Called when it is cancelled.
    """
    if job.finished or job.cancelled:
        st.rerun()
    with st.container(border=True):
        if job.stage.total > 0:
            st.progress(job.stage.fraction, text=describe_job(job, what))
        else:
            st.markdown(f":material/hourglass_top: {describe_job(job, what)}")
        st.button("Cancel", key=f"cancel_{job.key}", icon=":material/close:", on_click=cancel)


@st.fragment(run_every=_REFRESH_SECONDS)
def draw_waiting(job: Job[Any], what: str) -> None:
    """Draw one quiet line while a job that was not asked for goes on; the page is drawn anew once it is finished."""
    if job.finished or job.cancelled:
        st.rerun()
    st.caption(f":material/hourglass_top: {what}")


def describe_job(job: Job[Any], what: str) -> str:
    """Say what a job does, and how far it is."""
    if job.state is State.WAITING:
        return f"{what}. It begins when other work on this server is done."
    stage = job.stage
    share = "done" if stage.fraction == 1 else f"{stage.fraction:.0%}"
    phase = f"{stage.description} {share}" if stage.total > 0 else stage.description
    return f"{what}: {', '.join(filter(None, [phase, f'{job.seconds:.0f} s so far']))}"
