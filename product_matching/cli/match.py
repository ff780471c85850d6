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
from product_matching.cli.opening import check_phashes, check_sides
from product_matching.cli.progress import bars
from product_matching.matching.chain import Rules
from product_matching.matching.thresholds import Thresholds

if TYPE_CHECKING:
    from product_matching.progress import Progress
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
    if chosen is None:
        with bars(keep=True) as progress:
            decided = _match_by_distances(opened, given, rules, progress)
        by = tell_thresholds(decided.thresholds)
    else:
        least = least_probability(chosen, sure)
        with bars(keep=True) as progress:
            decided = _match_by_sureness(opened, chosen, least, progress)
        by = tell_sureness(chosen, least)
    decided = decided.with_decisions(known.pairs)
    if out is not None:
        _write_matches(opened, decided, out, limit, by)
    if groups is not None:
        _write_groups(opened, decided, groups)
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


def _match_by_distances(bundle: Bundle, given: Thresholds, rules: Rules, progress: Progress) -> CatalogueMatches:
    from product_matching.workflows.match import match_by_defaults

    return match_by_defaults(bundle, given, rules, progress=progress)


def _match_by_sureness(bundle: Bundle, chosen: ChosenScorer, least: float, progress: Progress) -> CatalogueMatches:
    from product_matching.workflows.match import match_by_scores
    from product_matching.workflows.pair_scores import score_catalogue

    return match_by_scores(score_catalogue(bundle, chosen.scorer, progress=progress), least)


def _write_matches(bundle: Bundle, decided: CatalogueMatches, out: Path, limit: int | None, by: str) -> None:
    from product_matching.workflows.match import count_cut, submission_rows, write_submission

    ids = bundle.listings["posting_id"].tolist()
    matched = write_submission(out, ids, submission_rows(decided.matches, limit))
    typer.echo(f"{out}: {len(ids)} listings, {matched} of them with a match{by}")
    cut = count_cut(decided.matches, limit)
    if cut:
        typer.echo(f"--limit {limit} shortened the matches of {cut} listings.", err=True)


def _write_groups(bundle: Bundle, decided: CatalogueMatches, out: Path) -> None:
    from product_matching.workflows.groups import group_catalogue
    from product_matching.workflows.groups_file import write_groups

    ids = bundle.listings["posting_id"].tolist()
    numbers, described = group_catalogue(decided)
    write_groups(out, ids, numbers, described)
    grouped = sum(group.size for group in described)
    groups = "group" if len(described) == 1 else "groups"
    typer.echo(f"{out}: {len(described)} {groups} of 2 or more, with {grouped} of {len(ids)} listings")
