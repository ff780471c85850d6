"""``decisions``: what people decided on pairs of listings, to a CSV file and from one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from product_matching.cli.arguments import BundleArgument, bundle_folder

if TYPE_CHECKING:
    from product_matching.store.bundle import Bundle
    from product_matching.workflows.decisions import BundleDecisions

decisions = typer.Typer(
    name="decisions",
    help="Export, import and back up what people decided on pairs of a catalogue: same or different.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@decisions.command("export")
def export_decisions(
    bundle: BundleArgument,
    out: Annotated[Path, typer.Option(help="CSV file for the decisions, an earlier one is replaced.")],
) -> None:
    """Write the decisions on the pairs of a catalogue: first, second, decision, time, who, score, stale.

    A decision is stale, and not applied, if the photo or the title of a listing changed since, or the listing is gone.
    """
    from product_matching.store.bundle import open_bundle
    from product_matching.workflows.decisions import read_decisions
    from product_matching.workflows.decisions_file import write_decisions

    known = read_decisions(open_bundle(bundle_folder(bundle)))
    write_decisions(out, known)
    typer.echo(f"{out}: {_count(len(known.changes))}, {len(known.stale):,} of them stale")


@decisions.command("import")
def import_decisions(
    bundle: BundleArgument,
    file: Annotated[
        Path, typer.Argument(help="CSV file with the columns first, second, decision (same or different).")
    ],
) -> None:
    """Take over decisions on the pairs of a catalogue, in place of earlier ones on the same pairs.

    The whole file is checked first: where anything is wrong, everything wrong is told and nothing is taken over. Time,
    who and score are kept where the file has them; rows that it marks as stale are left out.
    """
    from product_matching.store.bundle import open_bundle
    from product_matching.workflows.decisions import read_decisions
    from product_matching.workflows.decisions_file import import_decisions as take_over

    opened = open_bundle(bundle_folder(bundle))
    done = take_over(opened, file)
    stale = f", {done.stale:,} stale ones left out" if done.stale else ""
    typer.echo(f"{file}: {_count(done.recorded)} taken over, {done.kept:,} held already{stale}")
    tell_contradictions(opened, read_decisions(opened))


@decisions.command("backup")
def back_up_decisions(
    out: Annotated[Path, typer.Option(help="Folder for the copies, which is made; earlier ones in it are replaced.")],
) -> None:
    """Copy the decisions and audits of all catalogues while the app runs: decisions.sqlite and audits.sqlite.

    To restore, stop the app and put them into PRODUCT_MATCHING_HOME in place of those there.
    """
    from product_matching.workflows.backup import back_up

    copies = back_up(out)
    typer.echo("\n".join(map(str, copies)) if copies else "Nothing is decided yet, so there is nothing to copy.")


def tell_decisions(bundle: Bundle, known: BundleDecisions) -> None:
    """Tell how many decisions were applied and how many are stale, and where they contradict each other."""
    from product_matching.workflows.decisions import say_decisions

    if known.changes:
        typer.echo(say_decisions(known))
        tell_contradictions(bundle, known)


def tell_contradictions(bundle: Bundle, known: BundleDecisions) -> None:
    """Tell on stderr where decisions contradict each other."""
    from product_matching.workflows.decisions import say_contradictions

    said = say_contradictions(bundle, known.pairs.contradictions)
    if said:
        typer.echo(said, err=True)


def _count(number: int) -> str:
    return "1 decision" if number == 1 else f"{number:,} decisions"
