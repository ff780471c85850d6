"""The colours that an address asks for: found once for all sessions, in the background where that takes seconds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import streamlit as st

from product_matching.app.address import Address
from product_matching.app.jobs import PATIENCE_SECONDS, Job
from product_matching.app.map.colouring import (
    GROUPS,
    LABELS,
    NEAREST,
    Colouring,
    by_column,
    by_distance,
    by_groups,
    by_labels,
    by_probability,
    colour_choices,
)
from product_matching.app.resources import BY_BUNDLE, jobs
from product_matching.app.shared.deciding import Deciding
from product_matching.app.shared.job_view import visitor
from product_matching.app.shared.kept_groups import kept_groups, scores_at_hand
from product_matching.app.shared.settings import default_distance
from product_matching.errors import InputError
from product_matching.store.bundle import Bundle
from product_matching.workflows.catalogue_groups import CatalogueGroups
from product_matching.workflows.map_listings import Side, nearest_listing


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """What colours the map.

    Attributes
    ----------
    choices
        All that can, by key, with their names.
    choice
        The key of the one that does.
    colouring
        The colours; of one colour while they are being found.
    job
        Finds them; None where they are there.
    note
        What they show, in a sentence; may be empty.
    """

    choices: dict[str, str]
    choice: str
    colouring: Colouring
    job: Job[Any] | None = None
    note: str = ""


def groups_or_none(bundle: Bundle, deciding: Deciding) -> tuple[CatalogueGroups | None, str]:
    """The groups of the catalogue if they are at hand, and ""; none, and why, where decisions cannot be read."""
    try:
        return kept_groups(bundle, deciding), ""
    except InputError as error:
        return None, str(error)


def chosen_colours(
    bundle: Bundle, address: Address, side: Side, deciding: Deciding, *, found: CatalogueGroups | None
) -> Chosen:
    """The colours of the address, those that suit the catalogue best where it names none that can be.

    Where no groups are given, they are none of the choices.
    """
    choices = colour_choices(bundle, grouped=found is not None)
    choice = address.colour if address.colour in choices else next(iter(choices))
    if choice == GROUPS and found is not None:
        note = "The groups of listings that are found to be the same product, under the decisions that hold now."
        return Chosen(choices=choices, choice=choice, colouring=by_groups(bundle, found), note=note)
    if choice == NEAREST:
        return _nearest(bundle, side, deciding, choices)
    note = "The labels of the catalogue: which listings are known to be the same product." if choice == LABELS else ""
    return Chosen(choices=choices, choice=choice, colouring=_of_file(bundle, choice), note=note)


@st.cache_resource(max_entries=16, show_spinner=False, hash_funcs=BY_BUNDLE)
def _of_file(bundle: Bundle, choice: str) -> Colouring:
    return by_labels(bundle) if choice == LABELS else by_column(bundle, choice)


def _nearest(bundle: Bundle, side: Side, deciding: Deciding, choices: dict[str, str]) -> Chosen:
    """By the probability where the pairs were scored, else by the distance, which takes seconds the first time."""
    scored = scores_at_hand(bundle, deciding)
    if scored is not None:
        note = "How sure it is that another listing of the catalogue is the same product."
        return Chosen(choices=choices, choice=NEAREST, colouring=by_probability(scored), note=note)
    key = f"nearest listing {bundle.fingerprint} {side}"
    job = jobs().start(key, lambda progress: nearest_listing(bundle, side, progress=progress), visitor())
    job.wait(PATIENCE_SECONDS)
    if not job.finished or job.error:
        plain = Colouring(kind="scale", colours=np.zeros(len(bundle), dtype=np.uint8), labels={})
        return Chosen(choices=choices, choice=NEAREST, colouring=plain, job=job)
    distances: npt.NDArray[np.float64] = job.result
    manifest = bundle.manifest
    threshold = default_distance(manifest.photo_threshold if side == "photo" else manifest.title_threshold)
    note = f"How near the most similar {side} of another listing is, beside the limit of a match ({threshold:.3f})."
    return Chosen(choices=choices, choice=NEAREST, colouring=by_distance(distances, threshold), note=note)
