"""``check``: a list of new listings against a catalogue, in one go."""

from __future__ import annotations

import json
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import pandas as pd
import typer

from product_matching.cli.arguments import (
    AsJson,
    BundleArgument,
    Device,
    DeviceOption,
    FusedThreshold,
    PairsFile,
    PhotoThreshold,
    TitleThreshold,
    read_count,
    to_number,
)
from product_matching.cli.deciding import Decide, chosen_scorer
from product_matching.cli.opening import open_finder, say_who_answered
from product_matching.cli.progress import bars
from product_matching.errors import InputError
from product_matching.listings.titles import decode_byte_escapes
from product_matching.matching.bands import DEFAULT_BANDS, Bands
from product_matching.matching.calibration import percent_text
from product_matching.matching.chain import Rules
from product_matching.matching.thresholds import Thresholds
from product_matching.progress import NO_PROGRESS, Progress

if TYPE_CHECKING:
    from product_matching.listings.sifted_catalogue import SiftedCatalogue
    from product_matching.workflows.check_listings import CheckedListing
    from product_matching.workflows.choose_scorer import ChosenScorer
    from product_matching.workflows.find import Finder
    from product_matching.workflows.new_listings import NewListing
    from product_matching.workflows.table_file import TableFormat


def read_percent(text: str) -> float:
    """Read a percentage from the command line, as a probability."""
    number = to_number(text.removesuffix("%").strip())
    if not 0 <= number <= 100:
        raise typer.BadParameter(f"{text!r} is not a percentage from 0 to 100.")
    return number / 100


def check(
    bundle: BundleArgument,
    catalogue: Annotated[Path, typer.Argument(help="CSV or Parquet file of the new listings, as build takes it.")],
    images: Annotated[
        Path | None, typer.Option(help="Folder of their photos; without it titles alone are compared.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="CSV, JSON or Parquet file, by its suffix: a row for each listing and match.")
    ] = None,
    accept: Annotated[
        float | None,
        typer.Option(parser=read_percent, help="From this percentage on it is the same product; 90 by default."),
    ] = None,
    reject: Annotated[
        float | None, typer.Option(parser=read_percent, help="Below this percentage it is new; 10 by default.")
    ] = None,
    best: Annotated[int, typer.Option(parser=read_count, help="Largest number of matches of a listing.")] = 5,
    photo_threshold: PhotoThreshold = None,
    title_threshold: TitleThreshold = None,
    fused_threshold: FusedThreshold = None,
    decide: Decide = None,
    pairs: PairsFile = None,
    device: DeviceOption = Device.auto,
    as_json: AsJson = False,
) -> None:
    """Check new listings against a catalogue: each is the same product as one of it, to be reviewed, or new.

    Each has the matches that find gives it alone. New listings that are the same product as each other are told as
    well. Where distances decide, a listing is the same product from 80 % of a threshold down, and new beyond it.
    Rows that cannot be used are in the result, not compared, with what is wrong with them.
    """
    from product_matching.listings.sifted_catalogue import sift_catalogue
    from product_matching.workflows.check_listings import check_listings

    kind = None if out is None else _format_of(out)
    given = Thresholds(photo_threshold, title_threshold, fused_threshold)
    new = sift_catalogue(catalogue, images=images, what="list of new listings")
    finder, thresholds = open_finder(bundle, given)
    chosen = chosen_scorer(finder.bundle, decide, None, pairs, given=given, rules=Rules())
    bands = _bands(accept, reject, chosen)
    with nullcontext(NO_PROGRESS) if as_json else bars() as progress:
        listings = _represent(finder, new, device, progress)
        prepared = None if chosen is None else _prepare(finder, chosen, progress)
        checked = check_listings(
            finder, listings, prepared=prepared, thresholds=thresholds, best=best, progress=progress
        )
    say_who_answered(finder)
    _tell(finder, checked, bands, out=out, kind=kind, as_json=as_json)


def _format_of(out: Path) -> TableFormat:
    from product_matching.workflows.table_file import TableFormat

    try:
        return TableFormat(out.suffix.lower().removeprefix("."))
    except ValueError:
        raise typer.BadParameter(
            f"{str(out)!r} ends in {out.suffix!r}; accepted are .csv, .json and .parquet.", param_hint="--out"
        ) from None


def _bands(accept: float | None, reject: float | None, chosen: ChosenScorer | None) -> Bands:
    if chosen is None and (accept is not None or reject is not None):
        raise InputError("Distances decide on this catalogue, which have no percentages: leave --accept and --reject.")
    return Bands(
        accept=DEFAULT_BANDS.accept if accept is None else accept,
        reject=DEFAULT_BANDS.reject if reject is None else reject,
    )


def _represent(finder: Finder, new: SiftedCatalogue, device: Device, progress: Progress) -> list[NewListing]:
    from product_matching.workflows.new_listings import read_sifted_listings

    model = finder.bundle.manifest.photo_model
    if not new.has_photos:
        return read_sifted_listings(finder, new, None)
    if model is None:
        raise InputError(f"The bundle {finder.bundle.manifest.name} has no photos: leave --images out.")
    from product_matching.encoders.model_sources import open_photo_encoder

    encoder = open_photo_encoder(model, device=device.value)
    return read_sifted_listings(finder, new, encoder, progress=progress)


def _prepare(finder: Finder, chosen: ChosenScorer, progress: Progress) -> Any:
    from product_matching.workflows.score_pairs import prepare_scorer

    return prepare_scorer(finder.bundle, chosen.scorer, progress=progress)


def _tell(
    finder: Finder,
    checked: list[CheckedListing],
    bands: Bands,
    *,
    out: Path | None,
    kind: TableFormat | None,
    as_json: bool,
) -> None:
    from product_matching.workflows.check_listings import count_proposals
    from product_matching.workflows.checked_table import checked_table
    from product_matching.workflows.table_file import TableFormat, table_bytes, write_table

    table = checked_table(finder.bundle, checked, bands)
    counts = {str(proposal): count for proposal, count in count_proposals(checked, bands).items()}
    if out is not None and kind is not None:
        write_table(out, table, kind)
    if as_json:
        rows = json.loads(table_bytes(table, TableFormat.json))
        typer.echo(json.dumps({"counts": counts, "listings": rows}, ensure_ascii=False))
        return
    if out is None:
        typer.echo(_text_table(table))
    told = ", ".join(f"{count:,} {name}" for name, count in counts.items() if count)
    typer.echo(f"{'' if out is None else f'{out}: '}{len(checked):,} new listings: {told}")


def _text_table(table: pd.DataFrame) -> str:
    """The best match of each listing."""
    best = table[table["rank"].fillna(1) == 1]
    shown = best[["posting_id", "proposal", "match"]].copy()
    if best["probability"].notna().any():
        shown.insert(2, "same", ["-" if pd.isna(score) else percent_text(score) for score in best["probability"]])
    for name in ("match_title", "same_in_list", "note"):
        if best[name].notna().any():
            shown[name] = best[name].map(decode_byte_escapes, na_action="ignore")
    return str(shown.to_string(index=False, max_colwidth=60, na_rep="-"))
