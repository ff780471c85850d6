"""Divide the training part of the demo catalogue into two halves, all variants of a line of products in one half.

A network trained on one half embeds the other as it embeds photos that are new to it. A pair scorer that is trained on
such vectors is not misled by a network that knows its training photos.

    export PYTHONPATH=demo/generator
    python -m recipes.data.demo_halves build/training/demo_copies
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from pathlib import Path

import pandas as pd

try:
    from demo_generator.make import SEED
    from demo_generator.plan import make_plan
except ModuleNotFoundError as error:
    raise SystemExit("The lines are the demo generator's: export PYTHONPATH=demo/generator first.") from error


def halves_of_lines() -> dict[str, int]:
    """Half (0 or 1) of each label group of the demo's training part; the halves are even in every kind of goods."""
    plan = make_plan(SEED)
    lines = {product.product_id: product.line_id for product in plan.products}
    training = [listing for listing in plan.listings if listing.part == "train"]
    sizes = Counter((listing.kind, lines[listing.product_id]) for listing in training)
    order = sorted(sizes)
    random.Random(f"{SEED} halves").shuffle(order)
    half_of: dict[str, int] = {}
    filled: Counter[tuple[str, int]] = Counter()
    for kind, line in sorted(order, key=lambda entry: -sizes[entry]):
        half = min((0, 1), key=lambda half: (filled[kind, half], filled["", half]))
        half_of[line] = half
        filled[kind, half] += sizes[kind, line]
        filled["", half] += sizes[kind, line]
    return {str(listing.label_group): half_of[lines[listing.product_id]] for listing in training}


def write_halves(folder: Path) -> list[Path]:
    """Write ``half_0.csv`` and ``half_1.csv`` beside ``listings.csv``, each with one half as its training part."""
    listings = pd.read_csv(folder / "listings.csv", dtype=str, keep_default_na=False)
    half = listings["label_group"].map(halves_of_lines())
    files = [folder / f"half_{number}.csv" for number in (0, 1)]
    for number, file in enumerate(files):
        listings[(listings["part"] != "train") | (half == number)].to_csv(file, index=False)
    return files


def write_pair_training(listings: Path, folder: Path) -> list[Path]:
    """Write ``pairs_0.csv`` and ``pairs_1.csv``: the training listings of each half, for a pair scorer to learn from.

    Parameters
    ----------
    listings
        ``listings.csv`` of the demo, without copies.
    folder
        Folder to write to.
    """
    table = pd.read_csv(listings, dtype=str, keep_default_na=False)
    half = table["label_group"].map(halves_of_lines())
    files = [folder / f"pairs_{number}.csv" for number in (0, 1)]
    for number, file in enumerate(files):
        table[(table["part"] == "train") & (half == number)].drop(columns="part").to_csv(file, index=False)
    return files


def main() -> None:
    """Write the halves."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="folder with listings.csv of the demo, with or without copies")
    parser.add_argument(
        "--demo", type=Path, help="listings.csv without copies: also write what a pair scorer learns from"
    )
    given = parser.parse_args()
    folder = given.folder
    if not (folder / "listings.csv").is_file():
        sys.exit(f"There is no {folder / 'listings.csv'}: make it with recipes.data.edited_copies.")
    write_halves(folder)
    if given.demo is not None:
        write_pair_training(given.demo, folder)


if __name__ == "__main__":
    main()
