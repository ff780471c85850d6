"""``thresholds``: the settings of a bundle that decide by default, shown or changed."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from product_matching.cli.arguments import AsJson, BundleArgument, PhotoThreshold, TitleThreshold, bundle_folder
from product_matching.cli.deciding import Sure, chosen_scorer, least_probability
from product_matching.cli.opening import check_sides
from product_matching.matching.chain import PLAIN
from product_matching.matching.thresholds import Thresholds

if TYPE_CHECKING:
    from product_matching.store.bundle import Bundle


def thresholds(
    bundle: BundleArgument,
    sure: Sure = None,
    photo_threshold: PhotoThreshold = None,
    title_threshold: TitleThreshold = None,
    built_in: Annotated[
        bool,
        typer.Option("--built-in", help="Go back to the scorer's own probability and the thresholds of the build."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show the settings of a bundle that decide by default, or change them.

    With --sure the least probability of a match is kept for the pair scorer of the bundle, with --photo-threshold and
    --title-threshold the distances. match, find and the app then decide by them. What they come to is measured where
    the catalogue has labels: the probability only where its pairs were scored before (see match). Only the manifest of
    the bundle is written.
    """
    from product_matching.store.bundle import open_bundle
    from product_matching.workflows.bundle_settings import use_built_in

    given = Thresholds(photo_threshold, title_threshold)
    if built_in and (sure is not None or given != Thresholds()):
        raise typer.BadParameter("leave the other options out", param_hint="--built-in")
    opened = open_bundle(bundle_folder(bundle))
    check_sides(opened, given)
    if built_in:
        use_built_in(opened.folder)
    if sure is not None:
        _use_sureness(opened, sure)
    if given != Thresholds():
        _use_distances(opened, given)
    _tell(open_bundle(opened.folder), as_json=as_json)


def _use_sureness(bundle: Bundle, sure: str) -> None:
    from product_matching.workflows.bundle_settings import use_sureness
    from product_matching.workflows.pair_scores import kept_scores
    from product_matching.workflows.threshold_curves import label_parts, sureness_figures

    chosen = chosen_scorer(bundle, None, sure, None, given=Thresholds(), rules=PLAIN)
    if chosen is None:
        raise LookupError("a probability was asked for, so that there is a scorer")
    least, parts, scored = least_probability(chosen, sure), label_parts(bundle), kept_scores(bundle, chosen.scorer)
    if parts is None or scored is None:
        use_sureness(bundle, chosen, least)
        return
    figures = sureness_figures(scored, least, parts).see
    use_sureness(bundle, chosen, least, figures=figures, measured_on=f"the {parts.names[1]}")


def _use_distances(bundle: Bundle, given: Thresholds) -> None:
    from product_matching.workflows.bundle_settings import use_distances

    use_distances(bundle, given)


def _tell(bundle: Bundle, *, as_json: bool) -> None:
    from product_matching.workflows.choose_scorer import choose_scorer

    manifest, chosen = bundle.manifest, choose_scorer(bundle)
    if as_json:
        settings = {
            "bundle": str(bundle.folder),
            "scorer": None if chosen is None else chosen.name,
            "least_probability": None if chosen is None else chosen.least_probability,
            **{
                name: None if value is None else asdict(value)
                for name, value in (
                    ("sureness", manifest.sureness),
                    ("photo_threshold", manifest.photo_threshold),
                    ("title_threshold", manifest.title_threshold),
                )
            },
        }
        typer.echo(json.dumps(settings, ensure_ascii=False))
        return
    if chosen is not None:
        own = chosen.chosen_here is not None and manifest.sureness is not None
        how = manifest.sureness.protocol if own and manifest.sureness is not None else "its own"
        typer.echo(f"at least {100 * chosen.least_probability:g} % by the pair scorer {chosen.name}: {how}")
    for side, tuned in (("photo", manifest.photo_threshold), ("title", manifest.title_threshold)):
        if tuned is not None:
            typer.echo(f"{side} distance up to {tuned.distance:g} for N = {tuned.n:,}: {tuned.protocol}")
