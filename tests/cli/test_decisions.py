"""Decisions on the command line: taken over, written, and obeyed by `match` and `find`."""

import csv
import json
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from product_matching.cli import app
from product_matching.listings.catalogue import Catalogue
from product_matching.matching.second_stage.listing_data import ListingData
from product_matching.matching.second_stage.presets import Measured, Preset
from product_matching.matching.second_stage.scorer_file import read_scorer, write_scorer
from product_matching.store.bundle import open_bundle
from product_matching.workflows.build import build_bundle
from product_matching.workflows.choose_scorer import choose_scorer
from tests.matching.second_stage.conftest import cosmetics_data, make_scorer, make_small

DECIDED = "first,second,decision\n0a,8a,same\n3a,3b,different\n"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def decide(tmp_path: Path) -> Callable[[Path, str], Result]:
    """A function that imports a file with some content into a bundle."""

    def take_over(bundle: Path, content: str) -> Result:
        (tmp_path / "decisions.csv").write_text(content, encoding="utf-8")
        return run("decisions", "import", bundle, tmp_path / "decisions.csv")

    return take_over


def lists_in(path: Path) -> dict[str, list[str]]:
    with path.open(newline="") as stream:
        return {row["posting_id"]: row["matches"].split()[1:] for row in csv.DictReader(stream)}


def groups_in(path: Path) -> dict[str, str]:
    with path.open(newline="") as stream:
        return {row["posting_id"]: row["group"] for row in csv.DictReader(stream)}


@pytest.mark.parametrize(
    "options", [(), ("--chain",), ("--photo-threshold", 0, "--title-threshold", 0), ("--limit", 2)]
)
def test_match_obeys_decisions_with_and_without_groups(
    small_bundle: Path, tmp_path: Path, decide: Callable[[Path, str], Result], options: tuple[object, ...]
) -> None:
    assert "2 decisions taken over, 0 held already" in decide(small_bundle, DECIDED).stdout
    alone, both, groups = (tmp_path / name for name in ("alone.csv", "both.csv", "groups.csv"))
    assert run("match", small_bundle, "--out", alone, *options).exit_code == 0
    done = run("match", small_bundle, "--out", both, "--groups", groups, *options)
    assert done.stdout.endswith("2 decisions applied\n")
    assert done.stderr.count("contradict") == 0
    assert alone.read_bytes() == both.read_bytes()
    matches, numbers = lists_in(alone), groups_in(groups)
    assert (matches["0a"][0], matches["8a"]) == ("8a", ["0a"])
    assert "3b" not in matches["3a"]
    assert "3a" not in matches["3b"]
    assert numbers["0a"] == numbers["8a"]
    assert numbers["3a"] != numbers["3b"]


def test_find_by_distances_obeys_decisions_and_says_which_were_made(
    small_bundle: Path, decide: Callable[[Path, str], Result]
) -> None:
    decide(small_bundle, DECIDED)
    for options in ((), ("--photo-threshold", 0.001, "--title-threshold", 0)):
        found = json.loads(run("find", small_bundle, "--listing", "0a", "--json", *options).stdout)
        assert (found["matches"][0]["posting_id"], found["matches"][0]["decision"]) == ("8a", "same")
        assert all("decision" not in match for match in found["matches"][1:])
        assert found["decisions"] == {"applied": 1, "stale": 0}
    found = json.loads(run("find", small_bundle, "--listing", "3a", "--json").stdout)
    assert "3b" not in {match["posting_id"] for match in found["matches"]}
    assert found["total"] == len(found["matches"])
    told = run("find", small_bundle, "--listing", "0a").stdout
    assert "1 decision applied" in told
    assert told.splitlines()[0].split()[:2] == ["posting_id", "decision"]
    assert "decision" not in run("find", small_bundle, "--listing", "5a").stdout
    assert "decisions" not in json.loads(run("find", small_bundle, "--title", "sprayer pompa", "--json").stdout)


def test_a_pair_scorer_obeys_decisions_too(tmp_path: Path, decide: Callable[[Path, str], Result]) -> None:
    bundle, scorer = make_scored(tmp_path)
    assert "p1" in {match["posting_id"] for match in found_by(bundle, scorer, "p0")["matches"]}
    decide(bundle, "first,second,decision\np0,p80,same\np0,p1,different\n")
    found = found_by(bundle, scorer, "p0")
    first, *others = found["matches"]
    assert (first["posting_id"], first["decision"], first["score"], first["reasons"]) == ("p80", "same", None, [])
    assert all(match["score"] >= 0.5 and match["posting_id"] != "p1" for match in others)
    assert (found["total"], found["decisions"]) == (len(others) + 1, {"applied": 2, "stale": 0})
    assert "p80" in run("find", bundle, "--listing", "p0", "--pairs", scorer).stdout.splitlines()[1]
    out, groups = tmp_path / "m.csv", tmp_path / "g.csv"
    done = run("match", bundle, "--pairs", scorer, "--out", out, "--groups", groups)
    assert "2 decisions applied" in done.stdout
    assert lists_in(out)["p0"] == [match["posting_id"] for match in found["matches"]]
    assert groups_in(groups)["p0"] == groups_in(groups)["p80"] != groups_in(groups)["p1"]


def make_scored(folder: Path) -> tuple[Path, Path]:
    """A bundle of 81 titles and a pair scorer that is trained on them."""
    data, labels = cosmetics_data()
    listings = pd.DataFrame({"posting_id": [f"p{row}" for row in range(len(labels))], "title": data.titles})
    build_bundle(Catalogue(listings, None), folder / "cosmetics")
    scorer = make_scorer(make_small(ListingData(data.titles, [""] * len(labels)), labels))
    write_scorer(scorer, folder / "scorer")
    return folder / "cosmetics", folder / "scorer"


def found_by(bundle: Path, scorer: Path, listing: str, *options: object) -> dict:
    return json.loads(run("find", bundle, "--listing", listing, "--pairs", scorer, "--json", *options).stdout)


def test_the_nearest_that_is_named_where_nothing_matches_is_none_that_was_refused(
    tmp_path: Path, decide: Callable[[Path, str], Result]
) -> None:
    bundle, scorer = make_scored(tmp_path)
    nearest = found_by(bundle, scorer, "p0", "--sure", 99)
    refused = [match["posting_id"] for match in nearest["matches"] or nearest["nearest"]]
    decide(bundle, "first,second,decision\n" + "".join(f"p0,{other},different\n" for other in refused))
    found = found_by(bundle, scorer, "p0", "--sure", 99)
    assert found["matches"] == []
    assert found["nearest"][0]["posting_id"] not in refused


def test_stale_decisions_are_counted_exported_as_such_and_not_applied(
    small_catalogue: Path, tmp_path: Path, decide: Callable[[Path, str], Result]
) -> None:
    table = pd.read_csv(small_catalogue / "listings.csv", dtype=str, keep_default_na=False).drop(columns="image")
    bundle, csv_file = tmp_path / "titles", tmp_path / "c.csv"
    table.to_csv(csv_file, index=False)
    assert run("build", csv_file, "--out", bundle).exit_code == 0
    decide(bundle, "first,second,decision\n0a,8a,same\n1a,1b,different\n2a,8a,same\n")
    table.loc[table["posting_id"] == "0a", "title"] += " new"
    table[table["posting_id"] != "2a"].to_csv(csv_file, index=False)
    assert run("build", csv_file, "--out", bundle, "--overwrite").exit_code == 0
    done = run("match", bundle, "--out", tmp_path / "m.csv")
    assert "1 decision applied, 2 stale (a listing changed or is gone)" in done.stdout
    assert lists_in(tmp_path / "m.csv")["8a"] == []
    assert json.loads(run("find", bundle, "--listing", "8a", "--json").stdout)["decisions"] == {
        "applied": 0,
        "stale": 2,
    }
    exported = run("decisions", "export", bundle, "--out", tmp_path / "d.csv")
    assert exported.stdout == f"{tmp_path / 'd.csv'}: 3 decisions, 2 of them stale\n"
    with (tmp_path / "d.csv").open(newline="") as stream:
        assert [row["stale"] for row in csv.DictReader(stream)] == ["yes", "no", "yes"]
    assert (
        "0 decisions taken over, 1 held already, 2 stale ones left out"
        in run("decisions", "import", bundle, tmp_path / "d.csv").stdout
    )


def test_a_contradiction_is_one_sentence_on_stderr(
    small_bundle: Path, tmp_path: Path, decide: Callable[[Path, str], Result]
) -> None:
    content = "first,second,decision\n0a,1a,same\n1a,2a,same\n0a,2a,different\n"
    assert decide(small_bundle, content).stderr.startswith("By decisions '0a' and '2a' are different, but")
    done = run("match", small_bundle, "--out", tmp_path / "m.csv", "--groups", tmp_path / "g.csv")
    assert done.exit_code == 0
    assert "By decisions '0a' and '2a' are different, but a chain of pairs makes them the same" in done.stderr
    matches, groups = lists_in(tmp_path / "m.csv"), groups_in(tmp_path / "g.csv")
    assert "1a" in matches["0a"]
    assert {"0a", "2a"} <= set(matches["1a"])
    assert "2a" not in matches["0a"]
    assert groups["0a"] != groups["2a"]


def test_a_bundle_built_anew_elsewhere_keeps_its_decisions(
    small_bundle: Path, tmp_path: Path, decide: Callable[[Path, str], Result]
) -> None:
    decide(small_bundle, DECIDED)
    shutil.copytree(small_bundle, tmp_path / "moved")
    assert "2 decisions applied" in run("match", tmp_path / "moved", "--out", tmp_path / "m.csv").stdout


def test_a_bundle_without_labels_has_probabilities_fitted_to_its_decisions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, decide: Callable[[Path, str], Result]
) -> None:
    bundle, folder = make_scored(tmp_path)
    monkeypatch.setenv("PRODUCT_MATCHING_MODELS", str(tmp_path / "models"))
    preset = Preset(
        name="balanced", probability=0.5, measured={"both": Measured(precision=0.9, recall=0.9, accepted=9)}
    )
    write_scorer(replace(read_scorer(folder), presets=(preset,)), tmp_path / "models" / "pairs" / "elsewhere")
    own = tmp_path / "models" / "pairs" / "own"

    def pairs(count: int) -> str:
        same, different = (
            [f"p{3 * row},p{3 * row + step},{word}\n" for row in range(count)]
            for step, word in ((1, "same"), (3, "different"))
        )
        return "first,second,decision\n" + "".join(same + different)

    assert "no label groups" in str(run("train-pairs", bundle, "--out", own).exception)
    decide(bundle, pairs(5))
    told = str(run("train-pairs", bundle, "--out", own).exception)
    assert "at least 40 decided pairs" in told
    assert "5 are the same and 5 not" in told
    decide(bundle, pairs(26))
    done = run("train-pairs", bundle, "--out", own)
    assert "fitted to 52 decisions on this catalogue" in done.stdout
    assert "F1" not in done.stdout + (own / "README.md").read_text()
    chosen = choose_scorer(open_bundle(bundle))
    assert chosen is not None
    assert (chosen.name, chosen.calibrated_here) == ("own", True)


def test_a_pair_is_explained_by_the_scorer_that_decides(tmp_path: Path) -> None:
    bundle, scorer = make_scored(tmp_path)
    told = run("explain", bundle, "p0", "p1", "--pairs", scorer)
    assert re.match(r"\d+ % same product by the pair scorer scorer: a match at 50 %\nreason ", told.stdout)
    found = json.loads(run("explain", bundle, "p0", "p1", "--pairs", scorer, "--json").stdout)
    assert found["score"] >= 0.5
    assert found["reasons"]
    assert "title_distance" in found
    assert "same product" not in run("explain", bundle, "p0", "p1", "--decide", "distances").stdout
    assert "too far apart for the pair scorer" in run("explain", bundle, "p0", "p80", "--pairs", scorer).stdout
