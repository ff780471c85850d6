"""The command line, run as a user runs it (in this process, so that torch is imported once)."""

import csv
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from product_matching.cli import main
from product_matching.store.kept_pairs import KEPT_FILES, PAIR_SCORES_FILE
from product_matching.workflows.left_out_file import read_left_out

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
def built(run: Run, small_catalogue: Path, tiny_model: Path, tmp_path: Path) -> Path:
    out = tmp_path / "embeddings" / "small"
    status, _, err = run(
        "build", small_catalogue / "listings.csv", "--images", small_catalogue / "images", "--model", tiny_model,
        "--device", "cpu", "--batch-size", 8, "--out", out,
    )  # fmt: skip
    assert status == 0, err
    return out


def test_build_find_match_and_verify(
    run: Run, built: Path, small_catalogue: Path, tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PRODUCT_MATCHING_MODELS", str(tiny_model.parent))
    monkeypatch.setenv("PRODUCT_MATCHING_EMBEDDINGS", str(built.parent))
    status, out, _ = run("find", "small", "--photo", small_catalogue / "images" / "4b.jpg", "--json")
    answer = json.loads(out)
    assert status == 0
    assert set(answer) == {"mode", "matches", "total", "decided_by", "timing_ms"}
    assert set(answer["timing_ms"]) == {"decode", "encode", "search"}
    first = answer["matches"][0]
    assert first["posting_id"] == "4b"
    assert first["photo_distance"] == 0
    assert first["by"] == ["photo"]
    assert first["title_distance"] is None
    assert first["price"] == "40"
    assert run("match", built, "--out", tmp_path / "matches.csv")[0] == 0
    with (tmp_path / "matches.csv").open(newline="") as stream:
        matches = {row["posting_id"]: set(row["matches"].split()) for row in csv.DictReader(stream)}
    assert matches["4a"] == {"4a", "4b", "4c"}
    status, out, _ = run("verify", built)
    intact, photo, title = out.splitlines()
    assert (status, intact) == (0, f"{built} is intact.")
    assert photo.split() == ["photo_index", "flat,", "exact"]
    assert title.split() == ["title_index", "sparse,", "exact"]


def test_build_writes_what_the_library_builds(built: Path, small_bundle: Path) -> None:
    ours, theirs = (
        {path.name: path.read_bytes() for path in folder.iterdir() if path.name not in KEPT_FILES}
        for folder in (built, small_bundle)
    )
    assert ours == theirs


def test_build_takes_queries(
    run: Run, small_catalogue: Path, small_queries: Path, tiny_model: Path, sampled_bundle: Path, tmp_path: Path
) -> None:
    status, out, err = run(
        "build", small_catalogue / "listings.csv", "--images", small_catalogue / "images", "--model", tiny_model,
        "--queries", small_queries, "--device", "cpu", "--batch-size", 8, "--out", tmp_path / "demo", "--json",
    )  # fmt: skip
    assert status == 0, err
    assert json.loads(out)["queries"] == 5
    ours, theirs = (
        {path.name: path.read_bytes() for path in folder.iterdir()} for folder in (tmp_path / "demo", sampled_bundle)
    )
    assert ours == theirs


def test_find_by_title_needs_no_model(run: Run, built: Path) -> None:
    status, out, _ = run("find", built, "--title", "speaker bluetooth FLECO f6")
    assert status == 0
    assert out.splitlines()[1].split()[0] == "7a"
    assert "3 of 3 matches" in out


def test_find_by_a_sample_needs_no_model(run: Run, sampled_bundle: Path) -> None:
    status, out, err = run("find", sampled_bundle, "--sample", "q3", "--json")
    assert status == 0, err
    assert {match["posting_id"] for match in json.loads(out)["matches"]} == {"3a", "3b", "3c"}
    both = json.loads(run("find", sampled_bundle, "--sample", "q3", "--title", "Gantungan Kunci Kayu", "--json")[1])
    assert {match["posting_id"]: match["by"] for match in both["matches"]}["8a"] == ["title"]
    assert len(both["matches"]) == 4


def test_find_with_tight_thresholds_says_what_to_do(run: Run, built: Path) -> None:
    status, out, _ = run("find", built, "--title", "speaker", "--title-threshold", 0)
    assert status == 0
    assert "No listing is within the thresholds; larger thresholds accept more." in out


def test_find_prints_no_more_than_asked_for(run: Run, built: Path) -> None:
    query = ("find", built, "--listing", "0a", "--title-threshold", 0.99)
    every = json.loads(run(*query, "--json")[1])
    limited = json.loads(run(*query, "--limit", 1, "--json")[1])
    assert every["total"] == len(every["matches"]) > 1
    assert limited["matches"] == every["matches"][:1]
    assert limited["total"] == every["total"]
    assert f"1 of {every['total']} matches" in run(*query, "--limit", 1)[1]


def test_a_folder_without_a_manifest_does_not_hide_the_bundle_of_its_name(
    run: Run, built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PRODUCT_MATCHING_EMBEDDINGS", str(built.parent))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "small").mkdir()
    (tmp_path / "other").mkdir()
    assert "3 of 3 matches" in run("find", "small", "--title", "speaker bluetooth FLECO f6")[1]
    status, out, _ = run("verify", "small")
    assert (status, out.splitlines()[0]) == (0, f"{built} is intact.")
    for command in (
        ("find", "other", "--title", "lamp"),
        ("evaluate", "other", "--method", "idf", "--protocol", "full"),
    ):
        status, _, err = run(*command)
        assert status == 1
        assert err == (
            f"There is no bundle at other or {built.parent / 'other'} (no manifest.json): make one with the build "
            "command.\n"
        )


def test_match_obeys_its_thresholds(run: Run, built: Path, tmp_path: Path) -> None:
    run("match", built, "--out", tmp_path / "m.csv", "--photo-threshold", 0, "--title-threshold", 0)
    with (tmp_path / "m.csv").open(newline="") as stream:
        assert all(row["posting_id"] == row["matches"] for row in csv.DictReader(stream))


def test_build_reports_json(run: Run, small_catalogue: Path, tmp_path: Path) -> None:
    status, out, _ = run("build", small_catalogue / "listings.csv", "--out", tmp_path / "titles", "--json")
    scored_by = json.loads(out)["scored_by"]
    assert (tmp_path / "titles" / PAIR_SCORES_FILE).exists()
    options = ("--out", tmp_path / "unscored", "--no-scores", "--json")
    unscored = json.loads(run("build", small_catalogue / "listings.csv", *options)[1])
    assert (scored_by, unscored["scored_by"]) == ("demo", None)
    assert not (tmp_path / "unscored" / PAIR_SCORES_FILE).exists()
    summary = json.loads(out)
    assert status == 0
    assert (summary["listings"], summary["photos"], summary["titles"]) == (25, 0, 25)


def test_build_can_leave_out_what_cannot_be_used(
    run: Run, small_catalogue: Path, tiny_model: Path, tmp_path: Path
) -> None:
    lines = (small_catalogue / "listings.csv").read_text(encoding="utf-8")
    (tmp_path / "c.csv").write_text(f"{lines}0a,,Twice,,1\n9a,nowhere.jpg,Rak Bambu,,2\n", encoding="utf-8")
    photos = ("--images", small_catalogue / "images", "--model", tiny_model, "--device", "cpu")
    given = ("build", tmp_path / "c.csv", *photos)
    status, _, err = run(*given, "--out", tmp_path / "strict")
    assert status == 1
    assert "duplicate posting_id: row 26 ('0a' as in row 1)" in err
    assert not (tmp_path / "strict").exists()
    status, out, err = run(*given, "--out", tmp_path / "b", "--skip-bad", "--json")
    summary = json.loads(out)
    assert (status, summary["listings"], summary["photos"]) == (0, 26, 24), err
    assert summary["left_out"] == [
        {"line": 27, "posting_id": "0a", "reason": "duplicate posting_id: '0a' as in line 2"}
    ]
    (kept,) = read_left_out(tmp_path / "b")
    assert (kept.posting_id, kept.line, kept.reason) == ("0a", 27, "duplicate posting_id: '0a' as in line 2")
    assert list(summary["unreadable_photos"]) == ["9a"]
    assert summary["unreadable_photos"]["9a"] == "no such photo: 'nowhere.jpg'"
    assert run("verify", tmp_path / "b")[0] == 0


def test_build_says_that_a_small_catalogue_is_not_tuned_on(run: Run, tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text("posting_id,title\na,Red lamp\nb,Blue lamp\nc,Chair\nd,Tea\ne,Green tea\n")
    status, out, err = run("build", tmp_path / "c.csv", "--out", tmp_path / "b")
    assert status == 0, err
    assert "title_threshold  0.41 (N 5, not tuned: fewer than 20 listings without labels)" in out


def test_another_column_can_name_the_products(run: Run, small_catalogue: Path, tmp_path: Path) -> None:
    run("build", small_catalogue / "listings.csv", "--label-column", "price", "--out", tmp_path / "titles")
    manifest = json.loads((tmp_path / "titles" / "manifest.json").read_text())
    assert "own labels" in manifest["title_threshold"]["protocol"]


def test_verify_fails_on_a_changed_file(run: Run, built: Path) -> None:
    (built / "listings.parquet").write_bytes((built / "listings.parquet").read_bytes()[:-1] + b"x")
    status, out, err = run("verify", built)
    assert status == 1
    assert "listings.parquet" in out + err


def test_help_names_every_command(run: Run) -> None:
    status, out, _ = run("--help")
    assert status == 0
    assert all(command in out for command in ("build", "find", "match", "verify"))


def test_an_interrupted_build_says_that_its_work_is_kept(
    run: Run, small_catalogue: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("product_matching.workflows.build.build_bundle", interrupt)
    status, _, err = run("build", small_catalogue / "listings.csv", "--out", tmp_path / "out")
    assert status == 130
    assert err.startswith("Interrupted. Photos embedded so far are kept")


def groups_in(path: Path) -> dict[str, str]:
    with path.open(newline="") as stream:
        return {row["posting_id"]: row["group"] for row in csv.DictReader(stream)}


def test_match_writes_groups_under_rules(run: Run, built: Path, tmp_path: Path) -> None:
    status, out, err = run(
        "match", built, "--chain", "--quantity-veto", "--groups", tmp_path / "g.csv", "--out", tmp_path / "m.csv",
    )  # fmt: skip
    assert status == 0, err
    groups = groups_in(tmp_path / "g.csv")
    assert groups["3a"] == groups["3b"] == groups["3c"]
    assert "thresholds: photo" in out
    assert (tmp_path / "m.csv").is_file()


def test_find_takes_rules(run: Run, built: Path) -> None:
    _, out, _ = run("find", built, "--listing", "0a", "--photo-threshold", 0, "--title-threshold", 0,
                    "--phash-bits", 12, "--json")  # fmt: skip
    assert {match["posting_id"] for match in json.loads(out)["matches"]} == {"0b", "0c"}


def test_explain_tells_the_words_and_the_quantities(run: Run, built: Path) -> None:
    status, out, _ = run("explain", built, "1a", "1b")
    assert status == 0
    assert "volume    220 and 220 agree" in out
    assert "nescafe" in out
    assert "bits differ" in out
    explanation = json.loads(run("explain", built, "1a", "1b", "--json")[1])
    assert explanation["vetoed"] is False
    assert explanation["phash_bits"] is not None


def many_products(path: Path) -> Path:
    colours = ("merah", "biru", "hijau", "kuning", "hitam", "putih")
    things = ("lampu meja", "tas ransel", "botol minum", "sepatu lari", "buku tulis", "jam dinding", "gelas kaca")
    lines = ["posting_id,title,label_group"]
    for number, (colour, thing) in enumerate((c, t) for t in things for c in colours):
        for copy, words in enumerate(("", "murah ", "READY ", "original ")):
            lines.append(f"{number}x{copy},{words}{thing} {colour} tipe A{number},{number}")
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.mark.parametrize("protocol", ["full", "fold", "dense", "half"])
def test_evaluate_prints_what_a_figure_needs(run: Run, tmp_path: Path, protocol: str) -> None:
    path = many_products(tmp_path / "c.csv")
    status, out, err = run("evaluate", path, "--method", "idf", "--protocol", protocol, "--json")
    assert status == 0, err
    report = json.loads(out)
    assert {"method", "protocol", "n_queries", "n_catalogue", "threshold", "f1", "f1_interval", "precision", "recall",
            "seconds"} <= set(report)  # fmt: skip
    assert report["protocol"] == protocol
    assert 0 < report["f1"] <= 1


def test_evaluate_measures_a_bundle_by_its_photos_alone(run: Run, small_bundle: Path) -> None:
    status, out, err = run("evaluate", small_bundle, "--method", "photo", "--protocol", "full", "--json")
    assert status == 0, err
    report = json.loads(out)
    assert (report["method"], report["n_catalogue"], report["f1"]) == ("photo", 25, 1.0)


def test_evaluate_leaves_out_what_the_model_of_a_bundle_was_trained_on(run: Run) -> None:
    demo = Path(__file__).parents[2] / "embeddings" / "demo"
    status, out, err = run("evaluate", demo, "--method", "photo", "--protocol", "full", "--json")
    assert status == 0, err
    parts = pd.read_csv(demo.parents[1] / "demo" / "listings.csv")["part"]
    assert json.loads(out)["n_catalogue"] == (parts != "train").sum()
    assert f"{(parts == 'train').sum():,} listings of the part 'train' are left out" in err
    status, out, err = run("evaluate", demo, "--method", "phash", "--protocol", "full", "--json")
    assert (status, json.loads(out)["n_catalogue"], err) == (0, len(parts), "")


def test_evaluate_all_writes_a_table(run: Run, tmp_path: Path) -> None:
    path = many_products(tmp_path / "c.csv")
    status, out, err = run("evaluate", path, "--method", "all", "--protocol", "full", "--out", tmp_path / "t.md")
    assert status == 1
    assert "image_phash" in err
    with_photos = path.read_text().replace("label_group\n", "label_group,image_phash\n", 1).splitlines()
    rows = [with_photos[0], *(f"{line},{len(line) % 4:016x}" for line in with_photos[1:])]
    path.write_text("\n".join(rows) + "\n")
    status, out, err = run("evaluate", path, "--method", "all", "--protocol", "full", "--out", tmp_path / "t.md")
    assert status == 0, err
    methods = [line.split("|")[1].strip() for line in out.splitlines()[2:]]
    assert methods == ["phash", "idf", "tfidf", "glove", "glove-idf", "chain"]
    assert (tmp_path / "t.md").read_text() == out


def test_evaluate_measures_sentence_models_as_they_are_and_fine_tuned(
    run: Run, tmp_path: Path, tiny_sentence_model: Path
) -> None:
    path = many_products(tmp_path / "c.csv")
    ask = ("evaluate", path, "--protocol", "fold", "--json", "--method")
    status, out, err = run(*ask, "sentence", "--sentence", tiny_sentence_model)
    assert status == 0, err
    plain = json.loads(out)
    recipe = tmp_path / "short.toml"
    recipe.write_text(
        f'backbone = "{tiny_sentence_model}"\nmax_tokens = 32\nepochs = 4\nbatch_size = 8\nlearning_rate = 0.01\n'
        "warmup_epochs = 0.1\n"
    )
    status, out, err = run(*ask, "sentence", "--sentence", recipe)
    assert status == 0, err
    assert json.loads(out)["f1"] != plain["f1"]
    assert json.loads(out)["n_queries"] == plain["n_queries"]
    for method, option, expected, sentence in (
        ("sentence", (), 1, "give a recipe or a model"),
        ("idf", ("--sentence", recipe), 2, "no effect with the method 'idf'"),
        ("sentence", ("--sentence", tmp_path / "none.toml"), 1, "cannot be read"),
    ):
        status, _, err = run(*ask, method, *option)
        assert status == expected
        assert sentence in err
    status, out, err = run(
        "evaluate", path, "--protocol", "half", "--json", "--method", "chain+sentence", "--sentence", recipe
    )
    assert status == 0, err
    assert 0 < json.loads(out)["f1"] <= 1
    status, _, err = run("evaluate", path, "--protocol", "full", "--method", "sentence", "--sentence", recipe)
    assert status == 1
    assert "is measured under fold, dense or half only, not 'full'" in err


def test_a_trained_scorer_decides_in_find_and_match(run: Run, tmp_path: Path) -> None:
    path = many_products(tmp_path / "c.csv")
    assert run("build", path, "--out", tmp_path / "b")[0] == 0
    status, _, err = run("train-pairs", path, "--out", tmp_path / "pairs")
    assert status == 0, err
    status, out, err = run("find", tmp_path / "b", "--title", "lampu meja merah tipe A0", "--pairs",
                           tmp_path / "pairs", "--json")  # fmt: skip
    matches = json.loads(out)["matches"]
    assert status == 0, err
    assert matches[0]["posting_id"].startswith("0x")
    assert 0 <= matches[0]["score"] <= 1
    assert matches[0]["reasons"]
    assert "preparing" not in err
    _, out, err = run("find", tmp_path / "b", "--title", "lampu meja merah tipe A0", "--pairs", tmp_path / "pairs")
    assert "preparing the pair scorer" in err
    assert "preparing" not in out
    assert re.search(r"matches \(the same product with at least [\d.]+ % by the pair scorer pairs", out)
    ask = ("find", tmp_path / "b", "--title", "lampu kayu biru", "--pairs", tmp_path / "pairs", "--sure", "99.99")
    assert "No listing" in run(*ask)[1]
    status, _, err = run("match", tmp_path / "b", "--pairs", tmp_path / "pairs", "--out", tmp_path / "m.csv")
    assert status == 0, err
    with (tmp_path / "m.csv").open(newline="") as stream:
        assert {row["posting_id"] for row in csv.DictReader(stream)} == {
            row.split(",")[0] for row in path.read_text().splitlines()[1:]
        }


def test_the_figure_of_a_scorer_comes_from_its_file_and_only_on_request(run: Run, tmp_path: Path) -> None:
    table = pd.read_csv(many_products(tmp_path / "c.csv"), dtype=str, keep_default_na=False)
    groups = np.unique(table["label_group"], return_inverse=True)[1]
    table["part"] = np.array(["train", "validation", "test"], dtype=object)[groups % 3]
    table.to_csv(tmp_path / "c.csv", index=False)
    assert run("build", tmp_path / "c.csv", "--out", tmp_path / "b")[0] == 0
    status, out, err = run("train-pairs", tmp_path / "b", "--out", tmp_path / "pairs")
    assert status == 0, err
    assert "trained on the part train, tuned on the part validation" in out
    ask = ("evaluate", tmp_path / "b", "--pairs", tmp_path / "pairs", "--protocol")
    status, out, err = run(*ask, "parts", "--json")
    validation = json.loads(out)["validation"]
    assert status == 0, err
    assert validation["n"] == (table["part"] == "validation").sum()
    status, out, err = run(*ask, "parts", "--test", "--json")
    report = json.loads(out)
    assert status == 0, err
    assert report["n_catalogue"] == (table["part"] == "test").sum()
    assert report["threshold"] == pytest.approx(validation["threshold"], abs=1e-6)
    low, high = report["f1_interval"]
    assert 0 < low <= report["f1"] <= high <= 1
    for wrong in (("fold",), ("parts", "--method", "idf")):
        status, _, err = run(*ask, *wrong)
        assert status == 2
        assert "--pairs replaces --method" in err
    status, _, err = run("evaluate", tmp_path / "b", "--protocol", "fold")
    assert status == 2
    assert "give --method, or --pairs" in err


def test_find_by_a_few_words_gives_the_titles_that_hold_them(run: Run, built: Path) -> None:
    found = json.loads(run("find", built, "--title", "emas ready", "--json")[1])
    assert (found["mode"], found["total"], found["partial_total"]) == ("words", 2, len(found["partial"]))
    assert {match["posting_id"] for match in found["matches"]} == {"3b", "6b"}
    assert found["matches"][0]["coverage"] == 1
    assert found["matches"][0]["missing"] == []
    assert all(0 < match["coverage"] < 1 and match["missing"] for match in found["partial"])
    assert json.loads(run("find", built, "--title", "emas ready", "--limit", 1, "--json")[1])["partial"] == []
    _, out, _ = run("find", built, "--title", "emas ready")
    assert "2 of 2 listings with all the words" in out


def test_find_by_words_prints_titles_decoded_and_gives_them_raw_as_json(run: Run, tmp_path: Path) -> None:
    file, raw = tmp_path / "c.csv", r"b'\xf0\x9f\x8e\x81 velmira gift'"
    file.write_text(f'posting_id,title\na,"{raw}"\nb,red lamp\nc,big chair wood\n', encoding="utf-8")
    run("build", file, "--out", tmp_path / "b")
    words = ("find", tmp_path / "b", "--title", "velmira", "--mode", "words")
    _, out, _ = run(*words)
    assert "\N{WRAPPED PRESENT} velmira gift" in out
    assert "xf0" not in out
    _, out, _ = run(*words, "--json")
    assert json.loads(out)["matches"][0]["title"] == raw


def test_find_names_unknown_words_and_offers_near_spellings(run: Run, built: Path) -> None:
    found = json.loads(run("find", built, "--title", "nescafee latte", "--json")[1])
    assert (found["matches"], found["total"]) == ([], 0)
    assert found["unknown_words"] == {"nescafee": ["nescafe"]}
    assert found["suggestions"] == ["nescafe latte"]
    status, out, _ = run("find", built, "--title", "nescafee latte")
    assert status == 0
    assert "In no title: nescafee\nNear spellings: nescafe latte\n" in out
    assert "No listing with all the words; 3 of 3 with some of them" in out


def test_the_mode_of_a_typed_text_can_be_chosen(run: Run, built: Path) -> None:
    def mode(*options: object) -> str:
        return json.loads(run("find", built, "--json", *options)[1])["mode"]

    assert mode("--title", "speaker bluetooth FLECO f6") == "duplicates"
    assert mode("--title", "speaker bluetooth FLECO f6", "--mode", "words") == "words"
    assert mode("--title", "speaker bluetooth") == "words"
    assert mode("--title", "speaker bluetooth", "--mode", "duplicates") == "duplicates"
    assert mode("--title", "speaker bluetooth", "--title-threshold", 0.5) == "duplicates"
    assert mode("--listing", "0a") == "duplicates"


def test_find_takes_a_region_of_a_photo(
    run: Run,
    small_bundle: Path,
    small_catalogue: Path,
    tiny_model: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PRODUCT_MATCHING_MODELS", str(tiny_model.parent))
    scene = Image.new("RGB", (400, 200), "white")
    scene.paste(Image.open(small_catalogue / "images" / "4a.png"), (100, 50))  # 96 x 80 pixels
    scene.save(tmp_path / "scene.png")
    find = ("find", small_bundle, "--photo", tmp_path / "scene.png", "--photo-threshold", 0.9, "--json")
    status, out, err = run(*find, "--region", "0.25,0.25,0.24,0.4")
    nearest = json.loads(out)["matches"][0]
    assert (status, nearest["posting_id"], nearest["photo_distance"]) == (0, "4a", 0), err
    _, out, _ = run(*find)
    assert json.loads(out)["matches"][0]["photo_distance"] > 0


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (
            ("--photo", "a.png", "--region", "0.5,0.5,0.6,0.1"),
            "The region '0.5,0.5,0.6,0.1' is none: give four numbers",
        ),
        (("--sample", "q3", "--region", "0,0,1,1"), "--region is a part of a photo: give --photo"),
    ],
)
def test_a_region_that_cannot_be_used_is_wrong_usage(run: Run, options: tuple[str, ...], said: str) -> None:
    status, _, err = run("find", "small", *options)
    assert status == 2
    assert said in err


def test_an_unknown_level_of_the_log_is_one_sentence(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRODUCT_MATCHING_LOG", "garbage")
    said = "PRODUCT_MATCHING_LOG is 'garbage', but must be one of DEBUG, INFO, WARNING, ERROR, CRITICAL.\n"
    assert run("verify", "nothing") == (1, "", said)
    monkeypatch.setenv("PRODUCT_MATCHING_LOG", "debug")
    assert "There is no bundle" in run("verify", "nothing")[2]
