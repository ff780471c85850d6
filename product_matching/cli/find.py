"""``find``: the matches of a photo, a title, or a listing."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import pandas as pd
import typer

from product_matching.cli import rules as option
from product_matching.cli.arguments import (
    AsJson,
    BundleArgument,
    Device,
    DeviceOption,
    FusedThreshold,
    PairsFile,
    PhotoThreshold,
    TitleThreshold,
    milliseconds,
    read_count,
)
from product_matching.cli.find_words import Mode, ModeOption, check_mode, find_words, print_found
from product_matching.cli.opening import check_phashes, check_scorer_decides, open_finder
from product_matching.errors import InputError
from product_matching.matching.candidates import Candidates
from product_matching.matching.chain import Rules
from product_matching.matching.thresholds import NO_RULES, PairRules, Thresholds

if TYPE_CHECKING:
    from PIL.Image import Image

    from product_matching.encoders.photo import PhotoEncoder
    from product_matching.matching.second_stage.catalogue_scorer import CatalogueScorer
    from product_matching.workflows.find import Finder, Query


_SHOWN = ("posting_id", "score", "reasons", "photo_distance", "title_distance", "by", "title")


def find(
    bundle: BundleArgument,
    photo: Annotated[Path | None, typer.Option(help="Photo file that is the query.")] = None,
    title: Annotated[str | None, typer.Option(help="Title that is the query.")] = None,
    mode: ModeOption = None,
    listing: Annotated[str | None, typer.Option(help="posting_id of the listing that is the query.")] = None,
    sample: Annotated[
        str | None,
        typer.Option(help="query_id of the sample photo of the bundle that is the query; --title may be added."),
    ] = None,
    photo_threshold: PhotoThreshold = None,
    title_threshold: TitleThreshold = None,
    fused_threshold: FusedThreshold = None,
    phash_bits: option.PhashBits = None,
    quantity_veto: option.QuantityVeto = False,
    min2: option.Min2 = None,
    pairs: PairsFile = None,
    limit: Annotated[int, typer.Option(parser=read_count, help="Largest number of matches to print.")] = 50,
    device: DeviceOption = Device.auto,
    as_json: AsJson = False,
) -> None:
    """Find the listings that match a photo, a title or a listing.

    Thresholds that are not given are those of the bundle. A photo and a title may be given together.
    A few words alone find the listings whose titles hold them; a whole title finds its duplicates (--mode).
    """
    _check_asked(photo, title, listing, sample)
    from product_matching.workflows.find import describe_matches
    from product_matching.workflows.score_pairs import predicted_matches

    given = Thresholds(photo_threshold, title_threshold, fused_threshold)
    rules = PairRules(photo_bits=phash_bits, quantity_veto=quantity_veto, min2=min2)
    decided = given != Thresholds() or rules != NO_RULES or pairs is not None
    alone = bool(title and title.strip()) and photo is None and sample is None
    check_mode(mode, alone=alone, decided=decided)
    if pairs is not None:
        check_scorer_decides(given, Rules(pairs=rules))
    finder, thresholds = open_finder(bundle, given)
    check_phashes(finder.bundle, phash_bits)
    if title is not None and alone and mode is not Mode.duplicates and not decided:
        found, took = find_words(finder.bundle, title, mode)
        if found is not None:
            print_found(finder.bundle, found, took, limit=limit, as_json=as_json)
            return
    query, timing = _make_query(finder, photo, title, listing, sample, device)
    scorer = None if pairs is None else _prepare_scorer(finder, pairs)
    started = time.perf_counter()
    if scorer is None:
        matches = finder.matches(query, thresholds, rules)
        described = describe_matches(finder.bundle, _head(matches, limit), thresholds, rules)
        count = len(matches)
    else:
        predicted = predicted_matches(finder, scorer, query, thresholds)
        described, count = predicted[:limit], len(predicted)
    timing["search"] = milliseconds(started)
    if as_json:
        answer = {"mode": Mode.duplicates, "matches": described, "total": count, "timing_ms": timing}
        typer.echo(json.dumps(answer, ensure_ascii=False))
    else:
        _print_matches(described, count, timing, scored=scorer is not None)


def _check_asked(photo: Path | None, title: str | None, listing: str | None, sample: str | None) -> None:
    if photo is None and title is None and listing is None and sample is None:
        raise typer.BadParameter("give --photo, --title, --sample or --listing", param_hint="find")
    if listing is not None and (photo is not None or title is not None or sample is not None):
        raise typer.BadParameter(
            "--listing is a whole query: leave --photo, --title and --sample out", param_hint="find"
        )
    if photo is not None and sample is not None:
        raise typer.BadParameter("--sample and --photo are both photos: leave one of them out", param_hint="find")


def _head(candidates: Candidates, limit: int) -> Candidates:
    return candidates.take(np.arange(min(limit, len(candidates))))


def _prepare_scorer(finder: Finder, pairs: Path) -> CatalogueScorer:
    from product_matching.matching.second_stage.scorer_file import read_scorer
    from product_matching.workflows.score_pairs import prepare_scorer

    return prepare_scorer(finder.bundle, read_scorer(pairs))


def _make_query(
    finder: Finder, photo: Path | None, title: str | None, listing: str | None, sample: str | None, device: Device
) -> tuple[Query, dict[str, float]]:
    from product_matching.workflows.find import Query

    timing = {"decode": 0.0, "encode": 0.0}
    if listing is not None:
        return finder.listing_query(finder.bundle.row_of(listing)), timing
    vector = matrix = None
    phash = ""
    if sample is not None:
        known = finder.sample_query(sample)
        vector, phash = known.photo, known.phash
    if photo is not None:
        image, phash, timing["decode"] = _decode(photo)
        encoder = _query_encoder(finder, device)
        started = time.perf_counter()
        vector = encoder.encode(image)
        timing["encode"] = milliseconds(started)
    if title is not None:
        started = time.perf_counter()
        matrix = finder.title_query(title)
        timing["encode"] = round(timing["encode"] + milliseconds(started), 3)
        if matrix is None:
            why = "has no titles" if title.strip() else "cannot be searched with an empty title"
            raise InputError(f"The bundle {finder.bundle.manifest.name} {why}.")
        if matrix.nnz == 0 and vector is None:
            raise InputError(f"None of these words is in a title of {finder.bundle.manifest.name}: try other words.")
    return Query(photo=vector, title=matrix, phash=phash, text=title or ""), timing


def _decode(photo: Path) -> tuple[Image, str, float]:
    from product_matching.listings.photos import decode_photo, phash, read_photo

    started = time.perf_counter()
    image = decode_photo(read_photo(photo), name=str(photo))
    return image, phash(image), milliseconds(started)


def _query_encoder(finder: Finder, device: Device) -> PhotoEncoder:
    model = finder.bundle.manifest.photo_model
    if model is None:
        raise InputError(f"The bundle {finder.bundle.manifest.name} has no photos: search it with --title.")
    from product_matching.encoders.model_sources import open_photo_encoder

    return open_photo_encoder(model, device=device.value)


def _print_matches(matches: list[dict[str, Any]], n_matches: int, timing: dict[str, float], *, scored: bool) -> None:
    if not matches and scored:
        typer.echo("The pair scorer accepts no listing.")
    elif not matches:
        typer.echo("No listing is within the thresholds; larger thresholds accept more.")
    else:
        table = pd.DataFrame(matches)[[name for name in _SHOWN if name in matches[0]]].dropna(axis=1, how="all")
        if "reasons" in table:
            table["reasons"] = table["reasons"].map(
                lambda why: ", ".join(f"{name} {share:+.2f}" for name, share in why)
            )
        table["by"] = table["by"].map(" ".join)
        typer.echo(table.to_string(index=False, max_colwidth=70, na_rep="-"))
        typer.echo(f"{len(matches)} of {n_matches} matches")
    typer.echo("  ".join(f"{name} {value:.1f} ms" for name, value in timing.items()))
