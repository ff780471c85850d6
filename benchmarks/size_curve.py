"""F1 and best threshold by the size of the catalogue.

    python benchmarks/size_curve.py data/shopee/train.csv
    python benchmarks/size_curve.py embeddings/demo --method photo

Whole label groups are drawn, in twelve orders; at each size the threshold is chosen again on the same listings
(protocol ``full``). Beside the binary word TF-IDF of the Shopee titles stands the published curve. The slope is that of
the line through the thresholds by the logarithm of N: `matching/size_shift.py` has it.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from product_matching.evaluation.listings import LabelledListings, labelled_listings
from product_matching.evaluation.size_curve import SizePoint, size_curve
from product_matching.listings.catalogue import read_catalogue
from product_matching.store.bundle import open_bundle

#: Best F1 and best similarity threshold at 10, 20, 40, 70 and 100 % of the groups.
PUBLISHED = ((0.813, 0.36), (0.768, 0.42), (0.725, 0.45), (0.684, 0.50), (0.661, 0.53))


def main() -> None:
    """Print the curve as a Markdown table, and its slope."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("catalogue", type=Path, help="CSV or Parquet file, or a bundle")
    parser.add_argument("--method", default="idf")
    parser.add_argument("--draws", type=int, default=12)
    arguments = parser.parse_args()
    points = size_curve(_read(arguments.catalogue), method=arguments.method, draws=arguments.draws)
    published = PUBLISHED if arguments.method == "idf" and arguments.catalogue.is_file() else ()
    print("\n".join(_table(points, published)))
    doublings = np.log2([point.n for point in points])
    slope = np.polyfit(doublings, [point.threshold for point in points], 1)[0]
    print(f"\nThe best distance threshold changes by {slope:+.4f} as the number of listings doubles.")


def _read(path: Path) -> LabelledListings:
    if path.is_file():
        return labelled_listings(read_catalogue(path))
    bundle = open_bundle(path)
    return labelled_listings(bundle, bundle.photo_vectors)  # type: ignore[arg-type]


def _table(points: Sequence[SizePoint], published: Sequence[tuple[float, float]]) -> list[str]:
    names = ["N", "best F1", "spread over draws", "best similarity threshold"]
    names += ["published F1", "published threshold"] if published else []
    lines = [f"| {' | '.join(names)} |", f"|{' --- |' * len(names)}"]
    for place, point in enumerate(points):
        cells = [f"{point.n:,}", f"{point.f1:.4f}", f"{point.f1_spread:.4f}", f"{1 - point.threshold:.2f}"]
        cells += [f"{value:g}" for value in published[place]] if published else []
        lines.append(f"| {' | '.join(cells)} |")
    return lines


if __name__ == "__main__":
    main()
