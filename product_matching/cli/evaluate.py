"""``evaluate``: measure a method or a pair scorer under a protocol."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from tqdm.contrib.logging import logging_redirect_tqdm

from product_matching.cli import rules as option
from product_matching.cli.arguments import AsJson, LabelColumn, bundle_folder, is_bundle_name
from product_matching.cli.progress import bars
from product_matching.errors import InputError
from product_matching.files import write_text

if TYPE_CHECKING:
    from product_matching.evaluation.listings import LabelledListings
    from product_matching.evaluation.methods import Settings
    from product_matching.evaluation.report import Report
    from product_matching.search.neighbours import RowArray
    from product_matching.store.bundle import Bundle


class Comparison(StrEnum):
    """The sides by which a pair scorer compares."""

    BOTH = "both"
    PHOTO = "photo"
    TITLE = "title"


def read_method(text: str) -> str:
    """Read the name of a method."""
    from product_matching.evaluation.methods import METHODS

    return _one_of(text, (*METHODS, "all"))


def read_protocol(text: str) -> str:
    """Read the name of a protocol."""
    from product_matching.evaluation.protocols import PROTOCOLS

    return _one_of(text, (*PROTOCOLS, "parts"))


def _one_of(text: str, accepted: Sequence[str]) -> str:
    if text not in accepted:
        raise typer.BadParameter(f"{text!r} is not one of {', '.join(accepted)}.")
    return text


def evaluate(
    catalogue: Annotated[Path, typer.Argument(help="CSV or Parquet file with label groups, or a bundle.")],
    protocol: Annotated[
        str,
        typer.Option(
            parser=read_protocol, help="full, fold, dense or half (see docs/evaluation.md); parts with --pairs."
        ),
    ],
    method: Annotated[
        str | None,
        typer.Option(
            parser=read_method,
            help="phash, photo, idf, tfidf, glove, glove-idf, sentence, chain, chain+pairs, chain+sentence, "
            "chain+sentence+pairs, or all.",
        ),
    ] = None,
    pairs: Annotated[
        Path | None,
        typer.Option(help="Folder of a pair scorer to measure on a bundle, instead of --method."),
    ] = None,
    score_test: Annotated[
        bool,
        typer.Option(
            "--test", help="Measure the pair scorer on the part test; without it, its validation figure is printed."
        ),
    ] = False,
    label_column: LabelColumn = "label_group",
    glove: Annotated[
        Path | None, typer.Option(help="File of published GloVe vectors; without it they are trained on the titles.")
    ] = None,
    sentence: Annotated[
        str | None,
        typer.Option(
            help="Sentence encoder of the methods with sentence: a recipe (.toml) to fine-tune one out of fold, or the "
            "name or folder of a sentence model without fine-tuning."
        ),
    ] = None,
    phash_bits: option.PhashBits = None,
    phash: Annotated[bool, typer.Option("--phash/--no-phash", help="Whether the chain uses pHashes of photos.")] = True,
    phash_union: option.PhashUnion = None,
    cross_mean: option.CrossMean = None,
    blend: option.Blend = None,
    no_blend: Annotated[bool, typer.Option("--no-blend", help="Leave blending out of the chain.")] = False,
    expansion: option.Expansion = None,
    alpha: option.Alpha = None,
    quantity_veto: option.QuantityVeto = False,
    mutual: option.Mutual = False,
    min2: option.Min2 = None,
    out: Annotated[Path | None, typer.Option(help="Markdown file for the table.")] = None,
    as_json: AsJson = False,
    compare: Annotated[
        Comparison, typer.Option(help="With --pairs and --test: the sides that listings are compared by.")
    ] = Comparison.BOTH,
) -> None:
    """Measure a method or a pair scorer under a protocol.

    Every setting is chosen on validation; the test listings are scored once. Options on rules change the chain, whose
    defaults are those of the published figures.
    """
    from product_matching.evaluation.evaluate import evaluate as evaluate_one
    from product_matching.evaluation.methods import Settings

    if pairs is not None:
        if method is not None or protocol != "parts":
            raise typer.BadParameter(f"--pairs replaces --method and needs the protocol parts, not {protocol!r}")
        _measure_scorer(catalogue, pairs, compare, score_test=score_test, out=out, as_json=as_json)
        return
    if method is None or score_test:
        raise typer.BadParameter("give --method, or --pairs with the protocol parts; --test needs --pairs")
    if protocol == "parts":
        raise typer.BadParameter("the protocol parts is for --pairs: leave it or --method out")
    if compare is not Comparison.BOTH:
        raise typer.BadParameter("--compare is for --pairs: leave it or --method out")
    stages = [] if no_blend else blend
    rules = option.RuleOptions(
        chain=True,
        phash_bits=phash_bits,
        phash_union=phash_union,
        cross_mean=cross_mean,
        blend=stages,
        expansion=expansion,
        alpha=alpha,
        quantity_veto=quantity_veto,
        mutual=mutual,
        min2=min2,
    ).rules()
    settings = Settings(rules if phash else option.without_phash(rules), glove)
    listings = _read(catalogue, label_column, method)
    if sentence is not None:
        listings = _with_sentences(listings, sentence, method, protocol)
    if method == "all":
        reports = _evaluate_all(listings, protocol, settings, quiet=as_json)
    else:
        reports = [evaluate_one(listings, method, protocol, settings=settings)]
    _tell(reports, out, as_json, single=method != "all")


def _measure_scorer(
    catalogue: Path, pairs: Path, compare: Comparison, *, score_test: bool, out: Path | None, as_json: bool
) -> None:
    """Print the figure of a pair scorer: on validation from its file, on the part test if `score_test` is set."""
    from product_matching.evaluation.scorer_figure import measure_scorer
    from product_matching.matching.second_stage.scorer_file import read_scorer
    from product_matching.store.bundle import open_bundle

    scorer = read_scorer(pairs)
    bundle = open_bundle(bundle_folder(str(catalogue)))
    if score_test:
        _tell([measure_scorer(bundle, scorer, compare.value)], out, as_json, single=True)
        return
    known = {"f1": scorer.f1, "threshold": scorer.threshold, "n": scorer.n, "protocol": scorer.protocol}
    if as_json:
        typer.echo(json.dumps({"validation": known}))
    else:
        typer.echo(f"validation F1 {scorer.f1:.4f}, accepting from {scorer.least_probability:g} on, N {scorer.n:,}")
        typer.echo(f"{scorer.protocol}; --test measures it on the part test")


def _read(catalogue: Path, label_column: str, method: str) -> LabelledListings:
    from product_matching.evaluation.listings import labelled_listings
    from product_matching.listings.catalogue import Catalogue, read_catalogue
    from product_matching.store.bundle import open_bundle

    if is_bundle_name(str(catalogue)):
        bundle = open_bundle(bundle_folder(str(catalogue)))
        listings = labelled_listings(Catalogue(bundle.listings, None), bundle.photo_vectors)
        if method not in ("photo", "all"):
            return listings
        rows = _not_trained_on(bundle)
        vectors = None if bundle.photo_vectors is None else bundle.photo_vectors[rows]
        return labelled_listings(Catalogue(bundle.listings.iloc[rows].reset_index(drop=True), None), vectors)
    return labelled_listings(read_catalogue(catalogue, label_column=label_column))


def _not_trained_on(bundle: Bundle) -> RowArray:
    """Rows of a bundle that its photo model was not trained on, by the column ``part``."""
    import numpy as np

    from product_matching.listings.parts import listing_parts

    model, parts = bundle.manifest.photo_model, listing_parts(bundle.listings)
    if model is None or not model.training or parts is None or not (parts == "train").any():
        return np.arange(len(bundle.listings))
    if (parts == "train").all():
        raise InputError(f"No listing can be measured: the model {model.name} may have been trained on all of them.")
    typer.echo(
        f"{int((parts == 'train').sum()):,} listings of the part 'train' are left out, as the bundle's model "
        f"{model.name} may have been trained on them.",
        err=True,
    )
    return np.flatnonzero(parts != "train")


def _with_sentences(listings: LabelledListings, sentence: str, method: str, protocol: str) -> LabelledListings:
    """Embed the titles with a model without fine-tuning, or with encoders fine-tuned for the protocol."""
    from product_matching.encoders.process import tune_process

    if method != "all" and "sentence" not in method:
        raise typer.BadParameter(f"--sentence has no effect with the method {method!r}: leave it out")
    tune_process()
    from product_matching.training.titles.folds import out_of_fold_vectors, untrained_vectors
    from product_matching.training.titles.recipe import read_title_recipe

    if not sentence.endswith(".toml"):
        return replace(listings, sentence_vectors=untrained_vectors(listings, sentence))
    recipe = read_title_recipe(Path(sentence))
    logging.getLogger("product_matching.training").setLevel(logging.INFO)
    two_stage = method not in ("sentence", "chain+sentence")
    with logging_redirect_tqdm(), bars() as progress:
        vectors = out_of_fold_vectors(listings, protocol, recipe, two_stage=two_stage, progress=progress)
    return replace(listings, encoders=vectors)


def _evaluate_all(listings: LabelledListings, protocol: str, settings: Settings, quiet: bool) -> list[Report]:
    from product_matching.evaluation.evaluate import evaluate_all

    reports = []
    for report in evaluate_all(listings, protocol, settings=settings):
        reports.append(report)
        if not quiet:
            typer.echo(f"{report.method}: F1 {report.f1:.4f} in {report.seconds:.0f} s", err=True)
    return reports


def _tell(reports: list[Report], out: Path | None, as_json: bool, single: bool) -> None:
    from product_matching.evaluation.report import markdown_table

    table = markdown_table(reports)
    if as_json:
        plain = [report.to_json() for report in reports]
        typer.echo(json.dumps(plain[0] if single else plain))
    else:
        typer.echo(table, nl=False)
    if out is not None:
        write_text(out, table)
