"""Write the catalogues that the shipped model and the comparison are trained on, beside the demo catalogue.

From the folder of real data (see docs/comparison.md for its sources) it takes the groceries, whose products are divided
by ``recipes/data/groceries_parts.csv``, and the clothing photos, each of which is its own class.

    python -m recipes.data.training_data data build/training
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import pandas as pd

from product_matching.errors import InputError

#: Which product of the groceries is in which part: 43 train, 11 validate, 17 test (7 of them packaged).
PARTS_FILE = Path(__file__).with_name("groceries_parts.csv")
#: Photos of a product in the thinned catalogue.
_MOST = {"train": 20, "validation": 24}
_GROCERIES = ("posting_id", "image", "product", "category", "packaged")


def groceries_catalogue(photos: pd.DataFrame, parts: pd.DataFrame) -> pd.DataFrame:
    """Label each photo with its product and put it into the product's part.

    Parameters
    ----------
    photos
        ``photos.csv`` of the groceries.
    parts
        Columns ``product`` and ``part``.

    Raises
    ------
    InputError
        A product has no part.
    """
    part_of = parts.set_index("product")["part"]
    unknown = sorted(set(photos["product"]) - set(part_of.index))
    if unknown:
        raise InputError(f"{len(unknown)} products are in no part of {PARTS_FILE.name}; the first is {unknown[0]!r}.")
    made = photos.rename(columns={"product": "label_group"})
    return made.assign(part=photos["product"].map(part_of))


def thinned(groceries: pd.DataFrame) -> pd.DataFrame:
    """Photos of each product evenly over their order: they are bursts, of which a few show as much as all.

    At most 20 of a product in training, 24 in validation, all in test.
    """
    n, place = groceries.groupby("label_group")["part"].transform("size"), groceries.groupby("label_group").cumcount()
    most = groceries["part"].map(_MOST).fillna(n).clip(upper=n)
    return groceries[(place * most // n) != ((place - 1) * most // n)]


def clothing_catalogue(photos: pd.DataFrame) -> pd.DataFrame:
    """Every photo is in training, each as its own class: there are no labels."""
    return pd.DataFrame({"posting_id": photos["photo_id"], "image": photos["image"], "part": "train"})


def write_catalogues(data: Path, out: Path) -> list[Path]:
    """Write ``groceries.csv``, ``groceries_thinned.csv`` and ``clothing.csv``.

    Parameters
    ----------
    data
        Folder with ``groceries/photos.csv`` and ``clothing/photos.csv``.
    out
        Folder to write to; it is made.

    Raises
    ------
    InputError
        A file of the data is missing or has other columns.
    """
    groceries = _read(data / "groceries" / "photos.csv", _GROCERIES)
    clothing = _read(data / "clothing" / "photos.csv", ("photo_id", "image"))
    labelled = groceries_catalogue(groceries, pd.read_csv(PARTS_FILE))
    made = {
        "groceries.csv": labelled,
        "groceries_thinned.csv": thinned(labelled),
        "clothing.csv": clothing_catalogue(clothing),
    }
    out.mkdir(parents=True, exist_ok=True)
    for name, frame in made.items():
        frame.to_csv(out / name, index=False)
    return [out / name for name in made]


def _read(path: Path, columns: tuple[str, ...]) -> pd.DataFrame:
    if not path.is_file():
        raise InputError(f"There is no {path}: give the folder that holds the groceries and the clothing photos.")
    frame = pd.read_csv(path)
    missing = [name for name in columns if name not in frame]
    if missing:
        raise InputError(f"{path} has no column {missing[0]!r}; needed are {', '.join(columns)}.")
    return frame[list(columns)]


def main() -> None:
    """Write the catalogues."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="folder of real data")
    parser.add_argument("out", type=Path, help="folder to write the catalogues to")
    chosen = parser.parse_args()
    try:
        write_catalogues(chosen.data, chosen.out)
    except InputError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
