"""F1 and best threshold by the size of the catalogue.

    python benchmarks/size_curve.py data/shopee/train.csv

Whole label groups are drawn, in twelve orders; at each size the threshold is chosen again on the same listings
(protocol ``full``). Beside it the published curve of the binary word TF-IDF.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from product_matching.evaluation.listings import labelled_listings
from product_matching.evaluation.size_curve import size_curve
from product_matching.listings.catalogue import read_catalogue

#: Best F1 and best similarity threshold at 10, 20, 40, 70 and 100 % of the groups.
PUBLISHED = ((0.813, 0.36), (0.768, 0.42), (0.725, 0.45), (0.684, 0.50), (0.661, 0.53))


def main() -> None:
    """Print the curve as a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("catalogue", type=Path)
    parser.add_argument("--draws", type=int, default=12)
    arguments = parser.parse_args()
    points = size_curve(labelled_listings(read_catalogue(arguments.catalogue)), draws=arguments.draws)
    print("| N | best F1 | spread over draws | published | best similarity threshold | published |")
    print("| --- | --- | --- | --- | --- | --- |")
    for point, (f1, threshold) in zip(points, PUBLISHED, strict=True):
        ours = f"{point.f1:.4f} | {point.f1_spread:.4f}"
        print(f"| {point.n:,} | {ours} | {f1} | {1 - point.threshold:.2f} | {threshold} |")


if __name__ == "__main__":
    main()
