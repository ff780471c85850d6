"""The command line: ``python -m product_matching COMMAND`` (``product-matching COMMAND`` once installed)."""

from __future__ import annotations

import logging
import os
import sys
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from product_matching import __version__
from product_matching.cli.add import add, remove
from product_matching.cli.build import build
from product_matching.cli.check import check
from product_matching.cli.compact import compact
from product_matching.cli.compare import compare
from product_matching.cli.decisions import decisions
from product_matching.cli.download import download
from product_matching.cli.evaluate import evaluate
from product_matching.cli.explain import explain
from product_matching.cli.find import find
from product_matching.cli.keypoints import keypoints
from product_matching.cli.map import map_
from product_matching.cli.match import match
from product_matching.cli.publish import publish
from product_matching.cli.read import read
from product_matching.cli.serve import serve
from product_matching.cli.thresholds import thresholds
from product_matching.cli.train import train
from product_matching.cli.train_pairs import train_pairs
from product_matching.cli.verify import verify
from product_matching.errors import InputError, is_out_of_memory, said


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


class _Commands(TyperGroup):
    """The commands; a value that an option does not take is refused in one sentence."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except typer.BadParameter as error:
            error.message = error.message.removeprefix("Value error, ")  # pydantic's, which reads the values for typer
            raise


app = typer.Typer(
    name="product-matching",
    cls=_Commands,
    help="Find listings of the same product in a marketplace catalogue from photo and title.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

_LOG_VARIABLE, _LOG_LEVELS = "PRODUCT_MATCHING_LOG", ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    """Find listings of the same product in a marketplace catalogue from photo and title."""


_COMMANDS = (
    build,
    add,
    remove,
    compact,
    read,
    keypoints,
    find,
    check,
    match,
    explain,
    thresholds,
    verify,
    publish,
    serve,
    evaluate,
    compare,
    train,
    train_pairs,
    download,
)
for command in _COMMANDS:
    app.command()(command)
app.command("map")(map_)
app.add_typer(decisions)


def main() -> None:
    """Run the command line: an input error is one sentence and exit status 1, wrong usage exit status 2."""
    try:
        logging.basicConfig(level=_log_level(), format="%(message)s")
        app()
    except InputError as error:
        sys.exit(_say(str(error), 1))
    except OSError as error:
        what = error.filename or "A file that the command reads or writes"
        sys.exit(_say(f"{what} cannot be used ({error.strerror or said(error)}).", 1))
    except (MemoryError, RuntimeError) as error:
        if not is_out_of_memory(error):
            raise
        sys.exit(_say("The memory does not suffice: free some, or give --device cpu where that of a GPU is short.", 1))


def _log_level() -> str:
    level = os.environ.get(_LOG_VARIABLE) or "WARNING"
    if level.upper() not in _LOG_LEVELS:
        raise InputError(f"{_LOG_VARIABLE} is {level!r:.40}, but must be one of {', '.join(_LOG_LEVELS)}.")
    return level.upper()


def _say(message: str, status: int) -> int:
    typer.echo(message, err=True)
    return status
