"""Photos embedded on Spark: a shard of photos for each task, the model opened once in each Python worker."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from product_matching.encoders.batch import EmbeddedPhoto, embed_photos
from product_matching.encoders.cache import EmbeddingCache
from product_matching.encoders.keypoint_cache import KeypointCache
from product_matching.engines.running import map_shards
from product_matching.engines.session import SparkPlace
from product_matching.engines.shards import Stage, content_key
from product_matching.progress import NO_PROGRESS, Progress

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from product_matching.encoders.photo import PhotoEncoder
    from product_matching.encoders.protocol import PhotoEmbedder

#: A photo: its listing's row, what a bundle keeps of it (see `EmbeddedPhoto`), and its vector (float32, little-endian;
#: null where it could not be read).
SCHEMA = pa.schema(
    {
        "row": pa.int64(),
        "sha256": pa.string(),
        "phash": pa.string(),
        "thumbnail": pa.binary(),
        "keypoints": pa.binary(),
        "problem": pa.string(),
        "vector": pa.binary(),
    }
)
_FILES = pa.schema({"row": pa.int64(), "path": pa.string()})
#: Photos of a shard.
PHOTOS = 500
_FLOAT = np.dtype("<f4")
_OF_PHOTO = tuple(field.name for field in fields(EmbeddedPhoto))


@dataclass(frozen=True, kw_only=True)
class SparkEmbedding:
    """Embeds the photos of a build on Spark (see `workflows.build.build_bundle`).

    Attributes
    ----------
    spark, place
        The session, and where the shards lie.
    model
        Folder of the model, which all workers see under this path.
    photos
        Photos of a shard.
    progress
        Shows the shards.
    """

    spark: SparkSession
    place: SparkPlace
    model: Path
    photos: int = PHOTOS
    progress: Progress = NO_PROGRESS

    def __call__(
        self,
        paths: Sequence[Path | None],
        encoder: PhotoEmbedder,
        cache: EmbeddingCache,
        *,
        keypoints: KeypointCache | None = None,
        workers: int = 2,
    ) -> Iterator[EmbeddedPhoto]:
        """Embed the photos, put their vectors into the cache and yield them in order, as `embed_photos` does."""
        files = _write_files(paths, self.place.work, self.photos)
        key = content_key("photos", encoder.model.fingerprint, keypoints is not None, files.key)
        stage = Stage(work=self.place.work, name="photos", key=key, n=files.n, schema=SCHEMA)
        make = partial(_embed_shard, files, self.model, keypoints is not None)
        map_shards(self.spark, stage, make, describe="embedding photos", progress=self.progress)
        self.progress.begin("photos", len(paths), unit="photo")
        for table in stage.tables():
            yield from _read(table, cache)


def _write_files(paths: Sequence[Path | None], work: Path, photos: int) -> Stage:
    """Write the paths as shards; a file that was changed in size or time makes another key."""
    key, states = hashlib.sha256(str(photos).encode()), []
    for path in paths:
        state = None if path is None else path.stat()
        states.append(None if state is None else f"{path} {state.st_size} {state.st_mtime_ns}")
        key.update(f"{states[-1]}\n".encode())
    stage = Stage(work=work, name="photo-files", key=key.hexdigest()[:16], n=-(-len(paths) // photos), schema=_FILES)
    for shard in stage.missing():
        part = range(shard * photos, min(len(paths), (shard + 1) * photos))
        named = [None if paths[row] is None else str(paths[row]) for row in part]
        stage.write(shard, pa.table({"row": list(part), "path": named}, schema=_FILES))
    return stage


@lru_cache(maxsize=1)
def _encoder(model: Path) -> PhotoEncoder:
    from product_matching.encoders.process import tune_process

    tune_process()
    from product_matching.encoders.photo import PhotoEncoder

    return PhotoEncoder.load(model)


def _embed_shard(files: Stage, model: Path, keypoints: bool, shard: int) -> pa.Table:  # noqa: FBT001
    encoder, photos = _encoder(model), files.read(shard)
    paths = [None if path is None else Path(path) for path in photos["path"].to_pylist()]
    with tempfile.TemporaryDirectory(prefix="photos.") as name:
        cache, kept = EmbeddingCache(encoder.model, Path(name)), KeypointCache(Path(name)) if keypoints else None
        embedded = list(embed_photos(paths, encoder, cache, keypoints=kept))
        vectors = cache.get(photo.sha256 for photo in embedded if photo.sha256)
    columns = {name: [getattr(photo, name) for photo in embedded] for name in _OF_PHOTO}
    found = [vectors[photo.sha256].astype(_FLOAT).tobytes() if photo.sha256 else None for photo in embedded]
    return pa.table({"row": photos["row"], **columns, "vector": found}, schema=SCHEMA)


def _read(table: pa.Table, cache: EmbeddingCache) -> Iterator[EmbeddedPhoto]:
    photos = table.drop_columns(["row"]).to_pylist()
    vectors = {photo["sha256"]: np.frombuffer(photo["vector"], _FLOAT) for photo in photos if photo["vector"]}
    cache.put(vectors)
    for photo in photos:
        del photo["vector"]
        yield EmbeddedPhoto(**photo)
