"""Groups, their representatives, and decisions as tables for export."""

from __future__ import annotations

import numpy as np
import pandas as pd

from product_matching.search.neighbours import DISTANCE_DECIMALS, RowArray
from product_matching.store.bundle import PHOTO_SHA256, Bundle
from product_matching.workflows.catalogue_groups import CatalogueGroups
from product_matching.workflows.decisions import BundleDecisions

#: Columns of a bundle that are none of the catalogue's.
_OF_BUNDLE = {PHOTO_SHA256}


def groups_table(bundle: Bundle, found: CatalogueGroups, kept: RowArray) -> pd.DataFrame:
    """One row a listing, groups together, the largest first, the representative of each before its other listings.

    Parameters
    ----------
    bundle, found
        The catalogue and its groups.
    kept
        Row of the representative of each listing's group, shape (N,).

    Returns
    -------
    pandas.DataFrame
        ``posting_id``, ``group`` (the id of the representative), ``size``, ``keep`` (whether it is the
        representative), ``farthest`` (probability of the farthest pair of the group; empty for singletons and where
        distances decided), then the other columns of the catalogue.
    """
    ids = bundle.listings["posting_id"].to_numpy()
    sizes, farthest = np.ones(len(bundle), dtype=np.int64), np.full(len(bundle), np.nan)
    place = np.full(len(bundle), len(found.groups))
    for number, group in enumerate(found.groups):
        rows = list(group.rows)
        sizes[rows], place[rows] = group.size, number
        if found.scored is not None:
            farthest[rows] = round(found.farthest[number].probability, DISTANCE_DECIMALS)
    own = np.arange(len(bundle))
    table = pd.DataFrame({"posting_id": ids, "group": ids[kept], "size": sizes, "keep": kept == own})
    table["farthest"] = farthest
    further = bundle.listings.drop(columns=[name for name in bundle.listings if name in {*table, *_OF_BUNDLE}])
    order = np.lexsort((own, kept != own, place))
    return pd.concat([table, further.reset_index(drop=True)], axis=1).iloc[order].reset_index(drop=True)


def representatives_table(bundle: Bundle, found: CatalogueGroups, kept: RowArray) -> pd.DataFrame:
    """The catalogue without its duplicates: one row a group or singleton, in the catalogue's order.

    Returns
    -------
    pandas.DataFrame
        The columns of the catalogue, then ``size`` and ``duplicates``: the ids of the others, separated by spaces.
    """
    ids = bundle.listings["posting_id"].to_numpy()
    others: dict[int, list[str]] = {}
    for group in found.groups:
        row = int(kept[group.rows[0]])
        others[row] = [str(ids[each]) for each in group.rows if each != row]
    rows = np.flatnonzero(kept == np.arange(len(bundle)))
    table = bundle.listings.drop(columns=[name for name in _OF_BUNDLE if name in bundle.listings]).iloc[rows]
    duplicates = [others.get(row, []) for row in rows.tolist()]
    return table.assign(
        size=[len(each) + 1 for each in duplicates], duplicates=[" ".join(each) for each in duplicates]
    ).reset_index(drop=True)


def decisions_table(decisions: BundleDecisions) -> pd.DataFrame:
    """The decisions that hold, the oldest first: ``first, second, decision, time, who, score, stale``."""
    rows = [
        {
            "first": change.decision.pair[0],
            "second": change.decision.pair[1],
            "decision": str(change.decision.word),
            "time": change.decision.time.isoformat(),
            "who": change.decision.who,
            "score": change.decision.score,
            "stale": change.number in decisions.stale,
        }
        for change in reversed(decisions.changes)
    ]
    return pd.DataFrame(rows, columns=["first", "second", "decision", "time", "who", "score", "stale"])
