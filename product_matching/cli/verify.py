"""``verify``: check every file of a bundle."""

from __future__ import annotations

import json

import typer

from product_matching.cli.arguments import AsJson, BundleArgument, bundle_folder


def verify(bundle: BundleArgument, as_json: AsJson = False) -> None:
    """Check every file of a bundle, and measure again how much an approximate index finds.

    The exit status is 1 if a file is missing, changed or inconsistent, or the index finds less than it did.
    """
    from product_matching.store.bundle import open_bundle
    from product_matching.workflows.photo_index import describe_index, measure_photo_index
    from product_matching.workflows.verify import verify_bundle

    folder = bundle_folder(bundle)
    problems, indexes = verify_bundle(folder), {}
    if not problems:
        opened = open_bundle(folder)
        photo, title = measure_photo_index(opened), opened.manifest.index.title
        indexes = {"photo": photo and photo.describe(), "title": title and describe_index(title)}
        problems += [photo.problem] if photo is not None and photo.problem else []
    if as_json:
        typer.echo(json.dumps({"bundle": str(folder), "problems": problems, "index": indexes}, ensure_ascii=False))
    else:
        typer.echo("\n".join(problems) if problems else f"{folder} is intact.")
        for side, said in indexes.items():
            if said is not None:
                typer.echo(f"{side + '_index':<16} {said}")
    if problems:
        raise typer.Exit(1)
