"""``build``: embed a catalogue and write it as a bundle."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from product_matching.cli.arguments import (
    AsJson,
    Device,
    DeviceOption,
    LabelColumn,
    PhotoThreshold,
    TitleThreshold,
    read_count,
    read_megabytes,
    read_milliseconds,
)
from product_matching.cli.engine import Engine, EngineOption, MasterOption, WorkOption, spark_place, spark_session
from product_matching.cli.lists import SkipBad, left_out_rows, read_list, tell_left_out
from product_matching.cli.progress import bars

if TYPE_CHECKING:
    from product_matching.encoders.batch import EmbedPhotos
    from product_matching.encoders.photo import PhotoEncoder
    from product_matching.engines.session import SparkPlace
    from product_matching.listings.catalogue import Catalogue
    from product_matching.listings.faulty_rows import FaultyRow
    from product_matching.progress import Progress
    from product_matching.search.budget import SearchBudget
    from product_matching.store.manifest import Manifest


class TitleWeighting(StrEnum):
    """Weights of words in titles."""

    idf = "idf"
    tfidf = "tfidf"


def build(
    catalogue: Annotated[Path, typer.Argument(help="CSV or Parquet file with posting_id, and title or image or both.")],
    out: Annotated[Path, typer.Option(help="Folder of the new bundle, for example embeddings/NAME.")],
    images: Annotated[Path | None, typer.Option(help="Folder of the photos; without it only titles are used.")] = None,
    model: Annotated[
        str | None,
        typer.Option(
            help="Photo model: fast (the shipped one), best or multilingual; a folder or a name in models/; or a timm "
            "architecture.",
        ),
    ] = None,
    weights: Annotated[
        Path | None, typer.Option(help="Safetensors file with the weights of the timm architecture.")
    ] = None,
    image_size: Annotated[
        int | None, typer.Option(min=32, max=1024, help="Edge of the network's input, in pixels.")
    ] = None,
    queries: Annotated[
        Path | None,
        typer.Option(help="CSV or Parquet file of sample photos: query_id, and image below --images."),
    ] = None,
    label_column: LabelColumn = "label_group",
    title_weighting: Annotated[TitleWeighting, typer.Option(help="Weights of words in titles.")] = TitleWeighting.idf,
    photo_threshold: PhotoThreshold = None,
    title_threshold: TitleThreshold = None,
    device: DeviceOption = Device.auto,
    batch_size: Annotated[int | None, typer.Option(parser=read_count, help="Photos per forward pass.")] = None,
    memory: Annotated[
        float | None,
        typer.Option(
            parser=read_megabytes,
            metavar="SIZE",
            help="Memory that searching for photos may take, such as 1.5GB; by default what an exact search needs.",
        ),
    ] = None,
    milliseconds: Annotated[
        float | None,
        typer.Option(
            parser=read_milliseconds,
            help="Time that one photo search may take, such as 20; an approximate index where an exact one is slower.",
        ),
    ] = None,
    keypoints: Annotated[
        bool, typer.Option(help="Keep the keypoints of the photos: some 4 kB and 40 ms of work a photo.")
    ] = True,
    with_map: Annotated[
        bool, typer.Option("--map", help="Place the listings on the map of the app, as the map command does.")
    ] = False,
    scores: Annotated[
        bool,
        typer.Option(
            help="Score the pairs at once, for match and the Review page, where a pair scorer decides (up to 50,000 "
            "listings).",
        ),
    ] = True,
    overwrite: Annotated[bool, typer.Option(help="Replace an existing bundle at --out.")] = False,
    skip_bad: SkipBad = False,
    engine: EngineOption = Engine.local,
    master: MasterOption = None,
    work: WorkOption = None,
    as_json: AsJson = False,
) -> None:
    """Embed a catalogue and write it as a bundle.

    The app and the other commands read the bundle. Thresholds that are not given are tuned on the catalogue; one that
    is too small and has no labels gets fixed ones.
    """
    from product_matching.store.bundle import check_target
    from product_matching.workflows.build import BuildOptions, build_bundle
    from product_matching.workflows.left_out_file import keep_left_out
    from product_matching.workflows.map_listings import add_map
    from product_matching.workflows.query_list import read_queries

    check_target(out, overwrite=overwrite, option="--overwrite")
    if queries is not None and images is None:
        raise typer.BadParameter("the sample photos are below --images: give their folder", param_hint="--queries")
    if images is None and (memory is not None or milliseconds is not None):
        raise typer.BadParameter(
            "titles are always searched exactly: give the photos with --images", param_hint="--memory"
        )
    if images is None and (model is not None or weights is not None):
        raise typer.BadParameter("there are no photos: give their folder with --images", param_hint="--model")
    place = _place(engine, master, work, images)
    listings, left_out = read_list(catalogue, images=images, label_column=label_column, skip_bad=skip_bad)
    samples = None if queries is None or images is None else read_queries(queries, images=images)
    folder = _model_folder(listings, model, weights, image_size)
    encoder = None if folder is None else _load_encoder(folder, device, batch_size)
    options = BuildOptions(
        weighting=title_weighting.value,
        photo_threshold=photo_threshold,
        title_threshold=title_threshold,
        overwrite=overwrite,
        keypoints=keypoints,
        budget=_budget(memory, milliseconds),
    )
    started = time.perf_counter()
    try:
        with bars(keep=True) as progress, _embedding(place, folder, progress) as embed:
            options = replace(options, embed=embed)
            manifest = build_bundle(listings, out, encoder=encoder, options=options, progress=progress, queries=samples)
            if with_map:
                manifest = add_map(out, progress=progress)
    except KeyboardInterrupt:
        typer.echo("Interrupted. Photos embedded so far are kept: the same command continues.", err=True)
        raise typer.Exit(130) from None
    keep_left_out(out, left_out)
    scorer = _score(out) if scores else None
    _report_build(manifest, out, time.perf_counter() - started, left_out, as_json, scored_by=scorer)


def _score(out: Path) -> str | None:
    from product_matching.workflows.score_built import score_built

    try:
        with bars(keep=True) as progress:
            return score_built(out, progress=progress)
    except KeyboardInterrupt:
        typer.echo(f"Interrupted. The bundle {out} is complete; match and the app score its pairs.", err=True)
        raise typer.Exit(130) from None


def _budget(memory: float | None, milliseconds: float | None) -> SearchBudget | None:
    if memory is None and milliseconds is None:
        return None
    from product_matching.search.budget import SearchBudget

    return SearchBudget(memory_mb=memory, milliseconds=milliseconds)


def _place(engine: Engine, master: str | None, work: Path | None, images: Path | None) -> SparkPlace | None:
    if engine is Engine.spark and images is None:
        raise typer.BadParameter("Spark embeds photos: give their folder with --images", param_hint="--engine")
    return spark_place(engine, master, work)


@contextmanager
def _embedding(place: SparkPlace | None, model: Path | None, progress: Progress) -> Iterator[EmbedPhotos]:
    """What embeds the photos: this process, or Spark."""
    from product_matching.encoders.batch import embed_photos

    if place is None or model is None:
        yield embed_photos
        return
    from product_matching.engines.embed import SparkEmbedding

    with spark_session(place) as spark:
        yield SparkEmbedding(spark=spark, place=place, model=model.absolute(), progress=progress)


def _model_folder(catalogue: Catalogue, model: str | None, weights: Path | None, image_size: int | None) -> Path | None:
    if not catalogue.has_photos:
        return None
    if model is None:
        raise typer.BadParameter(
            "the photos need a model: give --model (fast, best, multilingual, a folder of models/, or a timm "
            "architecture)",
            param_hint="--images",
        )
    from product_matching.encoders.process import tune_process

    tune_process()
    from product_matching.encoders.model_sources import resolve_model

    return resolve_model(model, weights=weights, image_size=image_size)


def _load_encoder(folder: Path, device: Device, batch_size: int | None) -> PhotoEncoder:
    from product_matching.encoders.photo import PhotoEncoder

    return PhotoEncoder.load(folder, device=device.value, batch_size=batch_size)


def _report_build(
    manifest: Manifest,
    out: Path,
    seconds: float,
    left_out: Sequence[FaultyRow],
    as_json: bool,
    *,
    scored_by: str | None,
) -> None:
    from product_matching.workflows.photo_index import describe_index

    summary: dict[str, Any] = {
        "bundle": str(out),
        "listings": manifest.n_listings,
        "photos": manifest.n_photos,
        "titles": manifest.n_titles,
        "queries": manifest.n_queries,
        "unreadable_photos": manifest.unreadable_photos,
        "left_out": left_out_rows(left_out),
        "photo_threshold": manifest.photo_threshold and manifest.photo_threshold.distance,
        "title_threshold": manifest.title_threshold and manifest.title_threshold.distance,
        "photo_index": manifest.index.photo and describe_index(manifest.index.photo),
        "title_index": manifest.index.title and describe_index(manifest.index.title),
        "scored_by": scored_by,
        "bytes": sum(entry.bytes for entry in manifest.files.values()),
        "seconds": round(seconds, 1),
    }
    if as_json:
        typer.echo(json.dumps(summary, ensure_ascii=False))
        return
    for name, threshold in (("photo", manifest.photo_threshold), ("title", manifest.title_threshold)):
        if threshold is not None:
            summary[f"{name}_threshold"] = f"{threshold.distance:g} (N {threshold.n}, {threshold.protocol})"
    unreadable = summary.pop("unreadable_photos")
    summary["left_out"] = len(left_out)
    if manifest.photo_model is not None and manifest.budget is not None:
        from product_matching.search.budget import choose_index

        chosen = choose_index(manifest.n_listings, manifest.photo_model.dimension, manifest.budget)
        summary["photo_index"] += f"; {chosen.reason}"
    for name, value in summary.items():
        typer.echo(f"{name:<16} {value}")
    for posting_id, problem in unreadable.items():
        typer.echo(f"No photo for {posting_id}: {problem}", err=True)
    tell_left_out(left_out)
