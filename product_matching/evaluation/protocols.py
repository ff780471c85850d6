"""The protocols: who chooses, who is scored, and in which catalogue. A figure without them is not a figure."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from product_matching.errors import InputError
from product_matching.listings.splits import N_FOLDS, Split, group_folds

ProtocolName = Literal["full", "fold", "dense", "half"]
PROTOCOLS: tuple[ProtocolName, ...] = get_args(ProtocolName)


@dataclass(frozen=True)
class Plan:
    """A protocol laid out over the data.

    Attributes
    ----------
    protocol
        Its name.
    choose
        Where every choice is made.
    score
        Where the figure comes from.
    train
        Catalogues whose queries a second stage may learn from; empty where it may not be used.
    learns_where_it_chooses
        Whether choosing and training share their listings, so that features and choices must be cross-fitted.
    """

    protocol: ProtocolName
    choose: Split
    score: Split
    train: tuple[Split, ...]
    learns_where_it_chooses: bool = False


def choosing_half(labels: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """Whether each listing's group is in the half that chooses, by the first bit of the label's SHA-256; shape (N,)."""
    unique, inverse = np.unique(np.asarray(labels).astype(str), return_inverse=True)
    chooses = np.array([hashlib.sha256(label.encode()).digest()[0] < 128 for label in unique], dtype=np.bool_)
    return chooses[inverse]


def plan_protocol(protocol: str, labels: npt.ArrayLike) -> Plan:
    """Lay a protocol out over listings with the given group labels, shape (N,).

    ``full``
        All listings are catalogue and queries, the threshold is chosen on the same listings. Unsupervised only.
    ``fold``
        The catalogue is the fold itself: fold 0 is scored, fold 1 chooses, folds 2-4 train.
    ``dense``
        As ``fold``, but every fold is looked up in all N listings.
    ``half``
        Half of the groups chooses (and trains), the other half is scored, all in the catalogue of N listings.

    Raises
    ------
    InputError
        There is no such protocol, or there are too few groups for it.
    """
    labels = np.asarray(labels)
    everything = np.arange(len(labels), dtype=np.int64)
    if protocol == "full":
        return Plan("full", Split(everything, everything), Split(everything, everything), ())
    if protocol == "half":
        half = choosing_half(labels)
        if half.all() or not half.any():
            raise InputError("The catalogue has too few label groups for two halves.")
        choose = Split(everything, np.flatnonzero(half))
        return Plan("half", choose, Split(everything, np.flatnonzero(~half)), (choose,), True)
    folds = group_folds(labels) if protocol in ("fold", "dense") else None
    if folds is None:
        raise InputError(f"The protocol {protocol!r} is unknown; accepted are {', '.join(PROTOCOLS)}.")
    if protocol == "dense":
        parts = [np.flatnonzero(folds == 1), np.flatnonzero(folds == 0), np.flatnonzero(folds >= 2)]
        choose, score, train = (Split(everything, rows) for rows in parts)
        return Plan("dense", choose, score, (train,))
    splits = [Split(rows, np.arange(len(rows))) for rows in (np.flatnonzero(folds == f) for f in range(N_FOLDS))]
    return Plan("fold", splits[1], splits[0], tuple(splits[2:]))
