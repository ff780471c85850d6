"""Check every byte of a bundle against its manifest."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import numpy.typing as npt

from product_matching.errors import InputError
from product_matching.files import file_sha256
from product_matching.store.bundle import Bundle, open_bundle
from product_matching.store.changing import leftovers
from product_matching.store.index_files import photo_lists
from product_matching.store.kept_pairs import BESIDE_FILES
from product_matching.store.keypoints import StoredKeypoints
from product_matching.store.manifest import MANIFEST_FILE, read_manifest
from product_matching.store.segments import LOCK_FILE, SEGMENTS_FOLDER
from product_matching.workflows.map_listings import SIDES, has_vector

#: Files of a bundle that its manifest does not name.
_BESIDE = {MANIFEST_FILE, LOCK_FILE, *BESIDE_FILES}
#: What a program leaves that was killed while it wrote a file.
_PARTIAL = re.compile(r"\..+\.partial")
_BLOCK_ROWS = 4096
_LENGTH_TOLERANCE = 1e-4


def verify_bundle(folder: Path) -> list[str]:
    """Check a bundle whole: the content of each file, and the norms of the vectors (1, or 0 without a photo).

    Returns
    -------
    list of str
        One sentence for each problem; empty if the bundle is intact.

    Raises
    ------
    InputError
        It is not a bundle.
    """
    manifest = read_manifest(folder)
    problems = [
        f"{name} is not the file that the manifest names (SHA-256 differs)."
        for name, entry in manifest.all_files.items()
        if (folder / name).is_file() and file_sha256(folder / name) != entry.sha256
    ]
    left = set(leftovers(folder, manifest))
    paths = [path for path in _paths_in(folder) if path not in left and path.parent not in left]
    surplus = {path.relative_to(folder).as_posix() for path in paths} - set(manifest.all_files) - _BESIDE
    surplus = {name for name in surplus if not _PARTIAL.fullmatch(name)}
    problems += [f"{name!r} does not belong to the bundle." for name in sorted(surplus)]
    try:
        bundle = open_bundle(folder, spots=False)
    except InputError as error:
        return [*problems, str(error)]
    return (
        problems
        + _check_photos(bundle)
        + _check_titles(bundle)
        + _check_prints(bundle)
        + _check_keypoints(bundle)
        + _check_maps(bundle)
        + _check_lists(bundle)
    )


def _paths_in(folder: Path) -> list[Path]:
    """What lies in a bundle's folder, and in the folders of its segments."""
    return [
        *(path for path in folder.iterdir() if path.name != SEGMENTS_FOLDER),
        *folder.glob(f"{SEGMENTS_FOLDER}/*/*"),
    ]


def _check_photos(bundle: Bundle) -> list[str]:
    vectors = bundle.photo_vectors
    if vectors is None:
        return []
    starts = range(0, len(vectors), _BLOCK_ROWS)
    blocks = [np.linalg.norm(vectors[start : start + _BLOCK_ROWS], axis=1) for start in starts]
    lengths = np.concatenate(blocks) if blocks else np.zeros(0)
    problems = []
    if not np.isfinite(lengths).all():
        problems.append("The photo vectors hold values that are not finite numbers.")
    if not _has_length(lengths, bundle.has_photo):
        problems.append("The photo vectors do not have norm 1 for each listing with a photo and norm 0 for the others.")
    if int(bundle.has_photo.sum()) != bundle.manifest.n_photos:
        problems.append(f"{int(bundle.has_photo.sum())} photos, but the manifest has {bundle.manifest.n_photos}.")
    return problems


def _check_titles(bundle: Bundle) -> list[str]:
    if bundle.title_matrix is None:
        return []
    lengths = np.sqrt(np.asarray(bundle.title_matrix.multiply(bundle.title_matrix).sum(axis=1)).ravel())
    problems = []
    if not _has_length(lengths, lengths > 0):
        problems.append("The title vectors have norms other than 1 and 0.")
    if int(bundle.has_title.sum()) != bundle.manifest.n_titles:
        problems.append(f"{int(bundle.has_title.sum())} titles, but the manifest has {bundle.manifest.n_titles}.")
    return problems


def _check_prints(bundle: Bundle) -> list[str]:
    try:
        prints = [] if bundle.prints is None else bundle.prints.all()
        if bundle.sample_prints is not None:
            bundle.sample_prints.all()
    except InputError as error:
        return [str(error)]
    read = np.array([one is not None for one in prints], dtype=np.bool_)
    if bundle.prints is not None and (read & ~bundle.has_photo).any():  # what was added may wait to be read
        return ["The print was read for listings without a photo."]
    return []


def _check_keypoints(bundle: Bundle) -> list[str]:
    if not isinstance(bundle.keypoint_source, StoredKeypoints):
        return []
    try:
        found = np.array([bundle.keypoints(row) is not None for row in range(len(bundle))], dtype=np.bool_)
    except InputError as error:
        return [str(error)]
    if not np.array_equal(found, bundle.has_photo):
        return ["There are not keypoints for exactly the listings with a photo."]
    return []


def _check_maps(bundle: Bundle) -> list[str]:
    return [
        f"The map by {side}s does not have a place for exactly the listings with a vector."
        for side, stored in zip(SIDES, (bundle.photo_map, bundle.title_map), strict=True)
        if stored is not None and not _covers(bundle, np.isfinite(stored.points[:, 0]), has_vector(bundle, side))
    ]


def _covers(bundle: Bundle, done: npt.NDArray[np.bool_], wanted: npt.NDArray[np.bool_]) -> bool:
    """Whether something was done for exactly the listings that it is wanted for; those added later may lack it."""
    if bundle.manifest.growth is not None:
        return not (done & ~wanted).any()
    return np.array_equal(done, wanted)


def _check_lists(bundle: Bundle) -> list[str]:
    try:
        lists = photo_lists(bundle)
    except InputError as error:
        return [str(error)]
    listed = np.zeros(len(bundle), dtype=np.bool_)
    if lists is not None:
        listed[lists.rows] = True
    if lists is not None and not _covers(bundle, listed, bundle.has_photo):
        return ["The lists of the photo index do not hold exactly the listings with a photo."]
    return []


def _has_length(lengths: npt.NDArray[np.floating], expected: npt.NDArray[np.bool_]) -> bool:
    return bool((np.abs(lengths - expected) < _LENGTH_TOLERANCE).all())
