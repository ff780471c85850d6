"""Whole trainings on 30 photos: the same result after any interruption, failures in one sentence, what is exported."""

import csv
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file, save_file

from product_matching.encoders.photo import PhotoEncoder
from product_matching.errors import InputError
from product_matching.files import file_sha256
from product_matching.listings.catalogue import Catalogue, read_catalogue
from product_matching.metrics.retrieval import MEASURES
from product_matching.progress import Cancelled
from product_matching.training import loop, session
from product_matching.training.checkpoint import read_state, write_checkpoint
from product_matching.training.parts import split_catalogues
from product_matching.training.pixels import decode_part
from product_matching.training.recipe import Recipe
from product_matching.training.validation import score_retrieval
from tests.recorded_progress import RecordedProgress
from tests.training.conftest import TINY, autoencoder_recipe, fail_at_step, tiny_recipe, train

STEPS = 3  # full batches of 6 in 18 training photos


class Stop(BaseException):
    """Ends a training as a kill would: nothing in the library catches it."""


class StopAt(RecordedProgress):
    """A progress that stops a training before one step of one epoch (from 0)."""

    def __init__(self, epoch: int, step: int) -> None:
        super().__init__(cancel_in=f"epoch {epoch + 1}/3", cancel_after=step)

    @property
    def cancelled(self) -> bool:
        if super().cancelled:
            raise Stop
        return False


def same_weights(first: Path, second: Path) -> bool:
    tensors, others = load_file(first), load_file(second)
    return tensors.keys() == others.keys() and all(torch.equal(tensors[name], others[name]) for name in tensors)


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    """The last bits of a sum depend on the number of threads: all trainings here, and in other processes, have one."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, photo_folder: Path, one_thread: None) -> Path:
    """Folder of an uninterrupted training; read only."""
    folder = tmp_path_factory.mktemp("whole")
    photos = read_catalogue(photo_folder / "listings.csv", images=photo_folder / "images")
    train(tiny_recipe(), {"drawn": photos}, folder)
    return folder


@pytest.fixture(scope="module")
def tested(tmp_path_factory: pytest.TempPathFactory, photo_folder: Path, whole: Path) -> Path:
    """Folder of the same training, whose test part was scored after it was finished; read only."""
    folder = tmp_path_factory.mktemp("tested") / "copy"
    shutil.copytree(whole, folder)
    photos = read_catalogue(photo_folder / "listings.csv", images=photo_folder / "images")
    train(tiny_recipe(), {"drawn": photos}, folder, resume=True, score_test=True)
    return folder


@pytest.mark.parametrize(("epoch", "step"), [(0, 1), (1, 0), (2, 2)])
def test_an_interrupted_training_ends_as_if_it_had_not_been(
    tmp_path: Path, photos: dict[str, Catalogue], whole: Path, epoch: int, step: int
) -> None:
    with pytest.raises(Stop):
        train(tiny_recipe(), photos, tmp_path, progress=StopAt(epoch, step))
    assert (tmp_path / session.LAST).exists() == (epoch > 0)
    report = train(tiny_recipe(), photos, tmp_path, resume=True)
    for name in (session.LAST, session.BEST, "model/weights.safetensors"):
        assert same_weights(tmp_path / name, whole / name), name
    expected = json.loads((whole / "report.json").read_text())
    assert json.loads(json.dumps(report["figures"])) == expected["figures"]


def test_a_cancelled_training_stops_after_the_step_and_keeps_its_last_epoch(
    tmp_path: Path, photos: dict[str, Catalogue], whole: Path
) -> None:
    progress = RecordedProgress(cancel_in="epoch 3/3", cancel_after=1)
    with pytest.raises(Cancelled):
        train(tiny_recipe(), photos, tmp_path, progress=progress)
    assert progress.stages["epoch 2/3"] == [STEPS, STEPS]
    assert progress.stages["epoch 3/3"] == [1, STEPS]
    assert len(read_state(tmp_path / session.LAST)["history"]) == 2
    assert not list(tmp_path.glob("*.tmp*"))
    train(tiny_recipe(), photos, tmp_path, resume=True)
    assert same_weights(tmp_path / session.LAST, whole / session.LAST)


def test_a_process_killed_in_the_second_epoch_goes_on(tmp_path: Path, photo_folder: Path, whole: Path) -> None:
    script = f"""
import os, signal
import torch
from pathlib import Path
from product_matching.listings.catalogue import read_catalogue
from product_matching.progress import NoProgress
from product_matching.training.options import TrainingOptions
from product_matching.training.recipe import parse_recipe
from product_matching.training.run import train

class Killing(NoProgress):
    def begin(self, description, total, **others):
        self.description = description

    def advance(self, n=1):
        if self.description == "epoch 2/3":
            os.kill(os.getpid(), signal.SIGKILL)

torch.set_num_threads(1)
folder = Path({str(photo_folder)!r})
photos = read_catalogue(folder / "listings.csv", images=folder / "images")
recipe, options = parse_recipe({TINY!r}, "r"), TrainingOptions(device="cpu")
train(recipe, {{"drawn": photos}}, Path({str(tmp_path)!r}), options, progress=Killing())
"""
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == -9
    assert len(read_state(tmp_path / session.LAST)["history"]) == 1
    photos = read_catalogue(photo_folder / "listings.csv", images=photo_folder / "images")
    train(tiny_recipe(), {"drawn": photos}, tmp_path, resume=True)
    assert same_weights(tmp_path / session.LAST, whole / session.LAST)


def test_stopped_between_the_best_and_the_last_checkpoint_it_goes_on(
    tmp_path: Path, photos: dict[str, Catalogue], whole: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = session.write_checkpoint
    calls = 0

    def stop_at_the_second_last(path: Path, *rest: Any) -> None:
        nonlocal calls
        calls += path.name == session.LAST
        if calls == 2:
            raise Stop
        write(path, *rest)

    monkeypatch.setattr(session, "write_checkpoint", stop_at_the_second_last)
    with pytest.raises(Stop):
        train(tiny_recipe(), photos, tmp_path)
    monkeypatch.undo()
    train(tiny_recipe(), photos, tmp_path, resume=True)
    for name in (session.LAST, session.BEST):
        assert same_weights(tmp_path / name, whole / name), name


def test_another_seed_ends_elsewhere(tmp_path: Path, photos: dict[str, Catalogue], whole: Path) -> None:
    train(tiny_recipe(seed=1), photos, tmp_path)
    assert not same_weights(tmp_path / session.LAST, whole / session.LAST)


def test_a_finished_training_is_only_exported_again(tmp_path: Path, photos: dict[str, Catalogue]) -> None:
    recipe = tiny_recipe(epochs=1, margin_epochs=1)
    first = train(recipe, photos, tmp_path)
    assert train(recipe, photos, tmp_path, resume=True) == first


def test_the_test_part_is_looked_at_only_when_asked(whole: Path, tested: Path) -> None:
    before, after = (json.loads((folder / "report.json").read_text()) for folder in (whole, tested))
    assert list(before["figures"]) == ["validation"]
    assert before["data"]["photos"]["test"] == 6
    figures = after["figures"]
    assert figures["test"]["n"] == 6
    assert figures["test"]["threshold"] == figures["validation"]["threshold"]
    del figures["test"]
    assert after == before
    for name in (session.LAST, session.BEST, "model/weights.safetensors"):
        assert (tested / name).read_bytes() == (whole / name).read_bytes(), name
    cards = [(folder / "model" / "README.md").read_text() for folder in (whole, tested)]
    assert ["\n| test |" in card for card in cards] == [False, True]
    assert ["was not measured" in card for card in cards] == [True, False]


def test_a_test_part_that_cannot_be_scored_is_said_before_anything_is_trained(
    tmp_path: Path, photos: dict[str, Catalogue]
) -> None:
    listings = photos["drawn"].listings
    parts = ["train" if row < 24 else "validation" for row in range(len(listings))]
    catalogue = Catalogue(listings.assign(part=parts), photos["drawn"].image_folder)
    with pytest.raises(InputError, match="The test part cannot be scored: it has no group of two photos"):
        train(tiny_recipe(), {"drawn": catalogue}, tmp_path, score_test=True)
    assert not (tmp_path / session.LAST).exists()


def test_resuming_needs_the_same_recipe_and_data_and_starting_anew_an_empty_folder(
    tmp_path: Path, photos: dict[str, Catalogue]
) -> None:
    recipe = tiny_recipe(epochs=1, margin_epochs=1)
    train(recipe, photos, tmp_path)
    with pytest.raises(InputError, match="holds a training already: continue with --resume"):
        train(recipe, photos, tmp_path)
    with pytest.raises(InputError, match=r"made by another recipe: learning_rate was 0\.002 and is 0\.003"):
        train(tiny_recipe(epochs=1, margin_epochs=1, learning_rate=0.003), photos, tmp_path, resume=True)
    renamed = photos["drawn"].listings.assign(label_group=photos["drawn"].listings["label_group"].str.upper())
    fewer = Catalogue(renamed.iloc[:-1], photos["drawn"].image_folder)
    with pytest.raises(InputError, match="made with other listings"):
        train(recipe, {"drawn": fewer}, tmp_path, resume=True)


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("history", [{"epoch": 1}], "no history of a training"),
        ("preparation", {"mean": 1, "std": 2}, "no preparation of photos"),
        ("recipe", "none", "made by another recipe"),
    ],
)
def test_a_forged_checkpoint_is_refused(
    tmp_path: Path, photos: dict[str, Catalogue], whole: Path, field: str, value: Any, said: str
) -> None:
    path = whole / session.LAST
    write_checkpoint(tmp_path / session.LAST, load_file(path), {**read_state(path), field: value})
    with pytest.raises(InputError, match=said):
        train(tiny_recipe(), photos, tmp_path, resume=True)


@pytest.mark.parametrize(
    ("failure", "said"),
    [
        (float("nan"), "The loss is nan at epoch 2, step 2: lower learning_rate \\(0.002\\)"),
        (torch.OutOfMemoryError("CUDA out of memory"), "memory did not suffice in epoch 2: lower batch_size \\(6\\)"),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory"), "memory did not suffice in epoch 2"),
    ],
)
def test_a_failure_is_one_sentence_and_the_last_good_checkpoint_stays(
    tmp_path: Path,
    photos: dict[str, Catalogue],
    whole: Path,
    monkeypatch: pytest.MonkeyPatch,
    failure: float | Exception,
    said: str,
) -> None:
    fail_at_step(monkeypatch, STEPS + 2, failure)
    with pytest.raises(InputError, match=said) as caught:
        train(tiny_recipe(), photos, tmp_path)
    assert str(caught.value).endswith(f"The checkpoint of epoch 1 is kept in {tmp_path}.")
    monkeypatch.undo()
    train(tiny_recipe(), photos, tmp_path, resume=True)
    assert same_weights(tmp_path / session.LAST, whole / session.LAST)


def test_an_error_that_is_no_failure_of_the_machine_is_not_hidden(
    tmp_path: Path, photos: dict[str, Catalogue], monkeypatch: pytest.MonkeyPatch
) -> None:
    def wrong(*arguments: Any) -> torch.Tensor:
        raise RuntimeError("mat1 and mat2 shapes cannot be multiplied")

    monkeypatch.setattr(loop, "_step", wrong)
    with pytest.raises(RuntimeError, match="mat1"):
        train(tiny_recipe(), photos, tmp_path)


def test_the_model_folder_embeds_as_the_figures_say(tested: Path, photos: dict[str, Catalogue]) -> None:
    report = json.loads((tested / "report.json").read_text())
    encoder = PhotoEncoder.load(tested / "model")
    parts = split_catalogues(photos)
    threshold = report["figures"]["validation"]["threshold"]
    test = decode_part(parts.test, 32, "bicubic")
    scores = score_retrieval(encoder.encode_pixels(list(test.pixels)), test.labels, threshold=threshold)
    for name in MEASURES:
        assert scores.mean(name) == pytest.approx(report["figures"]["test"][name]), name
    assert scores.n == report["figures"]["test"]["n"]
    model = encoder.model
    assert (model.neck, model.dimension, model.training["data"]["classes"]) == ("batchnorm", 256, 6)
    card = (tested / "model" / "README.md").read_text()
    assert f"{threshold:.3f}" in card
    assert "18 training photos in 6 classes" in card
    assert "seed = 0" in card


def test_the_curves_have_a_row_an_epoch_and_the_best_one_is_kept(whole: Path) -> None:
    rows = list(csv.DictReader((whole / "curves.csv").read_text().splitlines()))
    report = json.loads((whole / "report.json").read_text())
    assert [row["epoch"] for row in rows] == ["1", "2", "3"]
    best = max(rows, key=lambda row: (float(row["f1"]), float(row["map_at_r"]), -int(row["epoch"])))
    assert int(best["epoch"]) == report["kept_epoch"]
    assert [float(row["margin"]) for row in rows] == pytest.approx([0.35, 0.5, 0.5])
    with Image.open(whole / "curves.png") as plot:
        assert len(plot.convert("RGB").getcolors(10**6) or []) > 4


@pytest.mark.parametrize(
    "recipe",
    [
        tiny_recipe(method="softmax", margin_epochs=None, epochs=6, learning_rate=0.005, cutmix=0, colour_jitter=0),
        tiny_recipe(
            neck="linear-batchnorm", dimension=24, pooling="gem", epochs=6, margin_end=0.2, cutmix=0, colour_jitter=0
        ),
        autoencoder_recipe(epochs=6),
    ],
    ids=lambda recipe: recipe.method,
)
def test_the_loss_falls_with_every_method(tmp_path: Path, photos: dict[str, Catalogue], recipe: Recipe) -> None:
    report = train(recipe, photos, tmp_path)
    losses = [float(row["loss"]) for row in csv.DictReader((tmp_path / "curves.csv").read_text().splitlines())]
    assert losses[-1] < 0.9 * losses[0]
    assert (tmp_path / "model").is_dir() == (recipe.method != "autoencoder")
    assert 0 < report["figures"]["validation"]["f1"] <= 1


def test_the_last_epoch_is_kept_where_the_recipe_says_so(tmp_path: Path, photos: dict[str, Catalogue]) -> None:
    report = train(tiny_recipe(keep="last"), photos, tmp_path)
    assert report["kept_epoch"] == 3
    best, last = (load_file(tmp_path / f"{name}.safetensors") for name in ("best", "last"))
    assert all(torch.equal(tensor, last[name]) for name, tensor in best.items())
    assert "Epoch 3 of 3, the last." in (tmp_path / "model" / "README.md").read_text()


def test_an_autoencoder_shows_photos_beside_their_reconstructions(tmp_path: Path, photos: dict[str, Catalogue]) -> None:
    train(autoencoder_recipe(picture_epochs=2), photos, tmp_path)
    pictures = sorted(path.name for path in (tmp_path / "reconstructions").iterdir())
    assert pictures == ["epoch_0002.png", "epoch_0003.png"]
    picture = np.asarray(Image.open(tmp_path / "reconstructions" / pictures[0]))
    validation = decode_part(split_catalogues(photos, singles=True).validation, 32, "bicubic")
    n = min(8, len(validation))
    assert picture.shape == (64, 32 * n, 3)
    assert np.array_equal(picture[:32], np.concatenate(list(validation.pixels[:n]), axis=1))


@pytest.mark.parametrize("half", [False, True])
def test_training_starts_from_given_weights(
    tmp_path: Path, photos: dict[str, Catalogue], tiny_model: Path, half: bool
) -> None:
    """Published weights in half precision are widened: training goes on in full precision."""
    weights = tiny_model / "weights.safetensors"
    if half:
        narrow = {name: tensor.half() if tensor.ndim else tensor for name, tensor in load_file(weights).items()}
        weights = tmp_path / "half.safetensors"
        save_file(narrow, weights)
    recipe = tiny_recipe(epochs=1, margin_epochs=1, learning_rate=1e-9, freeze_batchnorm=True, backbone_arguments={})
    train(recipe, photos, tmp_path, weights=weights)
    start, end = load_file(weights), load_file(tmp_path / session.LAST)
    for name, tensor in start.items():
        if tensor.is_floating_point():
            trained = end[f"task.network.backbone.{name}"]
            assert trained.dtype == torch.float32, name
            assert torch.allclose(trained, tensor.float(), atol=1e-6), name


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"batch_size": 19}, "batch_size is 19, but must be at most the number of training photos, 18"),
        ({"backbone": "no_such_net"}, "no_such_net"),
        ({"backbone": "vit_tiny_patch16_224"}, "does not take photos of image_size 32"),
    ],
)
def test_a_recipe_that_does_not_fit_is_refused(
    tmp_path: Path, photos: dict[str, Catalogue], changes: dict[str, Any], said: str
) -> None:
    with pytest.raises(InputError, match=said):
        train(tiny_recipe(**changes), photos, tmp_path)


def test_an_autoencoder_takes_no_weights(tmp_path: Path, photos: dict[str, Catalogue], tiny_model: Path) -> None:
    with pytest.raises(InputError, match=r"leave --weights .* out"):
        train(autoencoder_recipe(), photos, tmp_path, weights=tiny_model / "weights.safetensors")


def test_the_mean_of_two_trainings_is_exported(tmp_path: Path, photos: dict[str, Catalogue], whole: Path) -> None:
    recipe = tiny_recipe(name="second", flip=0.0, epochs=2)
    report = train(recipe, photos, tmp_path, average=[whole])
    exported = load_file(tmp_path / "model" / "weights.safetensors")
    own, other = load_file(tmp_path / session.BEST), load_file(whole / session.BEST)
    for name, tensor in exported.items():
        if tensor.is_floating_point():
            mean = (own[f"task.network.{name}"].double() + other[f"task.network.{name}"].double()) / 2
            torch.testing.assert_close(tensor.double(), mean, rtol=1e-3, atol=1e-4)
    (entry,) = report["averaged_with"]
    assert entry == {"recipe": "tiny", "checkpoint_sha256": file_sha256(whole / session.BEST)}
    card = (tmp_path / "model" / "README.md").read_text()
    assert "the mean of 2 trainings" in card
    assert "`tiny`" in card


def test_another_network_is_not_averaged_and_nothing_trained(
    tmp_path: Path, photos: dict[str, Catalogue], whole: Path
) -> None:
    with pytest.raises(InputError, match="cannot be averaged with this one: its network is test_efficientnet"):
        train(tiny_recipe(pooling="gem"), photos, tmp_path, average=[whole])
    with pytest.raises(InputError, match="nothing in common with these"):
        train(tiny_recipe(seed=4), photos, tmp_path / "out", average=[whole])
    shutil.rmtree(tmp_path / "out")
    with pytest.raises(InputError, match="nowhere"):
        train(tiny_recipe(), photos, tmp_path, average=[tmp_path / "nowhere"])
    with pytest.raises(InputError, match="autoencoder is not averaged"):
        train(autoencoder_recipe(), photos, tmp_path, average=[whole])
    assert not list(tmp_path.iterdir())


def test_a_mean_is_not_written_over_by_a_single_training(
    tmp_path: Path, photos: dict[str, Catalogue], whole: Path
) -> None:
    recipe = tiny_recipe(name="second", flip=0.0, epochs=2)
    train(recipe, photos, tmp_path, average=[whole])
    before = (tmp_path / "model" / "weights.safetensors").read_bytes()
    with pytest.raises(InputError, match="is the mean with tiny: give the same --average-with again"):
        train(recipe, photos, tmp_path, resume=True, score_test=True)
    assert (tmp_path / "model" / "weights.safetensors").read_bytes() == before
    report = train(recipe, photos, tmp_path, resume=True, score_test=True, average=[whole])
    assert "test" in report["figures"]
    assert (tmp_path / "model" / "weights.safetensors").read_bytes() == before


def test_photos_are_embedded_larger_than_they_were_trained_on(tmp_path: Path, photos: dict[str, Catalogue]) -> None:
    report = train(tiny_recipe(embedding_size=48), photos, tmp_path)
    encoder = PhotoEncoder.load(tmp_path / "model")
    assert encoder.model.image_size == 48
    validation = split_catalogues(photos).validation
    pixels = decode_part(validation, 48, encoder.model.interpolation).pixels
    scores = score_retrieval(encoder.encode_pixels(list(pixels)), validation.labels)
    assert scores.mean("map_at_r") == pytest.approx(report["figures"]["validation"]["map_at_r"])
