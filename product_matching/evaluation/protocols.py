"""Protocols: listings for training, for choosing on validation and for testing, and their catalogues."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from product_matching.errors import InputError
from product_matching.listings.splits import N_FOLDS, Split, group_folds

ProtocolName = Literal["full", "fold", "dense", "half"]
PROTOCOLS: tuple[ProtocolName, ...] = get_args(ProtocolName)


@dataclass(frozen=True)
class Plan:
    """The splits of a protocol.

    Attributes
    ----------
    protocol
        Its name.
    validation
        Catalogue and queries on which every threshold and setting is chosen.
    test
        Catalogue and queries that are measured.
    train
        Catalogues whose queries a second stage is trained on; empty where the protocol allows no training.
    cross_fit
        Whether validation and training share their listings, so that features and thresholds must be cross-fitted.
    """

    protocol: ProtocolName
    validation: Split
    test: Split
    train: tuple[Split, ...]
    cross_fit: bool = field(default=False, kw_only=True)


def validation_half(labels: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """Whether each listing's group is in the validation half, by the first bit of the label's SHA-256; shape (N,)."""
    unique, inverse = np.unique(np.asarray(labels).astype(str), return_inverse=True)
    validation = np.array([hashlib.sha256(label.encode()).digest()[0] < 128 for label in unique], dtype=np.bool_)
    return validation[inverse]


def plan_protocol(protocol: str, labels: npt.ArrayLike) -> Plan:
    """Split listings with the given group labels, shape (N,), by a protocol.

    ``full``
        All listings are catalogue and queries; the threshold is chosen on the same listings. Unsupervised only.
    ``fold``
        Each fold is a catalogue: fold 0 is test, fold 1 validation, folds 2-4 training.
    ``dense``
        As ``fold``, but all N listings are the catalogue of every fold.
    ``half``
        Half of the groups is validation and training, the other half test; all N listings are the catalogue.

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
        half = validation_half(labels)
        if half.all() or not half.any():
            raise InputError("The catalogue has too few label groups for two halves.")
        validation, test = Split(everything, np.flatnonzero(half)), Split(everything, np.flatnonzero(~half))
        return Plan("half", validation, test, (validation,), cross_fit=True)
    folds = group_folds(labels) if protocol in ("fold", "dense") else None
    if folds is None:
        raise InputError(f"The protocol {protocol!r} is unknown; accepted are {', '.join(PROTOCOLS)}.")
    if protocol == "dense":
        parts = [np.flatnonzero(folds == 1), np.flatnonzero(folds == 0), np.flatnonzero(folds >= 2)]
        validation, test, train = (Split(everything, rows) for rows in parts)
        return Plan("dense", validation, test, (train,))
    splits = [Split(rows, np.arange(len(rows))) for rows in (np.flatnonzero(folds == f) for f in range(N_FOLDS))]
    return Plan("fold", splits[1], splits[0], tuple(splits[2:]))
