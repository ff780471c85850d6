"""``map``: every listing of a bundle at a place in two dimensions, for the Map page."""

from __future__ import annotations

import json

import typer

from product_matching.cli.arguments import AsJson, BundleArgument, bundle_folder
from product_matching.cli.progress import bars


def map_(bundle: BundleArgument, as_json: AsJson = False) -> None:
    """Place every listing on a map, near those that look or read alike, and keep the map in the bundle.

    By t-SNE, which needs the extra map; by principal components without it. Nothing is embedded anew.
    """
    from product_matching.workflows.map_listings import add_map

    folder = bundle_folder(bundle)
    with bars() as progress:
        manifest = add_map(folder, progress=progress)
    maps = manifest.maps
    methods = {"photo": maps and maps.photo, "title": maps and maps.title}
    if as_json:
        typer.echo(json.dumps({"bundle": str(folder), "listings": manifest.n_listings, "maps": methods}))
        return
    for side, method in methods.items():
        if method is not None:
            typer.echo(f"{folder}: map by {side}s, {method}.")
