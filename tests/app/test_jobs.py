"""Jobs in the background of the server, held and released by events: nothing here waits for time to pass."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from product_matching.app.jobs import UNEXPECTED, Job, JobRunner, State
from product_matching.app.shared.job_view import describe_job
from product_matching.errors import InputError
from product_matching.progress import Progress, track
from tests.app.held import SECONDS, Held


@contextmanager
def begun(runner: JobRunner, key: str, visitor: str = "anna") -> Iterator[tuple[Job[object], Held]]:
    """A job that has begun and is held; it is released and finished at the end."""
    work = Held()
    job = runner.start(key, work, visitor)
    assert work.begun.wait(SECONDS)
    try:
        yield job, work
    finally:
        work.released.set()
        assert job.wait(SECONDS)


def test_a_job_gives_its_progress_and_its_result() -> None:
    runner = JobRunner()
    with begun(runner, "a") as (job, work):
        assert job.state is State.RUNNING
        assert not job.finished
        assert (job.stage.description, job.stage.fraction) == ("holding", 0.5)
        with pytest.raises(LookupError, match="it is running"):
            _ = job.result
        work.released.set()
        assert job.wait(SECONDS)
    assert (job.state, job.result, job.error) == (State.DONE, "result", "")
    assert runner.find("a", "anybody") is job


def test_two_visitors_who_ask_for_the_same_key_share_the_job() -> None:
    runner = JobRunner()
    with begun(runner, "a") as (job, work):
        assert runner.find("a", "berta") is None
        assert runner.start("a", Held(), "berta") is job
        assert runner.find("a", "berta") is job
    assert work.calls == 1
    assert runner.start("a", Held(), "carla") is job


def test_a_job_is_cancelled_once_nobody_wants_it() -> None:
    runner = JobRunner()
    with begun(runner, "a") as (job, work):
        runner.start("a", work, "berta")
        runner.cancel("a", "anna")
        assert not job.cancelled
        assert runner.find("a", "anna") is None
        runner.cancel("a", "berta")
        assert job.cancelled
    assert job.state is State.CANCELLED
    assert not job.error
    again = Held("again")
    again.released.set()
    fresh = runner.start("a", again, "anna")
    assert fresh.wait(SECONDS)
    assert fresh.result == "again"


def test_no_more_jobs_run_at_once_than_allowed_and_the_others_wait_in_order() -> None:
    runner = JobRunner(max_running=1)
    order: list[str] = []
    with begun(runner, "first"):
        jobs = [runner.start(key, lambda _, key=key: order.append(key), "anna") for key in ("second", "third")]
        assert [job.state for job in jobs] == [State.WAITING, State.WAITING]
    assert all(job.wait(SECONDS) for job in jobs)
    assert order == ["second", "third"]


def test_two_may_run_at_once_where_two_are_allowed() -> None:
    runner = JobRunner(max_running=2)
    with begun(runner, "first") as (first, _), begun(runner, "second") as (second, _):
        assert first.state is second.state is State.RUNNING


def test_a_waiting_job_that_is_cancelled_never_begins() -> None:
    runner = JobRunner()
    work = Held()
    with begun(runner, "first"):
        job = runner.start("second", work, "anna")
        runner.cancel("second", "anna")
        assert job.state is State.CANCELLED
        assert job.finished
    assert runner.wait_for_all(SECONDS)
    assert work.calls == 0


def test_a_users_mistake_is_told_and_tried_again_on_demand() -> None:
    runner = JobRunner()

    def refuse(progress: Progress) -> str:
        raise InputError("The bundle has no titles.")

    job = runner.start("a", refuse, "anna")
    assert job.wait(SECONDS)
    assert (job.state, job.error) == (State.FAILED, "The bundle has no titles.")
    assert runner.find("a", "anna") is job
    assert runner.find("a", "berta") is None
    work = Held()
    work.released.set()
    assert runner.start("a", work, "anna").wait(SECONDS)
    assert work.calls == 1


def test_an_unexpected_error_is_one_sentence_and_stands_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    runner = JobRunner()

    def fail(progress: Progress) -> str:
        raise ZeroDivisionError("secret detail")

    job = runner.start("a", fail, "anna")
    assert job.wait(SECONDS)
    assert job.error == UNEXPECTED
    assert "secret detail" in caplog.text
    assert runner.start("b", lambda _: "goes on", "anna").wait(SECONDS)


def test_work_that_the_end_of_the_server_cuts_off_is_one_line_of_the_log(caplog: pytest.LogCaptureFixture) -> None:
    def fail(progress: Progress) -> str:
        raise RuntimeError("cannot schedule new futures after interpreter shutdown")

    assert JobRunner().start("a", fail, "anna").wait(SECONDS)
    (record,) = caplog.records
    assert (record.getMessage(), record.exc_info) == ("The job a ended with the server", None)


def test_results_beyond_the_limit_are_dropped_the_least_recently_used_first() -> None:
    runner = JobRunner(max_kept=2)
    for key in ("a", "b"):
        assert runner.start(key, lambda _: "", "anna").wait(SECONDS)
    assert runner.find("a", "anna") is not None
    assert runner.start("c", lambda _: "", "anna").wait(SECONDS)
    with begun(runner, "d"):  # dropping happens when the next job begins, at the latest
        kept = [key for key in "abcd" if runner.find(key, "anna") is not None]
    assert kept == ["a", "c", "d"]


def test_a_job_tracks_an_iteration() -> None:
    runner = JobRunner()
    job = runner.start("a", lambda progress: list(track(progress, range(4), "counting")), "anna")
    assert job.wait(SECONDS)
    assert job.result == [0, 1, 2, 3]
    assert job.stage.fraction == 1.0


def test_a_job_is_described_by_what_it_does_and_how_far_it_is() -> None:
    runner = JobRunner()
    with begun(runner, "first") as (job, _):
        waiting = runner.start("second", lambda _: None, "anna")
        assert describe_job(waiting, "Grouping") == "Grouping. It begins when other work on this server is done."
        assert re.fullmatch(r"Grouping: holding 50%, \d+ s so far", describe_job(job, "Grouping"))
        job.advance()
        assert re.fullmatch(r"Grouping: holding done, \d+ s so far", describe_job(job, "Grouping"))
        job.begin("deciding", 0)
        assert re.fullmatch(r"Grouping: deciding, \d+ s so far", describe_job(job, "Grouping"))
        job.begin("", 0)
        assert re.fullmatch(r"Grouping: \d+ s so far", describe_job(job, "Grouping"))
