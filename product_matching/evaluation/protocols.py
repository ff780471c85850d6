"""Protocols: listings for training, for choosing on validation and for testing, and their catalogues."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
from sklearn.model_selection import GroupKFold

from product_matching.errors import InputError
from product_matching.listings.splits import N_FOLDS, RowArray, Split, group_folds

ProtocolName = Literal["full", "fold", "dense", "half"]
PROTOCOLS: tuple[ProtocolName, ...] = get_args(ProtocolName)
#: Parts of the training listings, each embedded by a text encoder that is trained on the others.
_PARTS = 3
#: Name of the text encoder that is trained on all training listings.
_ALL = "all"


@dataclass(frozen=True)
class Plan:
    """The splits of a protocol.

    Attributes
    ----------
    protocol
        Its name.
    validation
        Catalogues and queries on which every threshold and setting is chosen: one, or one for each text encoder, then
        with equal catalogues and different queries.
    test
        Catalogue and queries that are measured.
    train
        Catalogues whose queries a second stage is trained on; empty where the protocol allows no training.
    cross_fit
        Whether validation and training share their listings, so that features and thresholds must be cross-fitted.
    parts
        Rows of the training listings in three parts of whole groups; empty without training, or with too few groups.
    encoders
        Rows that each text encoder of the splits is trained on, by its name; see `with_encoders`.
    """

    protocol: ProtocolName
    validation: tuple[Split, ...]
    test: Split
    train: tuple[Split, ...]
    cross_fit: bool = field(default=False, kw_only=True)
    parts: tuple[RowArray, ...] = field(default=(), kw_only=True)
    encoders: Mapping[str, RowArray] = field(default_factory=dict, kw_only=True)


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
        return Plan("full", (Split(everything, everything),), Split(everything, everything), ())
    if protocol == "half":
        half = validation_half(labels)
        if half.all() or not half.any():
            raise InputError("The catalogue has too few label groups for two halves.")
        validation, test = Split(everything, np.flatnonzero(half)), Split(everything, np.flatnonzero(~half))
        parts = _thirds(labels, validation.queries)
        return Plan("half", (validation,), test, (validation,), cross_fit=True, parts=parts)
    folds = group_folds(labels) if protocol in ("fold", "dense") else None
    if folds is None:
        raise InputError(f"The protocol {protocol!r} is unknown; accepted are {', '.join(PROTOCOLS)}.")
    tested, chosen, *learned = (np.flatnonzero(folds == fold) for fold in range(N_FOLDS))
    if protocol == "dense":
        train = Split(everything, np.flatnonzero(folds >= 2))
        validation, test = Split(everything, chosen), Split(everything, tested)
        return Plan("dense", (validation,), test, (train,), parts=tuple(learned))
    splits = tuple(Split.whole(rows) for rows in learned)
    return Plan("fold", (Split.whole(chosen),), Split.whole(tested), splits, parts=tuple(learned))


def with_encoders(plan: Plan) -> Plan:
    """Give each split of a plan a text encoder that was not trained on the groups of its queries.

    One encoder is trained on all training listings and embeds the test catalogue, and the validation catalogue where
    that shares no listing with the training. For each part of the training listings an encoder is trained on the other
    parts. It embeds the catalogue in which the pair scorer is trained on that part, and under ``half`` chosen on it.
    The vectors of two encoders are never compared.

    Raises
    ------
    InputError
        The protocol has no listings to train on, or too few label groups for three parts.
    """
    if not plan.train:
        raise InputError(
            f"A fine-tuned sentence encoder is measured under fold, dense or half only, not {plan.protocol!r}."
        )
    if not plan.parts:
        raise InputError(f"The validation half has fewer than {_PARTS} label groups: too few to train encoders on.")
    learned = np.sort(np.concatenate(plan.parts))
    encoders = {_ALL: learned} | {str(n): np.setdiff1d(learned, part) for n, part in enumerate(plan.parts)}
    train = tuple(
        Split(catalogue, np.searchsorted(catalogue, part), str(n))
        for n, part in enumerate(plan.parts)
        for catalogue in [part if plan.protocol == "fold" else plan.test.catalogue]
    )
    validation = train if plan.cross_fit else tuple(replace(split, encoder=_ALL) for split in plan.validation)
    test = replace(plan.test, encoder=_ALL)
    return replace(plan, validation=validation, test=test, train=train, encoders=encoders)


def _thirds(labels: npt.NDArray[np.generic], rows: RowArray) -> tuple[RowArray, ...]:
    """Parts of some rows by ``GroupKFold(3)`` over the labels as text; none where there are too few groups."""
    groups = np.unique(labels.astype(str)[rows], return_inverse=True)[1]
    if groups.max() + 1 < _PARTS:
        return ()
    return tuple(rows[part] for _, part in GroupKFold(_PARTS).split(rows, groups=groups))
