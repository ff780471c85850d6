"""The ablation table of docs/ablation.md: what each step of the chain adds, under ``fold`` and ``half``.

    python benchmarks/ablation.py data/shopee/train.csv --out docs/ablation.md

Every row chooses its threshold on validation listings and is scored once on others. It took 24 minutes on two
shared cores.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

from product_matching.evaluation.ablation import AblationRow, ablation_table, run_ablation
from product_matching.evaluation.listings import labelled_listings
from product_matching.files import write_text
from product_matching.listings.catalogue import read_catalogue

PREFACE = """# What each step adds

Made by `python benchmarks/ablation.py data/shopee/train.csv --out docs/ablation.md` on the titles and pHashes of the
34,250 Shopee training listings (no photos). F1 is the competition's mean over listings. The threshold of every row
was chosen on validation listings (fold 1, or half of the label groups); the figures are those of test listings (fold 0,
or the other half). "Gain" is over the row before; for the last rows, whose rules the chain leaves off, it is over the
whole chain. The interval is a 95 % bootstrap over label groups. The quantity veto rejects a pair even with the same
photo, as it does in `find` and `match`; min2 reaches 1.333 times the threshold.

"""


def main() -> None:
    """Run every step, show the table as it grows on stderr, and write it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("catalogue", type=Path)
    parser.add_argument("--protocol", action="append", help="may be given several times; fold and half by default")
    parser.add_argument("--out", type=Path, help="Markdown file to write")
    parser.add_argument("--json", type=Path, help="file for every row's whole report")
    arguments = parser.parse_args()
    listings = labelled_listings(read_catalogue(arguments.catalogue))
    rows: list[AblationRow] = []
    started = time.perf_counter()
    for row in run_ablation(listings, protocols=arguments.protocol or ["fold", "half"]):
        rows.append(row)
        figures = "  ".join(f"{report.protocol} {report.f1:.4f}" for report in row.reports)
        print(f"{time.perf_counter() - started:6.0f} s  {row.step.name}: {figures}", file=sys.stderr, flush=True)
    table = ablation_table(rows)
    print(table)
    if arguments.out:
        write_text(arguments.out, PREFACE + table, parents=True)
    if arguments.json:
        reports = [report.to_json() | {"step": row.step.name} for row in rows for report in row.reports]
        write_text(arguments.json, json.dumps(reports, indent=1))


if __name__ == "__main__":
    main()
