"""``evaluate``: a method under a protocol, with everything that makes a figure a figure."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from product_matching.cli import rules as option
from product_matching.cli.arguments import AsJson, LabelColumn

if TYPE_CHECKING:
    from product_matching.evaluation.listings import LabelledListings
    from product_matching.evaluation.methods import Settings
    from product_matching.evaluation.report import Report


def evaluate(
    catalogue: Annotated[Path, typer.Argument(help="CSV or Parquet file with label groups, or a bundle.")],
    method: Annotated[
        str, typer.Option(help="phash, photo, idf, tfidf, glove, glove-idf, chain, chain+pairs, or all of them: all.")
    ],
    protocol: Annotated[str, typer.Option(help="full, fold, dense or half (see docs/evaluation.md).")],
    label_column: LabelColumn = "label_group",
    glove: Annotated[Path | None, typer.Option(help="Published GloVe vectors; without it they are trained.")] = None,
    phash_bits: option.PhashBits = None,
    phash: Annotated[bool, typer.Option("--phash/--no-phash", help="Whether the chain uses photos' pHashes.")] = True,
    phash_union: option.PhashUnion = None,
    cross_mean: option.CrossMean = None,
    blend: option.Blend = None,
    no_blend: Annotated[bool, typer.Option("--no-blend", help="No blending stage in the chain.")] = False,
    expansion: option.Expansion = None,
    alpha: option.Alpha = None,
    quantity_veto: option.QuantityVeto = False,
    mutual: option.Mutual = False,
    min2: option.Min2 = None,
    out: Annotated[Path | None, typer.Option(help="Markdown file to write the table to.")] = None,
    as_json: AsJson = False,
) -> None:
    """Measure a method: everything is chosen on validation, the test listings are scored once.

    The options on rules change the chain; as they come they are those of the published figures.
    """
    from product_matching.evaluation.evaluate import evaluate as evaluate_one
    from product_matching.evaluation.methods import Settings

    stages = [] if no_blend else blend
    rules = option.make_rules(
        True, phash_bits, phash_union, cross_mean, stages, expansion, alpha, quantity_veto, mutual, min2
    )
    settings = Settings(rules if phash else option.without_phash(rules), glove)
    listings = _read(catalogue, label_column)
    if method == "all":
        reports = _evaluate_all(listings, protocol, settings, quiet=as_json)
    else:
        reports = [evaluate_one(listings, method, protocol, settings=settings)]
    _tell(reports, out, as_json, single=method != "all")


def _read(catalogue: Path, label_column: str) -> LabelledListings:
    from product_matching.catalogue import Catalogue, read_catalogue
    from product_matching.cli.arguments import bundle_folder
    from product_matching.evaluation.listings import labelled_listings
    from product_matching.store.bundle import open_bundle

    folder = bundle_folder(str(catalogue))
    if folder.is_dir():
        bundle = open_bundle(folder)
        return labelled_listings(Catalogue(bundle.listings, None), bundle.photo_vectors)
    return labelled_listings(read_catalogue(catalogue, label_column=label_column))


def _evaluate_all(listings: LabelledListings, protocol: str, settings: Settings, quiet: bool) -> list[Report]:
    from product_matching.evaluation.evaluate import evaluate_all

    reports = []
    for report in evaluate_all(listings, protocol, settings=settings):
        reports.append(report)
        if not quiet:
            typer.echo(f"{report.method}: F1 {report.f1:.4f} in {report.seconds:.0f} s", err=True)
    return reports


def _tell(reports: list[Report], out: Path | None, as_json: bool, single: bool) -> None:
    from product_matching.errors import InputError
    from product_matching.evaluation.report import markdown_table

    table = markdown_table(reports)
    if as_json:
        plain = [report.to_json() for report in reports]
        typer.echo(json.dumps(plain[0] if single else plain))
    else:
        typer.echo(table, nl=False)
    if out is not None:
        try:
            out.write_text(table, encoding="utf-8")
        except OSError as error:
            raise InputError(f"The file {out} cannot be written ({error.strerror}).") from error
