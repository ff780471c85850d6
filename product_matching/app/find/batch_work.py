"""The check of a list of new listings as work in the background."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from product_matching.app.address import SURENESS, Address
from product_matching.app.shared.batches import Batch
from product_matching.app.shared.deciding import Deciding
from product_matching.app.shared.scorers import prepared_scorer, version_of
from product_matching.app.shared.settings import chosen_thresholds, pair_rules
from product_matching.encoders.model_folder import PhotoModel
from product_matching.listings.photo_archive import ArchiveLimits
from product_matching.listings.uploaded_catalogue import UploadedFiles, UploadLimits, read_uploaded_catalogue
from product_matching.matching.thresholds import PairRules, Thresholds
from product_matching.progress import Progress
from product_matching.workflows.find import Finder

if TYPE_CHECKING:
    from product_matching.encoders.photo import PhotoEncoder
    from product_matching.workflows.check_listings import CheckedListing
    from product_matching.workflows.new_listings import NewListing

#: What is taken of one list.
MAX_LISTINGS, MAX_TABLE_MB, MAX_ZIP_MB = 2_000, 20, 200
LIMITS = UploadLimits(
    rows=MAX_LISTINGS,
    table_bytes=MAX_TABLE_MB * 2**20,
    archive=ArchiveLimits(entries=3 * MAX_LISTINGS, unpacked_bytes=2 * MAX_ZIP_MB * 2**20),
)
LIST = "list of new listings"


@dataclass(frozen=True, eq=False, kw_only=True)
class Check:
    """A list to check, and what decides; the same as on the Find page at this address.

    Attributes
    ----------
    finder, batch
        The catalogue and the list.
    scorer
        Name of the pair scorer; None where distances decide.
    thresholds, rules
        What decides by distances.
    """

    finder: Finder
    batch: Batch
    scorer: str | None
    thresholds: Thresholds
    rules: PairRules

    @classmethod
    def at(cls, finder: Finder, batch: Batch, address: Address, deciding: Deciding) -> Check:
        """The check of a list at an address."""
        chosen = deciding.chosen if deciding.by == SURENESS else None
        return cls(
            finder=finder,
            batch=batch,
            scorer=None if chosen is None else chosen.name,
            thresholds=chosen_thresholds(address, finder.bundle.manifest),
            rules=pair_rules(address),
        )

    @property
    def key(self) -> str:
        """Names the work."""
        by = f"{self.thresholds} {self.rules}" if self.scorer is None else version_of(self.scorer)
        return f"batch {self.batch.key} {self.finder.bundle.fingerprint} {by}"


def run_check(
    check: Check, open_encoder: Callable[[PhotoModel], PhotoEncoder], progress: Progress
) -> list[CheckedListing]:
    """Check a list, and keep the result with it.

    Raises
    ------
    InputError
        A file cannot be used, with all problems, or the model of the catalogue is not here.
    Cancelled
        The progress was cancelled.
    """
    from product_matching.workflows.check_listings import check_listings

    listings = _read(check.finder, check.batch, open_encoder, progress)
    prepared = None
    if check.scorer is not None:
        progress.begin("preparing the pair scorer", 0)
        prepared = prepared_scorer(check.finder.bundle, check.scorer)
    result = check_listings(
        check.finder,
        listings,
        prepared=prepared,
        thresholds=check.thresholds,
        rules=check.rules,
        progress=progress,
    )
    check.batch.keep(check.key, result)
    return result


def _read(
    finder: Finder, batch: Batch, open_encoder: Callable[[PhotoModel], PhotoEncoder], progress: Progress
) -> list[NewListing]:
    """The new listings; of uploaded photos nothing but small pictures is kept, and nothing on the disk."""
    from product_matching.encoders.cache import EmbeddingCache
    from product_matching.encoders.keypoint_cache import KeypointCache
    from product_matching.workflows.new_listings import read_sifted_listings, sample_listings

    if batch.table is None:
        return sample_listings(finder)
    photos = None if batch.photos is None else io.BytesIO(batch.photos)
    files = UploadedFiles(table=batch.table, name=batch.name, photos=photos)
    with tempfile.TemporaryDirectory(prefix="batch-") as folder:
        upload, caches = Path(folder) / "upload", Path(folder) / "caches"
        upload.mkdir()
        new = read_uploaded_catalogue(files, upload, what=LIST, limits=LIMITS, progress=progress)
        batch.notes = new.notes
        model = finder.bundle.manifest.photo_model
        if model is None or not new.has_photos:
            return read_sifted_listings(finder, new, None)
        return read_sifted_listings(
            finder,
            new,
            open_encoder(model),
            cache=EmbeddingCache(model, caches),
            keypoints=KeypointCache(caches),
            progress=progress,
        )
