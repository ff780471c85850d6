"""``match``: every listing's duplicates, as the competition's submission file and as groups."""

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
    read_limit,
)
from product_matching.cli.opening import check_phashes, check_sides, open_bare_finder
from product_matching.cli.progress import bars
from product_matching.errors import InputError
from product_matching.matching.candidates import Thresholds
from product_matching.matching.chain import PLAIN, Rules

if TYPE_CHECKING:
    from product_matching.workflows.decide import Decided
    from product_matching.workflows.find import Finder


def match(
    bundle: BundleArgument,
    out: Annotated[Path | None, typer.Option(help="CSV file to write: posting_id,matches.")] = None,
    groups: Annotated[Path | None, typer.Option(help="CSV file to write: the partition into groups.")] = None,
    photo_threshold: PhotoThreshold = None,
    title_threshold: TitleThreshold = None,
    fused_threshold: FusedThreshold = None,
    limit: Annotated[int, typer.Option(parser=read_limit, help="Matches per listing at most, itself included.")] = 50,
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
    pairs: PairsFile = None,
    decisions: Annotated[
        Path | None, typer.Option(help="CSV of a person's words: first,second,decision (same or different).")
    ] = None,
) -> None:
    """Find the matches of every listing of the catalogue; write them in the competition's format, or as groups.

    Without any rule a listing matches by its photo threshold or its title threshold. With rules that average vectors,
    thresholds that are not given are tuned for these rules.
    """
    if out is None and groups is None:
        raise typer.BadParameter("give --out, --groups or both", param_hint="match")
    if decisions is not None and groups is None:
        raise typer.BadParameter("--decisions holds for groups: give --groups too", param_hint="match")
    given = Thresholds(photo_threshold, title_threshold, fused_threshold)
    rules = option.make_rules(
        chain, phash_bits, phash_union, cross_mean, blend, expansion, alpha, quantity_veto, mutual, min2
    )
    finder = open_bare_finder(bundle)
    check_sides(finder.bundle, given)
    check_phashes(finder.bundle, phash_bits)
    if groups is None and rules == PLAIN and pairs is None and out is not None:
        _match_plainly(finder, given, out, limit)
        return
    decided = _decide(finder, given, rules, pairs)
    if out is not None:
        _write_matches(finder, decided, out, limit)
    if groups is not None:
        _write_groups(finder, decided, groups, decisions)


def _match_plainly(finder: Finder, given: Thresholds, out: Path, limit: int) -> None:
    from product_matching.workflows.find import fill_thresholds
    from product_matching.workflows.match import match_catalogue, write_submission

    thresholds = fill_thresholds(finder.bundle, given)
    ids = finder.bundle.listings["posting_id"].tolist()
    with bars(keep=True) as progress:
        matched = write_submission(out, ids, match_catalogue(finder, thresholds, limit=limit, progress=progress))
    typer.echo(f"{out}: {len(ids)} listings, {matched} of them with a match")


def _decide(finder: Finder, given: Thresholds, rules: Rules, pairs: Path | None) -> Decided:
    from product_matching.matching.second_stage.scorer_file import read_scorer
    from product_matching.workflows.decide import decide_by_scores, decide_catalogue
    from product_matching.workflows.find import fill_thresholds
    from product_matching.workflows.score_pairs import prepare_scorer

    if pairs is not None:
        if rules != PLAIN or given != Thresholds():
            raise InputError("The pair scorer brings rules and a threshold of its own: leave the others out.")
        return decide_by_scores(prepare_scorer(finder.bundle, read_scorer(pairs)))
    averages = rules.cross_mean or rules.blend or rules.expansion > 1
    return decide_catalogue(finder, rules, given if averages else fill_thresholds(finder.bundle, given))


def _write_matches(finder: Finder, decided: Decided, out: Path, limit: int) -> None:
    from product_matching.workflows.decide import rows_of_matches
    from product_matching.workflows.match import write_submission

    ids = finder.bundle.listings["posting_id"].tolist()
    matched = write_submission(out, ids, rows_of_matches(decided, limit))
    typer.echo(f"{out}: {len(ids)} listings, {matched} of them with a match{_tell(decided.thresholds)}")


def _tell(thresholds: Thresholds) -> str:
    named = (("photo", thresholds.photo), ("title", thresholds.title), ("fused", thresholds.fused))
    told = ", ".join(f"{name} {value:g}" for name, value in named if value is not None)
    return f" (thresholds: {told})" if told else ""


def _write_groups(finder: Finder, decided: Decided, out: Path, decisions: Path | None) -> None:
    from product_matching.matching.grouping.partition import ContradictionError
    from product_matching.workflows.decide import group_catalogue
    from product_matching.workflows.groups_file import read_decisions, write_groups

    ids = finder.bundle.listings["posting_id"].tolist()
    must, cannot = read_decisions(decisions, ids) if decisions is not None else ([], [])
    try:
        numbers, described = group_catalogue(decided, must_link=must, cannot_link=cannot)
    except ContradictionError as error:
        first, second = ids[error.first], ids[error.second]
        raise InputError(
            f"{decisions}: {first!r} and {second!r} are different, but the pairs that are the same hold them together."
        ) from error
    write_groups(out, ids, numbers, described)
    grouped = sum(group.size for group in described)
    groups = "group" if len(described) == 1 else "groups"
    typer.echo(f"{out}: {len(described)} {groups} of 2 or more, with {grouped} of {len(ids)} listings")
