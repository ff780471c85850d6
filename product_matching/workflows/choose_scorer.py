"""The pair scorer that decides by default on a catalogue: one of those in ``models/pairs``."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from product_matching.errors import InputError
from product_matching.matching.second_stage import SCORER_FILE
from product_matching.places import models_folder
from product_matching.store.bundle import Bundle

if TYPE_CHECKING:
    from product_matching.matching.second_stage.scorer import PairScorer

log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False, kw_only=True)
class ChosenScorer:
    """A pair scorer for a catalogue.

    Attributes
    ----------
    name
        Its folder's name.
    scorer
        The scorer, which gives probabilities.
    calibrated_here
        Whether it was calibrated on this very catalogue.
    chosen_here
        The least probability of a match that was chosen for this catalogue (see `bundle_settings`); None for the
        scorer's own.
    """

    name: str
    scorer: PairScorer
    calibrated_here: bool
    chosen_here: float | None = None

    @property
    def least_probability(self) -> float:
        """The least probability of a match on this catalogue, where no other is asked for."""
        return self.scorer.least_probability if self.chosen_here is None else self.chosen_here


def scorers_folder() -> Path:
    """The folder of the pair scorers."""
    return models_folder() / "pairs"


def choose_scorer(bundle: Bundle) -> ChosenScorer | None:
    """Choose the pair scorer that decides by default.

    Returns
    -------
    ChosenScorer or None
        Of the scorers that give probabilities and compare what the catalogue has, one that was calibrated on it, else
        the first by name; None if there is none.
    """
    from product_matching.matching.second_stage.scorer_file import read_scorer
    from product_matching.workflows.score_pairs import check_sides

    found = []
    for file in sorted(scorers_folder().glob(f"*/{SCORER_FILE}")):
        try:
            scorer = read_scorer(file.parent)
            check_sides(bundle, scorer)
        except InputError as error:
            log.debug("%s", error)
            continue
        if scorer.gives_probabilities:
            found.append(_chosen(bundle, file.parent.name, scorer))
    return min(found, key=lambda one: (not one.calibrated_here, one.name), default=None)


def open_scorer(bundle: Bundle, folder: Path) -> ChosenScorer:
    """Open a pair scorer of one's own choice for a catalogue.

    Raises
    ------
    InputError
        There is none in the folder, or the catalogue lacks what it compares.
    """
    from product_matching.matching.second_stage.scorer_file import read_scorer
    from product_matching.workflows.score_pairs import check_sides

    scorer = read_scorer(folder)
    check_sides(bundle, scorer)
    return _chosen(bundle, folder.name, scorer)


def _chosen(bundle: Bundle, name: str, scorer: PairScorer) -> ChosenScorer:
    from product_matching.matching.second_stage.scorer_file import scorer_fingerprint

    own, least = bundle.manifest.sureness, None
    if own is not None and own.scorer_sha256 == scorer_fingerprint(scorer):
        least = own.probability
    here = scorer.catalogue_id == bundle.manifest.catalogue_id
    return ChosenScorer(name=name, scorer=scorer, calibrated_here=here, chosen_here=least)
