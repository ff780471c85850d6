"""``compact``: one base in place of what was added to a bundle and removed from it."""

from __future__ import annotations

import json

import typer

from product_matching.cli.arguments import AsJson, BundleArgument, bundle_folder
from product_matching.cli.progress import bars


def compact(bundle: BundleArgument, as_json: AsJson = False) -> None:
    """Make one piece of a bundle that listings were added to or removed from, and weigh the words of titles anew.

    Decisions and settings stay. It is searched as before until it is done, and needs room for a second bundle.
    """
    from product_matching.store.manifest import read_manifest
    from product_matching.workflows.compact_bundle import compact_bundle

    folder = bundle_folder(bundle)
    before = read_manifest(folder)
    with bars() as progress:
        after = compact_bundle(folder, progress=progress)
    old, new = (sum(entry.bytes for entry in manifest.all_files.values()) for manifest in (before, after))
    parts = len(before.parts)
    if as_json:
        summary = {"bundle": str(folder), "listings": after.n_listings, "parts_before": parts, "bytes": [old, new]}
        typer.echo(json.dumps(summary))
    elif before.growth is None:
        typer.echo(f"{folder} is in one piece: there is nothing to compact.")
    else:
        typer.echo(
            f"{folder}: {after.n_listings:,} listings in one piece, {parts} before; {new / 1e6:.1f} MB, "
            f"{old / 1e6:.1f} before."
        )
        if parts > 1:
            typer.echo("Listings that bridged groups and were not decided on are grouped as all others now.")
