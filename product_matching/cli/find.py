"""``find``: the matches of a photo, a title, or a listing."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
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
    RegionOption,
    TitleThreshold,
    milliseconds,
    read_count,
)
from product_matching.cli.deciding import Decide, Sure, chosen_scorer, least_probability, tell_nothing, tell_sureness
from product_matching.cli.find_decisions import Decided, decisions_on
from product_matching.cli.find_print import (
    ReadOption,
    check_read,
    describe_read,
    describe_with_print,
    print_words,
    read_query,
)
from product_matching.cli.find_words import Mode, ModeOption, check_mode, find_words, print_found
from product_matching.cli.opening import check_phashes, open_finder, say_who_answered
from product_matching.cli.progress import bars
from product_matching.errors import InputError
from product_matching.listings.titles import decode_byte_escapes
from product_matching.matching.calibration import percent_text
from product_matching.matching.candidates import Candidates, RowArray
from product_matching.matching.chain import Rules
from product_matching.matching.thresholds import NO_RULES, PairRules, Thresholds

if TYPE_CHECKING:
    from PIL.Image import Image

    from product_matching.encoders.photo import PhotoEncoder
    from product_matching.listings.prints import PhotoPrint
    from product_matching.listings.regions import Region
    from product_matching.matching.second_stage.catalogue_scorer import CatalogueScorer
    from product_matching.workflows.choose_scorer import ChosenScorer
    from product_matching.workflows.find import Finder, Query


_SHOWN = ("posting_id", "decision", "score", "photo_distance", "title_distance", "print_distance", "by", "title")


def find(
    bundle: BundleArgument,
    photo: Annotated[Path | None, typer.Option(help="Photo file that is the query.")] = None,
    region: RegionOption = None,
    title: Annotated[str | None, typer.Option(help="Title that is the query.")] = None,
    mode: ModeOption = None,
    listing: Annotated[str | None, typer.Option(help="posting_id of the listing that is the query.")] = None,
    sample: Annotated[
        str | None,
        typer.Option(help="query_id of the sample photo of the bundle that is the query; --title may be added."),
    ] = None,
    read: ReadOption = False,
    photo_threshold: PhotoThreshold = None,
    title_threshold: TitleThreshold = None,
    fused_threshold: FusedThreshold = None,
    phash_bits: option.PhashBits = None,
    quantity_veto: option.QuantityVeto = False,
    min2: option.Min2 = None,
    decide: Decide = None,
    sure: Sure = None,
    pairs: PairsFile = None,
    limit: Annotated[int, typer.Option(parser=read_count, help="Largest number of matches to print.")] = 50,
    device: DeviceOption = Device.auto,
    as_json: AsJson = False,
) -> None:
    """Find the listings that match a photo, a title or a listing.

    A listing matches if its probability by the pair scorer is high enough (--sure), where there is a scorer for the
    bundle. With a threshold, a rule or --decide distances, it matches within the photo threshold or the title
    threshold; those that are not given are the bundle's. A photo and a title may be given together. A few words alone
    find the listings whose titles hold them; a whole title finds its duplicates (--mode).
    """
    _check_asked(photo, title, listing, sample)
    if region is not None and photo is None:
        raise typer.BadParameter("--region is a part of a photo: give --photo", param_hint="find")
    check_read(read=read, has_photo=photo is not None or sample is not None or listing is not None)

    given = Thresholds(photo_threshold, title_threshold, fused_threshold)
    rules = PairRules(photo_bits=phash_bits, quantity_veto=quantity_veto, min2=min2)
    decided = given != Thresholds() or rules != NO_RULES or decide is not None or sure is not None or pairs is not None
    alone = bool(title and title.strip()) and photo is None and sample is None
    check_mode(mode, alone=alone, decided=decided)
    finder, thresholds = open_finder(bundle, given)
    chosen = chosen_scorer(finder.bundle, decide, sure, pairs, given=given, rules=Rules(pairs=rules))
    check_phashes(finder.bundle, phash_bits)
    if title is not None and alone and mode is not Mode.duplicates and not decided:
        held, took = find_words(finder.bundle, title, mode)
        if held is not None:
            print_found(finder.bundle, held, took, limit=limit, as_json=as_json)
            return
    image, timing = (None, {"decode": 0.0}) if photo is None else _decode(photo, region)
    query, timing["encode"] = _make_query(finder, image, title, listing, sample, device)
    found: PhotoPrint | None = None
    if read:
        found, query, timing["read"] = read_query(finder, query, photo=image, sample=sample)
    decided_on = decisions_on(finder.bundle, query.row)
    prepared = None if chosen is None else _prepare_scorer(finder, chosen, quiet=as_json)
    started = time.perf_counter()
    if chosen is None or prepared is None:
        answer = _find_by_distances(finder, query, thresholds, rules, decided_on, limit)
    else:
        least = least_probability(chosen, sure)
        answer = _find_by_sureness(finder, query, prepared, chosen, least, decided_on, limit)
    timing["search"] = milliseconds(started)
    say_who_answered(finder)
    if as_json:
        told = {"mode": Mode.duplicates, "matches": answer.matches, "total": answer.total, **answer.decided_by}
        told |= {"nearest": answer.nearest} if answer.nearest else {}
        told |= {} if query.row is None else {"decisions": decided_on.counts}
        told["timing_ms"] = timing
        typer.echo(json.dumps({**told, **describe_read(found, query)}, ensure_ascii=False))
        return
    if read:
        print_words(found, query)
    _print_answer(answer, timing, decided_on.said)


@dataclass(frozen=True, kw_only=True)
class _Answer:
    """The matches on the command line, how many there are in all, and what decided; `nearest` where there are none.

    `said` stands behind their number, `nothing` in place of the matches.
    """

    matches: list[dict[str, Any]]
    total: int
    decided_by: dict[str, Any]
    said: str = ""
    nothing: str = "No listing is within the thresholds; larger thresholds accept more."
    nearest: list[dict[str, Any]] = field(default_factory=list)


def _find_by_distances(
    finder: Finder, query: Query, thresholds: Thresholds, rules: PairRules, decided_on: Decided, limit: int
) -> _Answer:
    from product_matching.workflows.find import describe_matches

    matches = finder.matches(query, thresholds, rules, decided_on.pairs)
    shown = _head(matches, limit)
    described = describe_matches(finder.bundle, shown, thresholds, rules)
    described = decided_on.mark(describe_with_print(finder, query, shown, described), shown.rows)
    return _Answer(matches=described, total=len(matches), decided_by={"decided_by": "distances"})


def _find_by_sureness(
    finder: Finder,
    query: Query,
    prepared: CatalogueScorer,
    chosen: ChosenScorer,
    least: float,
    decided_on: Decided,
    limit: int,
) -> _Answer:
    from product_matching.workflows.answer import answer_by_sureness
    from product_matching.workflows.score_pairs import predicted_matches

    answer = answer_by_sureness(finder, query, prepared, least=least, decisions=decided_on.pairs)

    def describe(some: RowArray) -> list[dict[str, Any]]:
        described = predicted_matches(finder, some, answer.predictions, query)
        candidates = finder.measure(query, some)
        return decided_on.mark(describe_with_print(finder, query, candidates, described), some)

    return _Answer(
        matches=describe(answer.rows[:limit]),
        total=len(answer.rows),
        decided_by={"decided_by": "sureness", "sure": least, "scorer": chosen.name},
        said=tell_sureness(chosen, least, answer.compared),
        nothing=tell_nothing(chosen, least, answer.best),
        nearest=describe(answer.nearest) if len(answer.nearest) else [],
    )


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


def _prepare_scorer(finder: Finder, chosen: ChosenScorer, *, quiet: bool) -> CatalogueScorer:
    from product_matching.workflows.score_pairs import prepare_scorer

    if quiet:
        return prepare_scorer(finder.bundle, chosen.scorer)
    with bars() as progress:
        return prepare_scorer(finder.bundle, chosen.scorer, progress=progress)


def _make_query(
    finder: Finder, photo: Image | None, title: str | None, listing: str | None, sample: str | None, device: Device
) -> tuple[Query, float]:
    """The query, and the milliseconds that its embeddings took."""
    from product_matching.encoders.keypoints import find_keypoints
    from product_matching.listings.photos import phash as phash_of
    from product_matching.workflows.find import Query

    took = 0.0
    if listing is not None:
        return finder.listing_query(finder.bundle.row_of(listing)), took
    vector = matrix = None
    phash = ""
    keypoints = None
    if sample is not None:
        known = finder.sample_query(sample)
        vector, phash, keypoints = known.photo, known.phash, known.keypoints
    if photo is not None:
        encoder = _query_encoder(finder, device)
        started = time.perf_counter()
        vector, phash = encoder.encode(photo), phash_of(photo)
        keypoints = find_keypoints(photo)
        took = milliseconds(started)
    if title is not None:
        started = time.perf_counter()
        matrix = finder.title_query(title)
        took = round(took + milliseconds(started), 3)
        if matrix is None:
            why = "has no titles" if title.strip() else "cannot be searched with an empty title"
            raise InputError(f"The bundle {finder.bundle.manifest.name} {why}.")
        if matrix.nnz == 0 and vector is None:
            raise InputError(f"None of these words is in a title of {finder.bundle.manifest.name}: try other words.")
    return Query(photo=vector, title=matrix, phash=phash, text=title or "", keypoints=keypoints), took


def _decode(photo: Path, region: Region | None) -> tuple[Image, dict[str, float]]:
    """Decode a photo and cut a region out of it; with the time that it took."""
    from product_matching.listings.photos import decode_photo, read_photo
    from product_matching.listings.regions import crop_region

    started = time.perf_counter()
    image = decode_photo(read_photo(photo), name=str(photo))
    part = image if region is None else crop_region(image, region)
    return part, {"decode": milliseconds(started)}


def _query_encoder(finder: Finder, device: Device) -> PhotoEncoder:
    model = finder.bundle.manifest.photo_model
    if model is None:
        raise InputError(f"The bundle {finder.bundle.manifest.name} has no photos: search it with --title.")
    from product_matching.encoders.model_sources import open_photo_encoder

    return open_photo_encoder(model, device=device.value)


def _print_answer(answer: _Answer, timing: dict[str, float], decisions: str) -> None:
    if answer.matches:
        typer.echo(_table(answer.matches))
        typer.echo(f"{len(answer.matches)} of {answer.total} matches{answer.said}")
    else:
        typer.echo(answer.nothing)
        if answer.nearest:
            typer.echo(f"The nearest one:\n{_table(answer.nearest)}")
    if decisions:
        typer.echo(decisions)
    typer.echo("  ".join(f"{name} {value:.1f} ms" for name, value in timing.items()))


def _table(matches: list[dict[str, Any]]) -> str:
    table = pd.DataFrame(matches)[[name for name in _SHOWN if name in matches[0]]].dropna(axis=1, how="all")
    if "score" in table:
        table.insert(1, "same", ["-" if pd.isna(score) else percent_text(score) for score in table.pop("score")])
        table = table.drop(columns="by")
    else:
        table["by"] = table["by"].map(" ".join)
    if "title" in table:
        table["title"] = table["title"].map(decode_byte_escapes, na_action="ignore")
    return str(table.to_string(index=False, max_colwidth=70, na_rep="-"))
