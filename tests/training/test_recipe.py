"""Recipes: what is read, and what is refused in one sentence."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from product_matching.errors import InputError
from product_matching.training.recipe import parse_recipe, read_recipe

RECIPES = Path(__file__).parents[2] / "recipes"
NAMES = tuple(
    sorted(path.stem for path in RECIPES.glob("*.toml") if not path.stem.startswith(("titles_", "projection")))
)
LEAST = {"name": "r", "method": "arcface", "image_size": 64, "epochs": 4, "batch_size": 8, "learning_rate": 0.01}


def test_whole_numbers_are_accepted_where_a_number_is_meant() -> None:
    recipe = parse_recipe({**LEAST, "learning_rate": 1, "sampler_exponent": 1}, "The recipe")
    assert recipe.learning_rate == 1.0
    assert isinstance(recipe.sampler_exponent, float)


def test_the_fingerprint_changes_with_every_field() -> None:
    recipe = parse_recipe(LEAST, "The recipe")
    changes = ({"seed": 1}, {"flip": 0.0}, {"epochs": 5}, {"backbone_arguments": {"drop_rate": 0.1}})
    others = [parse_recipe({**LEAST, **change}, "The recipe").fingerprint for change in changes]
    assert len({recipe.fingerprint, *others}) == 5
    assert parse_recipe(dict(LEAST), "Another origin").fingerprint == recipe.fingerprint


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"method": "triplet"}, "method is 'triplet', but must be 'arcface', 'softmax' or 'autoencoder'."),
        ({"method": ["arcface"]}, "method is ['arcface'], but must be 'arcface', 'softmax' or 'autoencoder'."),
        ({"epochs": 0}, "epochs is 0, but must be at least 1."),
        ({"epochs": 10_001}, "epochs is 10001, but must be at most 10000."),
        ({"epochs": 2.5}, "epochs is 2.5, but must be a whole number"),
        ({"batch_size": True}, "batch_size is True, but must be a whole number"),
        ({"learning_rate": 0}, "learning_rate is 0, but must be above 0."),
        ({"learning_rate": float("nan")}, "learning_rate is nan, but must be a finite number."),
        ({"flip": 1.5}, "flip is 1.5, but must be at most 1."),
        ({"name": "../up"}, "name: it is '../up', but must be a name of letters, digits,"),
        ({"pretrained": "no"}, "pretrained is 'no', but must be true or false."),
        (
            {"backbone_arguments": {"a": [1]}},
            "backbone_arguments.a: it is [1], but must be a text, a number, or true or false",
        ),
        ({"margn": 1}, "the field 'margn' is unknown; accepted are backbone, "),
        ({"dimension": 128}, "dimension is 128, but must be given with the neck 'linear-batchnorm'"),
        ({"neck": "linear-batchnorm"}, "dimension is missing, but must be given"),
        ({"warmup_epochs": 5}, "warmup_epochs is 5, but must be at most epochs, 4."),
        ({"method": "softmax", "scale": 20}, "scale has no effect with method 'softmax': leave it out."),
        ({"method": "autoencoder", "neck": "batchnorm"}, "neck has no effect with method 'autoencoder'"),
        ({"method": "autoencoder", "embedding_size": 64}, "embedding_size has no effect with method 'autoencoder'"),
        ({"picture_epochs": 2}, "picture_epochs has no effect with method 'arcface'"),
    ],
)
def test_a_wrong_field_is_named_with_its_value_and_what_is_accepted(change: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_recipe({**LEAST, **change}, "The recipe x.toml")
    assert str(caught.value).startswith("The recipe x.toml: ")
    assert said in str(caught.value)


def test_a_missing_field_is_named() -> None:
    with pytest.raises(InputError, match=r"The recipe: epochs is missing\."):
        parse_recipe({name: value for name, value in LEAST.items() if name != "epochs"}, "The recipe")


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"method = ", "is not TOML"), (b"\xff\xfe", "not text in UTF-8"), (b"a = " + b"[" * 9000, "is not TOML")],
)
def test_a_file_that_is_no_recipe_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "r.toml"
    path.write_bytes(content)
    with pytest.raises(InputError, match=said):
        read_recipe(path)
    with pytest.raises(InputError, match="cannot be read"):
        read_recipe(tmp_path / "none.toml")


def test_the_recipes_that_come_along_are_valid_and_named_after_their_files() -> None:
    assert [read_recipe(RECIPES / f"{name}.toml").name for name in NAMES] == list(NAMES)


@pytest.mark.parametrize("loss", ["softmax", "arcface"])
def test_a_recipe_with_the_weighted_sampler_differs_in_nothing_else(loss: str) -> None:
    plain, weighted = (asdict(read_recipe(RECIPES / f"{name}.toml")) for name in (loss, f"{loss}_sampler"))
    assert {name for name in plain if plain[name] != weighted[name]} == {"name", "sampler_exponent"}
    assert (plain["sampler_exponent"], weighted["sampler_exponent"]) == (0.0, 1.0)
