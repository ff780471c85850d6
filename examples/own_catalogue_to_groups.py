"""From a catalogue of one's own to groups of listings of the same product.

    python examples/own_catalogue_to_groups.py [FOLDER]

Six steps: read, build, open, match, group, write. The catalogue is written by the script and has titles alone, so that
no photo model is needed. FOLDER is where the files go; a temporary folder without it.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import product_matching as pm
from product_matching.workflows.groups import group_catalogue
from product_matching.workflows.groups_file import write_groups
from product_matching.workflows.match import match_by_defaults

LISTINGS = """\
posting_id,title,label_group,price
a1,Paper Bag Victoria Secret,17,12000
a2,PAPER BAG VICTORIA SECRET READY STOCK,17,12500
a3,paper bag victoria secret original,17,11900
b1,Double Tape 3M VHB 12 mm x 4.5 m,18,30000
b2,Double tape 3M VHB 12mm x 4.5m ORIGINAL,18,29500
c1,Daster Batik Lengan Pendek,19,45000
d1,Nescafe Classic Jar 200g,20,68000
"""


def main(folder: Path) -> list[list[str]]:
    """Write the files into a folder; give the ids of each group of two or more, the largest group first."""
    path = folder / "listings.csv"
    path.write_text(LISTINGS, encoding="utf-8")

    # 1. Read: the file is checked, and all its problems are reported together. For a catalogue with photos give
    #    images=FOLDER here, and encoder=PhotoEncoder.load(Path("models/efficientnet_lite2_arcface")) in step 2.
    catalogue = pm.read_catalogue(path)

    # 2. Build: every listing is represented once. label_group tunes the thresholds; without it they follow from the
    #    density of the catalogue.
    pm.build_bundle(catalogue, folder / "bundle")

    # 3. Open: arrays are memory-mapped, sizes and shapes checked.
    bundle = pm.open_bundle(folder / "bundle")
    thresholds = pm.default_thresholds(bundle)
    print(f"{len(bundle)} listings, title threshold {thresholds.title}")

    # 4. Match: all pairs within a threshold, by photo or by title, each pair measured on both sides.
    matches = match_by_defaults(bundle, pm.Thresholds())

    # 5. Group: matches become a partition. A single wrong pair does not join two groups.
    numbers, groups = group_catalogue(matches)

    # 6. Write: one line a listing, with its group and how well the group holds together.
    ids = bundle.listings["posting_id"].tolist()
    write_groups(folder / "groups.csv", ids, numbers, groups)

    found = [[ids[row] for row in group.rows] for group in groups]
    for members in found:
        print("same product:", ", ".join(members))
    return found


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        main(Path(sys.argv[1] if len(sys.argv) > 1 else temporary))
