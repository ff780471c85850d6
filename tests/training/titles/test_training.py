import logging
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.torch import load_file

from product_matching.encoders.sentence import SentenceEncoder
from product_matching.errors import InputError
from product_matching.progress import Cancelled
from product_matching.training.checkpoint import read_state
from product_matching.training.session import LAST
from product_matching.training.titles.data import LabelledTitles
from product_matching.training.titles.recipe import TitleRecipe, parse_title_recipe
from product_matching.training.titles.training import WEIGHTS, train_titles
from tests.recorded_progress import RecordedProgress
from tests.training.conftest import fail_at_step

WORDS = ["kopi", "teh", "susu", "gula", "lampu", "sepatu", "tas", "jam", "topi", "botol"]
FILLERS = ["murah", "promo", "ori", "baru", "cod", "ready"]


@pytest.fixture(scope="module")
def titles() -> LabelledTitles:
    """Thirty products of four titles: two words of their own among two that say nothing."""
    rng = np.random.default_rng(3)
    pairs = [(a, b) for a in WORDS for b in WORDS if a < b]
    chosen = rng.choice(len(pairs), 30, replace=False)
    written = [" ".join(rng.permutation([*pairs[p], *rng.choice(FILLERS, 2)])) for p in chosen for _ in range(4)]
    return LabelledTitles.of(written, np.repeat(np.arange(30) + 7, 4))


@pytest.fixture(scope="module")
def recipe(tiny_sentence_model: Path) -> TitleRecipe:
    settings = {"name": "tiny", "backbone": str(tiny_sentence_model), "max_tokens": 32, "epochs": 3, "batch_size": 16}
    rates = {"learning_rate": 0.005, "head_learning_rate": 0.02, "warmup_epochs": 0.5, "margin_epochs": 2}
    return parse_title_recipe({**settings, **rates, "scale": 16, "token_dropout": 0.1}, "The recipe")


def losses(caplog: pytest.LogCaptureFixture) -> list[float]:
    return [record.args[2] for record in caplog.records if "loss" in record.msg]


def test_training_brings_the_titles_of_a_product_together(
    recipe: TitleRecipe, titles: LabelledTitles, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    longer = parse_title_recipe(
        {**asdict(recipe), "epochs": 12, "margin_epochs": 0, "margin_end": 0.1, "class_margin_exponent": 0.1},
        "The recipe",
    )
    with caplog.at_level(logging.INFO, "product_matching.training"):
        weights = train_titles(longer, titles, tmp_path / "out")
    assert losses(caplog)[-1] < 0.7 * losses(caplog)[0]
    before, after = (
        SentenceEncoder.load(recipe.backbone, weights=file, max_tokens=32, device="cpu").encode(titles.titles)
        for file in (None, weights)
    )
    assert recall_at_1(after, titles.classes) > recall_at_1(before, titles.classes) + 0.2


def recall_at_1(vectors: np.ndarray, labels: np.ndarray) -> float:
    similar = vectors @ vectors.T - 2 * np.eye(len(vectors))
    return float((labels[similar.argmax(axis=1)] == labels).mean())


def test_an_interrupted_training_ends_as_an_uninterrupted_one(
    recipe: TitleRecipe, titles: LabelledTitles, tmp_path: Path
) -> None:
    whole = train_titles(recipe, titles, tmp_path / "whole")
    progress = RecordedProgress(cancel_in="epoch 2/3", cancel_after=3)
    with pytest.raises(Cancelled):
        train_titles(recipe, titles, tmp_path / "parts", progress=progress)
    assert progress.stages == {"epoch 1/3": [8, 8], "epoch 2/3": [3, 8]}
    assert (tmp_path / "parts" / LAST).is_file()
    assert not (tmp_path / "parts" / WEIGHTS).exists()
    resumed = train_titles(recipe, titles, tmp_path / "parts")
    assert resumed.read_bytes() == whole.read_bytes()
    assert [path.name for path in (tmp_path / "parts").iterdir()] == [WEIGHTS]
    assert all(name.startswith("backbone.") for name in load_file(resumed))


def test_what_is_trained_is_not_trained_again(recipe: TitleRecipe, titles: LabelledTitles, tmp_path: Path) -> None:
    (tmp_path / WEIGHTS).write_bytes(b"kept")
    assert train_titles(recipe, titles, tmp_path).read_bytes() == b"kept"


def test_half_precision_trains_too(recipe: TitleRecipe, titles: LabelledTitles, tmp_path: Path) -> None:
    short = parse_title_recipe({**asdict(recipe), "epochs": 2, "bfloat16": True, "class_margin_exponent": 0.1}, "")
    weights = train_titles(short, titles, tmp_path)
    assert all(np.isfinite(tensor.float().numpy()).all() for tensor in load_file(weights).values())


def test_another_training_and_too_little_data_are_refused(
    recipe: TitleRecipe, titles: LabelledTitles, tmp_path: Path
) -> None:
    with pytest.raises(Cancelled):
        train_titles(recipe, titles, tmp_path, progress=RecordedProgress("epoch 2/3"))
    with pytest.raises(InputError, match="made with other listings"):
        train_titles(recipe, LabelledTitles(titles.titles[::-1], titles.classes), tmp_path)
    with pytest.raises(InputError, match="made by another recipe: seed was 0 and is 1"):
        train_titles(replace(recipe, seed=1), titles, tmp_path)
    few = LabelledTitles.of(["a", "b"], np.array([4, 4]))
    with pytest.raises(InputError, match="at least two products"):
        train_titles(recipe, few, tmp_path / "few")


@pytest.mark.parametrize(
    ("failure", "said"),
    [
        (float("nan"), r"The loss is nan at epoch 2, step 3: lower learning_rate \(0.005\)"),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory"), r"lower batch_size \(16\) or max_tokens \(32\)"),
    ],
)
def test_a_failure_is_one_sentence_and_the_last_good_checkpoint_stays(
    recipe: TitleRecipe,
    titles: LabelledTitles,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    failure: float | Exception,
    said: str,
) -> None:
    fail_at_step(monkeypatch, 8 + 3, failure)
    with pytest.raises(InputError, match=said) as caught:
        train_titles(recipe, titles, tmp_path)
    assert str(caught.value).endswith(f"The checkpoint of epoch 1 is kept in {tmp_path}.")
    assert len(read_state(tmp_path / LAST)["history"]) == 1
