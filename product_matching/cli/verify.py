"""``verify``: check every file of a bundle."""

from __future__ import annotations

import json

import typer

from product_matching.cli.arguments import AsJson, BundleArgument, bundle_folder


def verify(bundle: BundleArgument, as_json: AsJson = False) -> None:
    """Check every file of a bundle.

    The exit status is 1 if a file is missing, changed or inconsistent.
    """
    from product_matching.workflows.verify import verify_bundle

    folder = bundle_folder(bundle)
    problems = verify_bundle(folder)
    if as_json:
        typer.echo(json.dumps({"bundle": str(folder), "problems": problems}, ensure_ascii=False))
    else:
        typer.echo("\n".join(problems) if problems else f"{folder} is intact.")
    if problems:
        raise typer.Exit(1)
