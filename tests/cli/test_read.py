"""``read`` and ``find --read``, with a reader that reads what the test says."""

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from product_matching.cli import main
from product_matching.encoders import print_reader
from product_matching.store.bundle import open_bundle
from product_matching.workflows.verify import verify_bundle
from tests.print_stand_in import StandInReader

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command line with some arguments; returns exit status, stdout and stderr."""

    def run_command(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["product-matching", *map(str, arguments)])
        with pytest.raises(SystemExit) as stopped:
            main()
        captured = capsys.readouterr()
        return int(stopped.value.code or 0), captured.out, captured.err

    return run_command


@pytest.fixture
def bundle(sampled_bundle: Path, tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PRODUCT_MATCHING_MODELS", str(tiny_model.parent))
    shutil.copytree(sampled_bundle, tmp_path / "bundle")
    return tmp_path / "bundle"


@pytest.fixture
def reads_sprayer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(print_reader, "RapidPrintReader", lambda: StandInReader(("KYOKAN sprayer", "2 liter baru")))


@pytest.mark.usefixtures("reads_sprayer")
@pytest.mark.parametrize("by", ["--photo", "--sample", "--listing"])
def test_find_reads_the_photo_and_tells_what_it_read(run: Run, bundle: Path, small_catalogue: Path, by: str) -> None:
    query = {"--photo": small_catalogue / "images" / "2b.jpg", "--sample": "q3", "--listing": "2a"}[by]
    status, out, err = run("find", bundle, by, query, "--read", "--json", "--photo-threshold", 0.9)
    assert status == 0, err
    answer = json.loads(out)
    assert answer["print"]["known"] == ["kyokan", "sprayer", "2l"]
    assert answer["print"]["unknown"] == ["baru"]
    assert [line["text"] for line in answer["print"]["lines"]] == ["KYOKAN sprayer", "2 liter baru"]
    assert set(answer["timing_ms"]) == {"decode", "encode", "read", "search"}
    matched = {match["posting_id"]: match["print_words"] for match in answer["matches"]}
    assert matched["2c"] == ["kyokan", "sprayer", "2l"]


@pytest.mark.usefixtures("reads_sprayer")
def test_find_prints_the_words_before_the_table(run: Run, bundle: Path) -> None:
    status, out, _ = run("find", bundle, "--listing", "2a", "--read")
    assert status == 0
    assert out.startswith("read: kyokan sprayer 2l (not in any title: baru)\n")
    assert "print_distance" in out
    assert run("find", bundle, "--listing", "8a", "--read")[1].startswith("The listing has no photo to read.")


def test_find_without_read_says_nothing_of_print(run: Run, bundle: Path) -> None:
    _, out, _ = run("find", bundle, "--sample", "q3", "--json")
    answer = json.loads(out)
    assert "print" not in answer
    assert "print_words" not in answer["matches"][0]


def test_reading_needs_a_photo(run: Run, bundle: Path) -> None:
    status, _, err = run("find", bundle, "--title", "sprayer", "--read")
    assert status == 2
    assert "--read reads a photo" in err


@pytest.mark.parametrize("arguments", [("find", "--sample", "q3", "--read"), ("read",)])
def test_without_the_extra_it_is_one_sentence(
    run: Run, bundle: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    monkeypatch.setitem(sys.modules, "rapidocr", None)
    status, _, err = run(arguments[0], bundle, *arguments[1:])
    assert (status, err) == (1, "Words on photos need the extra ocr: pip install -e '.[ocr]'.\n")


@pytest.mark.usefixtures("reads_sprayer")
def test_read_keeps_the_print_in_the_bundle(run: Run, bundle: Path, small_catalogue: Path) -> None:
    status, out, err = run("read", bundle, "--images", small_catalogue / "images")
    assert status == 0, err
    assert out == f"{bundle}: print read on 24 photos and 0 thumbnails.\n"
    assert open_bundle(bundle).print_of(0).text == "KYOKAN sprayer 2 liter baru"
    assert verify_bundle(bundle) == []
    status, out, _ = run("read", bundle, "--json", "--workers", 1)
    assert json.loads(out) == {"bundle": str(bundle), "originals": 0, "thumbnails": 24}
