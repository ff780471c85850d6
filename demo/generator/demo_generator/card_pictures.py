"""Pictures of the data card: contact sheets of every kind, and plots of how the catalogue is distributed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import matplotlib
import pandas as pd
from matplotlib.axes import Axes
from PIL import Image

from demo_generator.groups import SIZE_SHARES
from demo_generator.photo_plan import Photo

matplotlib.use("Agg")
from matplotlib import pyplot as plt

_EDGE = 128
_COLUMNS = 12
_KINDS_A_SHEET = 5
#: Groups of more listings than this count as one bar.
_LARGEST = 10


def contact_sheets(listings: pd.DataFrame, images: Path, out: Path) -> list[Path]:
    """Show `_COLUMNS` photos of every kind, a kind a row, `_KINDS_A_SHEET` rows a sheet."""
    kinds = sorted(listings["kind"].unique())
    sheets = []
    for first in range(0, len(kinds), _KINDS_A_SHEET):
        rows = [_photos_of(listings, kind) for kind in kinds[first : first + _KINDS_A_SHEET]]
        path = out / f"sheet_{first // _KINDS_A_SHEET + 1}.jpg"
        _lay_out(rows, images).save(path, quality=82)
        sheets.append(path)
    return sheets


def _photos_of(listings: pd.DataFrame, kind: str) -> list[str]:
    """Photos of a kind at equal steps through the file, none twice."""
    images = listings.loc[listings["kind"] == kind, "image"].drop_duplicates().tolist()
    return images[:: max(1, len(images) // _COLUMNS)][:_COLUMNS]


def _lay_out(rows: Sequence[Sequence[str]], images: Path) -> Image.Image:
    sheet = Image.new("RGB", (_COLUMNS * _EDGE, len(rows) * _EDGE), "white")
    for row, names in enumerate(rows):
        for column, name in enumerate(names):
            with Image.open(images / name) as photo:
                sheet.paste(photo.resize((_EDGE, _EDGE), Image.Resampling.LANCZOS), (column * _EDGE, row * _EDGE))
    return sheet


def plot_distribution(listings: pd.DataFrame, photos: Sequence[Photo], path: Path) -> None:
    """Draw group sizes beside the real ones, listings by kind and part, and where photos come from."""
    figure, axes = plt.subplots(1, 3, figsize=(13, 4.2), width_ratios=(1.1, 1.3, 1))
    _plot_sizes(axes[0], listings)
    _plot_kinds(axes[1], listings)
    _plot_origins(axes[2], listings, photos)
    figure.tight_layout()
    figure.savefig(path, dpi=110, metadata={"Software": None})
    plt.close(figure)


def _plot_sizes(axis: Axes, listings: pd.DataFrame) -> None:
    sizes = listings["label_group"].value_counts()
    grouped = Counter(min(size, _LARGEST) for size in sizes[sizes > 1])
    real: dict[int, float] = {}
    for size, share in SIZE_SHARES.items():
        real[min(size, _LARGEST)] = real.get(min(size, _LARGEST), 0.0) + share
    bars = range(2, _LARGEST + 1)
    axis.bar([size - 0.2 for size in bars], [grouped[size] / grouped.total() for size in bars], 0.4, label="demo")
    axis.bar([size + 0.2 for size in bars], [real[size] for size in bars], 0.4, label="Shopee, 11,014 groups")
    axis.set_xticks(list(bars), [*map(str, bars[:-1]), f"{_LARGEST}+"])
    axis.set(xlabel="listings in a group", ylabel="share of the groups of two or more", title="Group sizes")
    axis.legend(frameon=False)


def _plot_kinds(axis: Axes, listings: pd.DataFrame) -> None:
    table = pd.crosstab(listings["kind"].str.replace("_", " "), listings["part"])[["train", "validation", "test"]]
    table.plot.barh(stacked=True, ax=axis, width=0.8)
    axis.invert_yaxis()
    axis.set(xlabel="listings", ylabel="", title="Kinds and parts")
    axis.set_xlim(right=1.3 * table.sum(axis=1).max())
    axis.legend(frameon=False, fontsize=8, loc="upper right")


def _plot_origins(axis: Axes, listings: pd.DataFrame, photos: Sequence[Photo]) -> None:
    counts = photo_origins(listings, photos)
    axis.barh(list(counts), list(counts.values()), color="tab:green")
    axis.invert_yaxis()
    axis.set(xlabel="listings", title="Where a listing's photo comes from")


def photo_origins(listings: pd.DataFrame, photos: Sequence[Photo]) -> dict[str, int]:
    """Listings by the origin of their photo: an own render, another listing's file, or by the last edit of one."""
    edits = {photo.image: photo.edits for photo in photos}
    repeated = listings["image"].duplicated()
    counts = {"own photo": 0, "another's file": int(repeated.sum())}
    for image in listings.loc[~repeated, "image"]:
        origin = edits[image][0].kind if edits[image] else "own photo"
        counts[origin] = counts.get(origin, 0) + 1
    return dict(sorted(counts.items(), key=lambda entry: -entry[1]))
