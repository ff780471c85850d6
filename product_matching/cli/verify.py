"""``verify``: check every file of a bundle."""

from __future__ import annotations

import json

import typer

from product_matching.cli.arguments import AsJson, BundleArgument, bundle_folder


def verify(bundle: BundleArgument, as_json: AsJson = False) -> None:
    """Check every file of a bundle, and measure again how much an approximate index finds.

    It tells of thresholds that were tuned for another number of listings.

    The exit status is 1 if a file is missing, changed or inconsistent, or the index finds less than it did.
    """
    from product_matching.store.bundle import open_bundle
    from product_matching.workflows.description.basis import say_shift
    from product_matching.workflows.photo_index import describe_index, measure_photo_index
    from product_matching.workflows.verify import verify_bundle

    folder = bundle_folder(bundle)
    problems, cautions = verify_bundle(folder), list[str]()
    indexes: dict[str, str | None] = {}
    if not problems:
        opened = open_bundle(folder)
        photo, title = measure_photo_index(opened), opened.manifest.index.title
        indexes = {"photo": photo and photo.describe(), "title": None if title is None else describe_index(title)}
        problems += [photo.problem] if photo is not None and photo.problem else []
        cautions = [said for side in ("photo", "title") if (said := say_shift(opened.manifest, side))]
    if as_json:
        summary = {"bundle": str(folder), "problems": problems, "index": indexes, "cautions": cautions}
        typer.echo(json.dumps(summary, ensure_ascii=False))
    else:
        typer.echo("\n".join(problems) if problems else f"{folder} is intact.")
        for side, index in indexes.items():
            if index is not None:
                typer.echo(f"{side + '_index':<16} {index}")
        for caution in cautions:
            typer.echo(caution)
    if problems:
        raise typer.Exit(1)
