"""The bars of the command line."""

import pytest

from product_matching.cli.progress import bars
from product_matching.progress import Progress, track


def test_bars_show_each_stage_on_stderr_alone(capsys: pytest.CaptureFixture[str]) -> None:
    with bars(keep=True) as progress:
        shown: Progress = progress
        for stage in ("photos", "titles"):
            list(track(shown, range(3), stage, unit=stage[:-1]))
    out, err = capsys.readouterr()
    assert out == ""
    assert "photos: 100%" in err
    assert "titles: 100%" in err
    assert "3/3" in err


def test_a_stage_without_a_number_of_steps_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with bars() as progress:
        progress.begin("preparing the pair scorer", 0)
    out, err = capsys.readouterr()
    assert out == ""
    assert "preparing the pair scorer ..." in err
    assert "step" not in err


def test_bars_show_bytes_in_megabytes(capsys: pytest.CaptureFixture[str]) -> None:
    with bars(keep=True) as progress:
        progress.begin("downloading", 5_000_000, unit="B")
        progress.advance(5_000_000)
    assert "5.00M/5.00M" in capsys.readouterr().err
