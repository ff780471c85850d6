"""Write a catalogue's training photos again with copies edited as sellers edit them: crops, frames, banners, collages.

A photo and its copies are one class, which teaches a network what an edit does not change, with or without labels. The
edits are those of the demo catalogue, so its generator must be on Python's path:

    export PYTHONPATH=demo/generator
    python -m recipes.data.edited_copies demo/listings.csv demo/images build/training/demo_copies --copies 1
    python -m recipes.data.edited_copies build/training/clothing.csv data/clothing/images \
        build/training/clothing_copies --copies 2 --most 400
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
from pathlib import Path

import pandas as pd

try:
    from demo_generator.edits import CHANGING, KEEPING, Edit, apply_edits, save_photo
except ModuleNotFoundError as error:
    raise SystemExit("The edits are the demo generator's: export PYTHONPATH=demo/generator first.") from error
from product_matching.errors import InputError
from product_matching.listings.catalogue import Catalogue, read_catalogue
from product_matching.listings.photos import decode_photo, read_photo

_PRICES = ("29.900", "45rb", "Rp 99.000", "120K", "15.500", "PROMO 75rb")


def draw_edits(rng: random.Random) -> tuple[Edit, ...]:
    """Draw one or two edits that change how a photo looks, and half of the time one that hardly does."""
    edits = [_draw(CHANGING, rng)]
    if rng.random() < 0.3:
        edits.append(_draw(CHANGING, rng))
    if rng.random() < 0.5:
        edits.append(_draw(KEEPING, rng))
    return tuple(edits)


def write_copies(catalogue: Catalogue, out: Path, *, copies: int, most: int | None = None, seed: int = 0) -> int:
    """Write ``listings.csv`` and ``images/`` with a catalogue's photos and, of those that train, edited copies.

    Parameters
    ----------
    catalogue
        Its listings of the part ``train`` get copies (all where it has no column ``part``); the others stay as they
        are, so that what is written takes the catalogue's place in a training.
    out
        Folder; it is made.
    copies
        Edited copies of each photo.
    most
        Listings of the training part that are taken at most, drawn by the seed; None for all.
    seed
        Decides all that is drawn; the edits of a photo depend on it and the posting_id alone.

    Returns
    -------
    int
        Number of photos written, originals and copies.

    Raises
    ------
    InputError
        A photo cannot be read.
    """
    (out / "images").mkdir(parents=True, exist_ok=True)
    listings = []
    for row in _chosen_rows(catalogue, most, seed):
        listing, path = catalogue.listings.iloc[row], catalogue.photo_path(row)
        if path is None:
            continue
        group = listing.get("label_group", "") or f"listing {listing['posting_id']}"
        part = listing.get("part", "train")
        names = [f"{row:06d}{path.suffix}"]
        shutil.copyfile(path, out / "images" / names[0])
        if part == "train":
            names += _write_edited(path, out / "images" / f"{row:06d}", copies, f"{seed}/{listing['posting_id']}")
        listings += [(Path(name).stem, name, group, part) for name in names]
    frame = pd.DataFrame(listings, columns=["posting_id", "image", "label_group", "part"])
    frame.to_csv(out / "listings.csv", index=False)
    return len(frame)


def _chosen_rows(catalogue: Catalogue, most: int | None, seed: int) -> list[int]:
    frame = catalogue.listings
    trains = [row for row in range(len(frame)) if "part" not in frame or frame["part"].iloc[row] == "train"]
    if most is None or most >= len(trains):
        return list(range(len(frame)))
    left_out = set(trains) - set(random.Random(seed).sample(trains, most))
    return [row for row in range(len(frame)) if row not in left_out]


def _write_edited(source: Path, stem: Path, copies: int, seed: str) -> list[str]:
    """Write ``<stem>_1.jpg`` and so on; gives the names of the files."""
    photo = decode_photo(read_photo(source), name=source.name)
    names = []
    for number in range(1, copies + 1):
        edits = draw_edits(random.Random(f"{seed}/{number}"))
        names.append(f"{stem.name}_{number}.jpg")
        save_photo(apply_edits(photo, edits, None), stem.with_name(names[-1]), edits)
    return names


def _draw(kinds: dict[str, float], rng: random.Random) -> Edit:
    kind = rng.choices(list(kinds), list(kinds.values()))[0]
    return Edit(kind, rng.randrange(2**32), rng.choice(_PRICES))


def main() -> None:
    """Write the copies."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("catalogue", type=Path, help="CSV or Parquet file of listings")
    parser.add_argument("images", type=Path, help="folder of its photos")
    parser.add_argument("out", type=Path, help="folder to write to")
    parser.add_argument("--copies", type=int, default=1, help="edited copies of each photo")
    parser.add_argument("--most", type=int, help="photos taken at most")
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    try:
        catalogue = read_catalogue(chosen.catalogue, images=chosen.images)
        n = write_copies(catalogue, chosen.out, copies=chosen.copies, most=chosen.most, seed=chosen.seed)
    except InputError as error:
        sys.exit(str(error))
    sys.stdout.write(f"{n} photos in {chosen.out}\n")


if __name__ == "__main__":
    main()
