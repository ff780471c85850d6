"""The sides of a bundle for matching: its vectors, with or without rules, and thresholds for them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from product_matching.array_files import check_mapped
from product_matching.errors import InputError, said
from product_matching.listings.parts import validation_rows
from product_matching.listings.quantities import QuantityTable
from product_matching.matching.chain import Rules, improve_vectors
from product_matching.matching.sides import Side, Sides
from product_matching.matching.thresholds import Thresholds
from product_matching.search.arguments import check_unit
from product_matching.search.joins.dense import DenseJoin
from product_matching.search.joins.phashes import PhotoHashes, near_photos
from product_matching.search.joins.same_titles import same_titles
from product_matching.search.joins.sparse import SparseJoin
from product_matching.search.open import open_index
from product_matching.search.spec import IndexSpec
from product_matching.store.bundle import Bundle
from product_matching.workflows.tune import SMALL_PHOTO, SMALL_TITLE, tune_threshold


def bundle_sides(bundle: Bundle, rules: Rules, photo_threshold: float | None = None) -> Sides:
    """Prepare a bundle for matching under some rules.

    Parameters
    ----------
    bundle
        An opened bundle.
    rules
        Those on vectors are run here.
    photo_threshold
        Distance within which photos are blended: their distances have another scale, which
        `VectorRules.blend`, made for titles, does not know. The bundle's own photo threshold if it is None.

    Raises
    ------
    InputError
        The vectors are not of unit norm.
    """
    return Sides(
        n=len(bundle),
        photo=_photo_side(bundle, rules, photo_threshold),
        title=_title_side(bundle, rules),
        hashes=_hashes(bundle, rules),
        quantities=_quantities(bundle, rules),
    )


def bare_sides(bundle: Bundle, rules: Rules) -> Sides:
    """What `bundle_sides` prepares beside vectors: pairs whose distances are known are compared with it by the rest."""
    hashes, quantities = _hashes(bundle, rules), _quantities(bundle, rules)
    return Sides(n=len(bundle), photo=None, title=None, hashes=hashes, quantities=quantities)


def tuned_thresholds(bundle: Bundle, sides: Sides, given: Thresholds) -> Thresholds:
    """The given thresholds, and for a side that is None one tuned on its improved vectors.

    Distances shrink with every rule that averages vectors: on the labels where there are some, of the validation part
    where there is one (see `tune_threshold`). The fused threshold is used only if it is given.
    """
    return Thresholds(
        _tuned(bundle, sides.photo, given.photo, IndexSpec("flat"), small=SMALL_PHOTO),
        _tuned(bundle, sides.title, given.title, IndexSpec("sparse"), small=SMALL_TITLE),
        given.fused,
    )


def _tuned(bundle: Bundle, side: Side | None, given: float | None, spec: IndexSpec, *, small: float) -> float | None:
    if side is None or given is not None:
        return given
    index, validation = open_index(spec, side.vectors), validation_rows(bundle.listings)
    tuned = tune_threshold(index, side.vectors, side.present, labels=bundle.labels, validation=validation, small=small)
    return tuned.distance


def _hashes(bundle: Bundle, rules: Rules) -> PhotoHashes | None:
    return None if rules.pairs.photo_bits is None else PhotoHashes.of(bundle.phashes)


def _quantities(bundle: Bundle, rules: Rules) -> QuantityTable | None:
    return QuantityTable.of_measures(_titles(bundle)) if rules.pairs.quantity_veto else None


def _photo_side(bundle: Bundle, rules: Rules, threshold: float | None) -> Side | None:
    if bundle.photo_vectors is None:
        return None
    vectors = bundle.photo_vectors
    check_mapped(vectors)
    _check_unit(bundle, np.einsum("ij,ij->i", vectors, vectors))
    join = DenseJoin()
    if rules.vectors.is_on:
        own = bundle.manifest.photo_threshold
        within = threshold if threshold is not None else own.distance if own else 0.0
        same = same_titles(_titles(bundle)) if rules.vectors.cross_mean else None
        by_photo = replace(rules.vectors, blend=tuple(within for _ in rules.vectors.blend))
        vectors = improve_vectors(vectors, same, by_photo, join)[-1]
    return Side(vectors=vectors, present=bundle.has_photo, join=join)


def _title_side(bundle: Bundle, rules: Rules) -> Side | None:
    matrix = bundle.title_matrix
    if matrix is None:
        return None
    _check_unit(bundle, np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    join = SparseJoin()
    if rules.vectors.is_on:
        bits = rules.vectors.photo_bits if rules.vectors.cross_mean else None
        same = None if bits is None else near_photos(bundle.phashes, bits)
        matrix = improve_vectors(matrix, same, rules.vectors, join)[-1]
    return Side(vectors=matrix, present=bundle.has_title, join=join)


def _check_unit(bundle: Bundle, squared_lengths: npt.NDArray[np.floating]) -> None:
    try:
        check_unit("vectors", squared_lengths)
    except ValueError as error:
        raise InputError(f"The bundle {bundle.folder} cannot be searched ({said(error)}): build it anew.") from error


def _titles(bundle: Bundle) -> list[str]:
    listings = bundle.listings
    return listings["title"].tolist() if "title" in listings else [""] * len(listings)
