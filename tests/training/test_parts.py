"""Which listings train, validate and test."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from product_matching.errors import InputError
from product_matching.evaluation.protocols import plan_protocol
from product_matching.listings.catalogue import Catalogue
from product_matching.training.parts import split_catalogues


def catalogue_of(groups: list[str], parts: list[str] | None = None) -> Catalogue:
    ids = [f"id{row}" for row in range(len(groups))]
    frame = pd.DataFrame({"posting_id": ids, "image": [f"{name}.jpg" for name in ids], "label_group": groups})
    if parts is not None:
        frame["part"] = parts
    return Catalogue(frame.astype("str"), Path("photos"))


def ids_of(names: tuple[str, ...]) -> list[str]:
    return [name.split(" ")[0] for name in names]


def test_without_a_part_column_the_protocol_fold_divides_the_listings() -> None:
    rng = np.random.default_rng(0)
    labels = np.repeat(np.arange(40), rng.integers(2, 6, 40)).astype(str)
    parts = split_catalogues({"c": catalogue_of(labels.tolist())})
    plan = plan_protocol("fold", labels.astype(np.int64))
    assert ids_of(parts.test.names) == [f"id{row}" for row in plan.test.catalogue]
    assert ids_of(parts.validation.names) == [f"id{row}" for row in plan.validation[0].catalogue]
    train = np.sort(np.concatenate([split.catalogue for split in plan.train]))
    assert ids_of(parts.train.names) == [f"id{row}" for row in train]
    assert np.array_equal(np.unique(parts.train.labels), np.arange(parts.train.n_groups))


def test_a_part_column_divides_and_may_leave_listings_out() -> None:
    parts = split_catalogues(
        {"c": catalogue_of(list("aabbccdd"), ["train"] * 4 + ["validation"] * 2 + ["test", ""])},
    )
    assert (len(parts.train), len(parts.validation), len(parts.test)) == (4, 2, 1)
    assert parts.train.labels.tolist() == [0, 0, 1, 1]
    assert parts.train.paths[0] == Path("photos/id0.jpg")


def test_a_group_in_two_parts_is_refused() -> None:
    with pytest.raises(InputError, match="'group b' is in the parts test and train"):
        split_catalogues({"c": catalogue_of(list("aabb"), ["train", "train", "train", "test"])})


def test_an_unknown_part_is_named() -> None:
    with pytest.raises(InputError, match="holds 'dev'; accepted are train, validation, test"):
        split_catalogues({"c": catalogue_of(list("aabb"), ["train", "train", "dev", "dev"])})


def test_classes_of_one_photo_train_only_where_the_recipe_says_so() -> None:
    catalogue = catalogue_of(list("aabbxyzz"), ["train"] * 6 + ["validation"] * 2)
    assert split_catalogues({"c": catalogue}).train.n_groups == 2
    assert split_catalogues({"c": catalogue}, singles=True).train.n_groups == 4


def test_equal_groups_of_two_catalogues_are_two_classes_and_unlabelled_photos_are_their_own() -> None:
    first = catalogue_of(list("aabbvv"), ["train"] * 4 + ["validation"] * 2)
    second = catalogue_of(list("aabb"), ["train"] * 4)
    clothes = Catalogue(pd.DataFrame({"posting_id": ["x", "y"], "image": ["x.jpg", "y.jpg"]}).astype("str"), Path("p"))
    assert split_catalogues({"1": first, "2": second}).train.n_groups == 4
    parts = split_catalogues({"1": first, "2": second, "clothes": clothes}, singles=True)
    assert parts.train.n_groups == 6
    assert parts.protocol[2] == "clothes: no label groups, all train"


def test_listings_without_a_photo_are_left_out_but_count_for_the_folds() -> None:
    labels = np.repeat(np.arange(20), 3).astype(str).tolist()
    whole, gap = catalogue_of(labels), catalogue_of(labels)
    gap.listings.loc[5, "image"] = ""
    kept = [
        name for part in ("train", "validation", "test") for name in getattr(split_catalogues({"c": gap}), part).names
    ]
    for part in ("train", "validation", "test"):
        before = getattr(split_catalogues({"c": whole}), part).names
        assert getattr(split_catalogues({"c": gap}), part).names == tuple(n for n in before if n != "id5 of c")
    assert len(kept) == 59


def test_what_is_in_which_part_has_a_digest() -> None:
    parts = ["train"] * 4 + ["validation"] * 2
    first = split_catalogues({"c": catalogue_of(list("aabbcc"), parts)})
    assert first.digest == split_catalogues({"c": catalogue_of(list("aabbcc"), parts)}).digest
    assert first.digest != split_catalogues({"c": catalogue_of(list("abbacc"), parts)}).digest


@pytest.mark.parametrize(
    ("catalogue", "said"),
    [
        (catalogue_of(list("aabb"), ["train"] * 4), "validation part has no group of two"),
        (catalogue_of(list("aabb"), ["train"] * 2 + ["validation"] * 2), "training part has 1 classes"),
        (catalogue_of(list("aabb")), "2 label groups, but folds need at least 5"),
        (Catalogue(pd.DataFrame({"posting_id": ["a"], "title": ["t"]}), None), "has no photos to train on"),
    ],
)
def test_too_little_to_train_on_is_said(catalogue: Catalogue, said: str) -> None:
    with pytest.raises(InputError, match=said):
        split_catalogues({"c": catalogue})
