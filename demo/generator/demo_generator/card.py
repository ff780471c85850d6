"""Write the data card: how the catalogue was made, how it is distributed, how hard it is, what it cannot show."""

from __future__ import annotations

import argparse
import json
import textwrap
from pathlib import Path
from typing import Any

import pandas as pd

from demo_generator.card_pictures import contact_sheets, photo_origins, plot_distribution
from demo_generator.make import IMAGES, SEED, TIMES
from demo_generator.plan import make_plan
from demo_generator.plan_rows import Plan

TEMPLATE = Path(__file__).with_name("card_template.md")
PICTURES = "card"
_NAMES = {
    "phash": "same pHash",
    "idf": "titles, IDF",
    "tfidf": "titles, TF-IDF",
    "photo": "photos, ImageNet backbone without training",
}
#: What edits are called in the card.
_EDITS = {"colour": "colour shift", "resize": "resized", "recompress": "recompressed"}


def write_card(catalogue: Path, work: Path, figures: dict[str, Any]) -> None:
    """Write ``README.md`` and its pictures into the catalogue's folder.

    Parameters
    ----------
    catalogue
        Folder of ``listings.csv``, ``queries.csv`` and ``images/``.
    work
        Folder of the times that making it took.
    figures
        What `benchmarks/demo_catalogue.py` wrote.
    """
    plan = make_plan(SEED)
    listings = pd.read_csv(catalogue / "listings.csv", keep_default_na=False)
    pictures = catalogue / PICTURES
    pictures.mkdir(exist_ok=True)
    plot_distribution(listings, plan.photos, pictures / "distribution.png")
    sheets = contact_sheets(listings, catalogue / IMAGES, pictures)
    text = TEMPLATE.read_text(encoding="utf-8").format(
        **_counts(plan, listings, catalogue),
        **_times(work, len(plan.shots)),
        origins=_origins(listings, plan),
        figures=_figures(figures),
        samples=figures["samples"],
        model=_model(figures["model"]),
        sheets="\n\n".join(_sheet(sheet, listings, number) for number, sheet in enumerate(sheets)),
    )
    (catalogue / "README.md").write_text(text, encoding="utf-8")


def _counts(plan: Plan, listings: pd.DataFrame, catalogue: Path) -> dict[str, Any]:
    sizes = listings["label_group"].value_counts()
    parts = listings["part"].value_counts()
    photos = list((catalogue / IMAGES).glob("*.jpg"))
    shown = {product.product_id: product for product in plan.products}
    labels = {listing.product_id for listing in plan.listings}
    return {
        "seed": plan.seed,
        "n_listings": f"{len(listings):,}",
        "n_groups": int((sizes > 1).sum()),
        "n_grouped": f"{int(sizes[sizes > 1].sum()):,}",
        "n_singles": int((sizes == 1).sum()),
        "n_lines": len({shown[label].line_id for label in labels}),
        "n_kinds": listings["kind"].nunique(),
        "n_renders": f"{len(plan.shots):,}",
        "n_photos": f"{len(photos):,}",
        "megabytes": round(sum(photo.stat().st_size for photo in photos) / 1e6, 1),
        "n_queries": len(plan.queries),
        "n_matched": sum(query.label_group is not None for query in plan.queries),
        "n_unmatched": sum(query.label_group is None for query in plan.queries),
        **{f"n_{part}": f"{parts[part]:,}" for part in ("train", "validation", "test")},
    }


def _times(work: Path, n_renders: int) -> dict[str, Any]:
    times = json.loads((work / TIMES).read_text(encoding="utf-8"))
    render, edit = times["render"], times["edit"]
    each = render["seconds"] / render["photos"]
    return {
        "render_each": f"{each:.2f}",
        "render_timed": f"{render['photos']:,}",
        "render_minutes": round(each * n_renders / 60),
        "edit_seconds": round(edit["seconds"]),
    }


def _origins(listings: pd.DataFrame, plan: Plan) -> str:
    counts = photo_origins(listings, plan.photos)
    parts = [
        f"{_EDITS.get(name, name)} {100 * count / len(listings):.1f}\N{NO-BREAK SPACE}%"
        for name, count in counts.items()
    ]
    return textwrap.fill(", ".join(parts), 116, subsequent_indent="  ")


def _figures(figures: dict[str, Any]) -> str:
    rows = [
        "| what is compared | demo, groups of two and more | demo with singletons | Shopee at equal size |",
        "|---|---|---|---|",
    ]
    for method, name in _NAMES.items():
        real = figures.get("real", {}).get(method)
        beside = "–" if real is None else f"{real['f1']:.3f} ± {real['spread']:.3f}"
        grouped, everything = (_with_interval(figures[part][method]) for part in ("grouped", "with_singles"))
        rows.append(f"| {name} | {grouped} | {everything} | {beside} |")
    return "\n".join(rows)


def _model(model: dict[str, Any]) -> str:
    name = f"{model['source']} (`{model['backbone']}`, {model['image_size']} px, {model['dimension']} dimensions)"
    weights = f"weights with the SHA-256 {model['weights_sha256'][:16]}…"
    return textwrap.fill(f"The backbone is {name}, {weights}: other weights give other figures in the last row.", 120)


def _with_interval(figure: dict[str, Any]) -> str:
    low, high = figure["interval"]
    return f"{figure['f1']:.3f} ({low:.3f} to {high:.3f}), N {figure['n']}"


def _sheet(sheet: Path, listings: pd.DataFrame, number: int) -> str:
    kinds = sorted(listings["kind"].unique())[5 * number : 5 * number + 5]
    names = ", ".join(kind.replace("_", " ") for kind in kinds)
    return f"![Twelve photos each of: {names}]({PICTURES}/{sheet.name})"


def main() -> None:
    """Read the command line and write the card."""
    parser = argparse.ArgumentParser(prog="python -m demo_generator.card", description=__doc__)
    parser.add_argument("--catalogue", type=Path, default=Path("demo"), help="folder of the catalogue (%(default)s)")
    parser.add_argument("--work", type=Path, default=Path("build/demo"), help="folder of the times (%(default)s)")
    parser.add_argument("--figures", type=Path, required=True, help="JSON file that measure wrote")
    chosen = parser.parse_args()
    write_card(chosen.catalogue, chosen.work, json.loads(chosen.figures.read_text(encoding="utf-8")))


if __name__ == "__main__":
    main()
