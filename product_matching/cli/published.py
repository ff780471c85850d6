"""Bring Milvus up to date after a command that changed the listings of a published bundle."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import typer

from product_matching.errors import InputError


def published_version(folder: Path) -> str | None:
    """The version of a bundle that is searched in Milvus; None where it is searched locally."""
    from product_matching.store.manifest import read_manifest
    from product_matching.store.milvus_addresses import milvus_address

    manifest = read_manifest(folder)
    if milvus_address(manifest.catalogue_id) is None:
        return None
    from product_matching.workflows.publish import searched_content

    return searched_content(manifest)


def update_published(
    folder: Path, before: str | None, *, changed: Sequence[str] = (), removed: Sequence[str] = ()
) -> None:
    """Send what a command changed; where that cannot be, say why on stderr: the bundle itself is changed already.

    Parameters
    ----------
    folder
        Of the bundle.
    before
        What `published_version` returned before the change.
    changed, removed
        Ids of the listings that are new or differ, and of those that are gone.
    """
    if before is None:
        return
    from product_matching.search.milvus.connection import check_address
    from product_matching.store.bundle import open_bundle
    from product_matching.store.milvus_addresses import milvus_address
    from product_matching.workflows.publish import bring_up_to_date

    bundle = open_bundle(folder)
    rows = np.array([bundle.row_of(each) for each in changed], dtype=np.int64)
    try:
        address = check_address(milvus_address(bundle.manifest.catalogue_id) or "")
        bring_up_to_date(bundle, address, before=before, changed=rows, removed=removed)
    except InputError as error:
        typer.echo(f"The bundle is changed, but Milvus is not up to date: {error}", err=True)
