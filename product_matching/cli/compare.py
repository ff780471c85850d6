"""``compare``: measure the methods of the comparison, beside their reported figures."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from tqdm.contrib.logging import logging_redirect_tqdm

from product_matching.cli.arguments import Device, DeviceOption
from product_matching.cli.progress import bars
from product_matching.errors import InputError
from product_matching.files import write_text

if TYPE_CHECKING:
    from product_matching.listings.catalogue import Catalogue
    from product_matching.store.comparison import Comparison

_COMMAND = "product-matching compare"


def compare(
    models: Annotated[
        Path, typer.Option(help="Folder of the trainings (autoencoder, softmax, ...) and of files kept between runs.")
    ] = Path("build/comparison"),
    demo: Annotated[Path, typer.Option(help="Demo catalogue, with the columns title and part.")] = Path(
        "demo/listings.csv"
    ),
    demo_images: Annotated[Path, typer.Option(help="Folder of its photos.")] = Path("demo/images"),
    groceries: Annotated[
        Path,
        typer.Option(help="Catalogue of groceries (python -m recipes.data.training_data); left out if it is missing."),
    ] = Path("build/training/groceries.csv"),
    groceries_images: Annotated[Path, typer.Option(help="Folder of its photos.")] = Path("data/groceries/images"),
    shopee: Annotated[
        Path, typer.Option(help="The competition's train.csv, for reproduced figures; left out if it is missing.")
    ] = Path("data/shopee/train.csv"),
    shipped: Annotated[Path | None, typer.Option(help="Folder of the shipped model; left out by default.")] = None,
    backbone: Annotated[str, typer.Option(help="Untrained backbone that photo models are compared with.")] = (
        "mobilenetv2_100"
    ),
    weights: Annotated[
        Path | None, typer.Option(help="Safetensors file with the weights of the untrained backbone.")
    ] = None,
    image_size: Annotated[
        int,
        typer.Option(
            min=16,
            max=2048,
            help="Edge of the photos of the trainings, in pixels; the backbone is measured at it, too.",
        ),
    ] = 160,
    hashes: Annotated[
        Path | None, typer.Option(help="File of hashes of imagededup (benchmarks/hashes.py); left out by default.")
    ] = None,
    keep: Annotated[
        Path | None,
        typer.Option(
            help="Comparison (JSON) of an earlier run, whose rows fill those that cannot be measured now; by default "
            "that of --json-out, if there is one."
        ),
    ] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Write only what is measured now.")] = False,
    out: Annotated[Path, typer.Option(help="Markdown file to write.")] = Path("docs/comparison.md"),
    json_out: Annotated[Path, typer.Option(help="JSON file to write.")] = Path("docs/comparison.json"),
    readme: Annotated[
        Path | None, typer.Option(help="Page whose short table is replaced, between its two marks; none by default.")
    ] = None,
    device: DeviceOption = Device.auto,
) -> None:
    """Measure every method of the published comparison.

    Each method is shown with its reported figure, the figure reproduced under the protocol of the reported one, and its
    figures under one protocol. Every setting is chosen on validation, none on test. Methods and data that are missing
    are left out with a message, or their rows are those of an earlier run.
    """
    from product_matching.encoders.process import tune_process

    tune_process()
    from product_matching.comparison.earlier import keep_rows
    from product_matching.comparison.run import Comparing, Inputs

    logging.getLogger("product_matching.comparison").setLevel(logging.INFO)
    if shipped is not None and not shipped.is_dir():
        raise InputError(f"The model folder {shipped} does not exist.")
    if fresh and keep is not None:
        raise typer.BadParameter("--fresh keeps no rows: leave --keep out", param_hint="--fresh")
    earlier = None if fresh else _earlier(keep, json_out)
    if earlier is not None and shipped is None and any(row.section == "shipped" for row in earlier.rows):
        raise InputError(
            f"{keep or json_out} holds rows of the shipped model: give --shipped to measure it again, or --fresh to "
            "write only what is measured now."
        )
    with logging_redirect_tqdm(), bars() as progress:
        inputs = Inputs(
            demo=_read(demo, demo_images),
            groceries=_read_if_there(groceries, groceries_images),
            models=models,
            backbone=backbone,
            weights=weights,
            image_size=image_size,
            shipped=shipped,
            shopee=shopee if _is_there(shopee, "reproduced figures") else None,
            hashes=hashes,
            device=device.value,
            progress=progress,
        )
        comparison = Comparing(inputs).run(_COMMAND)
    _write(comparison if earlier is None else keep_rows(comparison, earlier), out, json_out, readme)


def _earlier(keep: Path | None, replaced: Path) -> Comparison | None:
    """The comparison whose rows are kept: the one that is named, else the one that is replaced."""
    from product_matching.store.comparison import read_comparison

    if keep is None:
        return read_comparison(replaced)
    found = read_comparison(keep)
    if found is None:
        raise InputError(f"The earlier comparison {keep} does not exist.")
    return found


def _write(comparison: Comparison, out: Path, json_out: Path, readme: Path | None) -> None:
    from product_matching.comparison.markdown import to_markdown
    from product_matching.comparison.summary import put_into, summary_table

    for path, text in ((json_out, comparison.to_json()), (out, to_markdown(comparison))):
        write_text(path, text, parents=True)
        typer.echo(f"Written: {path}")
    if readme is not None:
        put_into(readme, summary_table(comparison))
        typer.echo(f"Written: {readme}")


def _read(file: Path, images: Path) -> Catalogue:
    from product_matching.listings.catalogue import read_catalogue

    return read_catalogue(file, images=images)


def _read_if_there(file: Path, images: Path) -> Catalogue | None:
    return _read(file, images) if _is_there(file, "the groceries") and _is_there(images, "the groceries") else None


def _is_there(path: Path, what: str) -> bool:
    if not path.exists():
        typer.echo(f"Left out: {what}, as there is no {path}.", err=True)
    return path.exists()
