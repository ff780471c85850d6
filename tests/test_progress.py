"""Progress of long work: stages are counted, cancelling stops the work between two steps."""

import pytest

from product_matching.progress import NO_PROGRESS, Cancelled, Progress, stop_if_cancelled, track
from tests.recorded_progress import RecordedProgress


def test_track_yields_every_item_and_counts_each_once() -> None:
    progress = RecordedProgress()
    assert list(track(progress, "abc", "letters")) == ["a", "b", "c"]
    assert progress.stages == {"letters": [3, 3]}


def test_track_of_a_generator_takes_its_total() -> None:
    progress = RecordedProgress()
    assert list(track(progress, iter("abc"), "letters", total=7)) == ["a", "b", "c"]
    assert progress.stages == {"letters": [3, 7]}


def test_track_of_a_generator_without_a_total_is_refused() -> None:
    with pytest.raises(TypeError):
        list(track(NO_PROGRESS, iter("abc"), "letters"))


def test_track_stops_before_the_item_after_the_cancellation() -> None:
    progress = RecordedProgress(cancel_in="letters", cancel_after=2)
    letters = track(progress, "abcd", "letters")
    assert [next(letters), next(letters)] == ["a", "b"]
    with pytest.raises(Cancelled):
        next(letters)


def test_no_progress_never_stops_the_work() -> None:
    progress: Progress = NO_PROGRESS
    progress.begin("anything", 1)
    progress.advance()
    stop_if_cancelled(progress)
