"""``match``: the matches of every listing, as a submission file of the competition and as groups."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from product_matching.cli import rules as option
from product_matching.cli.arguments import (
    BundleArgument,
    FusedThreshold,
    PairsFile,
    PhotoThreshold,
    TitleThreshold,
    bundle_folder,
    read_count,
)
from product_matching.cli.deciding import (
    Decide,
    Sure,
    chosen_scorer,
    least_probability,
    tell_sureness,
    tell_thresholds,
)
from product_matching.cli.decisions import tell_decisions
from product_matching.cli.engine import (
    Engine,
    EngineOption,
    MasterOption,
    VisitsOption,
    WorkOption,
    spark_place,
    spark_session,
)
from product_matching.cli.opening import check_phashes, check_sides
from product_matching.cli.progress import bars
from product_matching.files import check_place
from product_matching.matching.chain import PLAIN, Rules
from product_matching.matching.thresholds import Thresholds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from product_matching.engines.group_shards import EngineMatches
    from product_matching.engines.session import SparkPlace
    from product_matching.matching.catalogue_pairs import MatchLists
    from product_matching.matching.decisions import PairDecisions
    from product_matching.matching.grouping.description import Group
    from product_matching.search.neighbours import RowArray
    from product_matching.store.bundle import Bundle
    from product_matching.workflows.choose_scorer import ChosenScorer
    from product_matching.workflows.decisions import BundleDecisions
    from product_matching.workflows.match import CatalogueMatches


def match(
    bundle: BundleArgument,
    out: Annotated[
        Path | None, typer.Option(help="CSV file for the matches of each listing (posting_id, matches).")
    ] = None,
    groups: Annotated[Path | None, typer.Option(help="CSV file for the partition into groups.")] = None,
    photo_threshold: PhotoThreshold = None,
    title_threshold: TitleThreshold = None,
    fused_threshold: FusedThreshold = None,
    limit: Annotated[
        int | None,
        typer.Option(
            parser=read_count,
            help="Largest number of matches of a listing in --out, itself included; the competition allows 50. All "
            "matches by default.",
        ),
    ] = None,
    chain: option.Chain = False,
    phash_bits: option.PhashBits = None,
    phash_union: option.PhashUnion = None,
    cross_mean: option.CrossMean = None,
    blend: option.Blend = None,
    expansion: option.Expansion = None,
    alpha: option.Alpha = None,
    quantity_veto: option.QuantityVeto = False,
    mutual: option.Mutual = False,
    min2: option.Min2 = None,
    decide: Decide = None,
    sure: Sure = None,
    pairs: PairsFile = None,
    engine: EngineOption = Engine.local,
    master: MasterOption = None,
    work: WorkOption = None,
    visits: VisitsOption = None,
) -> None:
    """Find the matches of every listing of a catalogue.

    They are written in the format of the competition (--out), as groups (--groups), or both. A pair matches if its
    probability by the pair scorer is high enough (--sure), where there is a scorer for the bundle. With a threshold, a
    rule or --decide distances, it matches within the photo threshold or the title threshold, as the rules say.
    Thresholds that are not given are those of the bundle; with rules that average vectors they are tuned for these
    rules. What people decided on pairs holds in any case (see the command decisions).
    """
    if out is None and groups is None:
        raise typer.BadParameter("give --out, --groups or both", param_hint="match")
    for file in (out, groups):
        if file is not None:
            check_place(file)
    place = spark_place(engine, master, work)
    given = Thresholds(photo_threshold, title_threshold, fused_threshold)
    rules = option.RuleOptions(
        chain=chain,
        phash_bits=phash_bits,
        phash_union=phash_union,
        cross_mean=cross_mean,
        blend=blend,
        expansion=expansion,
        alpha=alpha,
        quantity_veto=quantity_veto,
        mutual=mutual,
        min2=min2,
    ).rules()
    opened = _open(bundle, given, phash_bits)
    known = _read_decisions(opened)
    chosen = chosen_scorer(opened, decide, sure, pairs, given=given, rules=rules)
    if visits is not None and (place is None or chosen is not None):
        raise typer.BadParameter("--visits belongs to --engine spark and --decide distances", param_hint="--visits")
    if place is not None and rules != PLAIN:
        raise typer.BadParameter(
            "on Spark thresholds or a pair scorer decide: leave the rules out", param_hint="--engine"
        )
    least = None if chosen is None else least_probability(chosen, sure)
    if place is None:
        decided = _match_here(opened, given, rules, chosen, least).with_decisions(known.pairs)
        thresholds, matches = decided.thresholds, decided.matches
        numbers, described = (None, ()) if groups is None else _group(decided)
    else:
        found = _match_on_spark(opened, given, chosen, least, place=place, decisions=known.pairs, visits=visits)
        thresholds, matches, numbers, described = found.thresholds, found.matches, found.numbers, found.groups
    if out is not None:
        by = tell_thresholds(thresholds) if chosen is None or least is None else tell_sureness(chosen, least)
        _write_matches(opened, matches, out, limit, by)
    if groups is not None and numbers is not None:
        _write_groups(opened, numbers, described, groups)
    tell_decisions(opened, known)


def _open(name: str, given: Thresholds, phash_bits: int | None) -> Bundle:
    from product_matching.store.bundle import open_bundle

    opened = open_bundle(bundle_folder(name))
    check_sides(opened, given)
    check_phashes(opened, phash_bits)
    return opened


def _read_decisions(bundle: Bundle) -> BundleDecisions:
    from product_matching.workflows.decisions import read_decisions

    return read_decisions(bundle)


def _match_here(
    bundle: Bundle, given: Thresholds, rules: Rules, chosen: ChosenScorer | None, least: float | None
) -> CatalogueMatches:
    from product_matching.workflows.match import match_by_defaults, match_by_scores
    from product_matching.workflows.pair_scores import score_catalogue

    with bars(keep=True) as progress:
        if chosen is None or least is None:
            return match_by_defaults(bundle, given, rules, progress=progress)
        return match_by_scores(score_catalogue(bundle, chosen.scorer, progress=progress), least)


def _match_on_spark(
    bundle: Bundle,
    given: Thresholds,
    chosen: ChosenScorer | None,
    least: float | None,
    *,
    place: SparkPlace,
    decisions: PairDecisions,
    visits: int | None,
) -> EngineMatches:
    from product_matching.engines.match import ShardSizes, match_by_distances
    from product_matching.engines.score import match_by_sureness
    from product_matching.workflows.find import fill_thresholds

    with bars(keep=True) as progress, spark_session(place) as spark:
        if chosen is None or least is None:
            thresholds = fill_thresholds(bundle, given)
            sizes = ShardSizes(visits=visits)
            return match_by_distances(
                spark, bundle, place, thresholds, decisions=decisions, sizes=sizes, progress=progress
            )
        return match_by_sureness(
            spark, bundle, place, chosen.scorer, least=least, decisions=decisions, progress=progress
        )


def _group(decided: CatalogueMatches) -> tuple[RowArray, Sequence[Group]]:
    from product_matching.workflows.groups import group_catalogue

    return group_catalogue(decided)


def _write_matches(bundle: Bundle, matches: MatchLists, out: Path, limit: int | None, by: str) -> None:
    from product_matching.workflows.match import count_cut, submission_rows, write_submission

    ids = bundle.listings["posting_id"].tolist()
    matched = write_submission(out, ids, submission_rows(matches, limit))
    typer.echo(f"{out}: {len(ids)} listings, {matched} of them with a match{by}")
    cut = count_cut(matches, limit)
    if cut:
        typer.echo(f"--limit {limit} shortened the matches of {cut} listings.", err=True)


def _write_groups(bundle: Bundle, numbers: RowArray, described: Sequence[Group], out: Path) -> None:
    from product_matching.workflows.groups_file import write_groups

    ids = bundle.listings["posting_id"].tolist()
    write_groups(out, ids, numbers, described)
    grouped = sum(group.size for group in described)
    groups = "group" if len(described) == 1 else "groups"
    typer.echo(f"{out}: {len(described)} {groups} of 2 or more, with {grouped} of {len(ids)} listings")
