"""``publish``: put a bundle into Milvus, where it is then searched."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from product_matching.cli.arguments import AsJson, BundleArgument, bundle_folder, read_count
from product_matching.cli.progress import bars

if TYPE_CHECKING:
    from product_matching.search.milvus.layout import IndexType
    from product_matching.workflows.publish import Published


class Index(StrEnum):
    """Index of the photo vectors in Milvus."""

    flat = "flat"
    ivf_flat = "ivf_flat"


_INDEXES: dict[Index, IndexType] = {Index.flat: "FLAT", Index.ivf_flat: "IVF_FLAT"}


def publish(
    bundle: BundleArgument,
    milvus: Annotated[
        str | None,
        typer.Option(help="http://HOST:PORT, or a file that ends in .db (Milvus Lite); else where it was before."),
    ] = None,
    index: Annotated[
        Index, typer.Option(help="flat compares every photo and is exact; ivf_flat is approximate.")
    ] = Index.flat,
    probes: Annotated[
        int | None,
        typer.Option(
            parser=read_count, help="Lists that a query looks into (ivf_flat): more find more, and are slower."
        ),
    ] = None,
    local: Annotated[bool, typer.Option("--local", help="Search it locally again; what is in Milvus stays.")] = False,
    as_json: AsJson = False,
) -> None:
    """Put a bundle into Milvus, which find and the app then search (extra milvus).

    Only what is new or has changed is sent, so that an interrupted run is taken up where it stopped.
    """
    from product_matching.search.milvus.connection import check_address
    from product_matching.store.bundle import open_bundle
    from product_matching.store.milvus_addresses import keep_milvus_address, milvus_address
    from product_matching.workflows.publish import publish_bundle

    if probes is not None and index is Index.flat:
        raise typer.BadParameter("--probes is for --index ivf_flat: flat has no lists", param_hint="publish")
    if local and milvus is not None:
        raise typer.BadParameter("--local leaves Milvus: leave --milvus out", param_hint="publish")
    folder = bundle_folder(bundle)
    opened = open_bundle(folder)
    catalogue_id = opened.manifest.catalogue_id
    if local:
        keep_milvus_address(catalogue_id, None)
        typer.echo(json.dumps({"bundle": str(folder), "milvus": None}) if as_json else f"{folder} is searched locally.")
        return
    address = milvus if milvus is not None else milvus_address(catalogue_id)
    if address is None:
        raise typer.BadParameter("give --milvus ADDRESS: the bundle was not published before", param_hint="publish")
    with bars() as progress:
        published = publish_bundle(
            opened, check_address(address), index=_INDEXES[index], probes=probes, progress=progress
        )
    if as_json:
        typer.echo(json.dumps({"bundle": str(folder), **_as_dict(published)}, ensure_ascii=False))
        return
    exactness = "exact" if published.layout.exact else "approximate"
    typer.echo(
        f"{folder}: {published.listings} listings in Milvus at {published.address}, collection {published.collection} "
        f"({exactness}); {published.sent} sent, {published.removed} removed."
    )
    if published.left_out:
        typer.echo(f"Columns that Milvus cannot hold: {', '.join(published.left_out)}.")


def _as_dict(published: Published) -> dict[str, object]:
    return {
        "milvus": published.address,
        "collection": published.collection,
        "exact": published.layout.exact,
        "listings": published.listings,
        "sent": published.sent,
        "removed": published.removed,
        "columns_left_out": published.left_out,
    }
