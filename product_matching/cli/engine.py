"""The options of the commands that can run on a cluster, and the session behind them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from product_matching.cli.arguments import read_count

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from product_matching.engines.session import SparkPlace


class Engine(StrEnum):
    """Where the work runs."""

    local = "local"
    spark = "spark"


EngineOption = Annotated[
    Engine, typer.Option(help="Where the work runs: in this process, or on Spark with --master and --work.")
]
MasterOption = Annotated[
    str | None, typer.Option(help="Address of Spark: local[2], or that of a cluster such as spark://HOST:7077.")
]
WorkOption = Annotated[
    Path | None,
    typer.Option(
        help="Folder of Spark's shards, which all machines see under this path. Finished shards stay in it: the same "
        "command continues."
    ),
]

VisitsOption = Annotated[
    int | None,
    typer.Option(
        parser=read_count,
        help="On Spark by distances: most cells of photos that a photo is compared with beside its own. Without it all "
        "within reach, which finds every pair.",
    ),
]


def spark_place(engine: Engine, master: str | None, work: Path | None) -> SparkPlace | None:
    """Where Spark runs; None for the local engine.

    Raises
    ------
    typer.BadParameter
        The options contradict each other, or one is missing.
    """
    if engine is Engine.local:
        if master is not None or work is not None:
            raise typer.BadParameter("--master and --work belong to --engine spark", param_hint="--engine")
        return None
    if master is None or work is None:
        missing = "--master" if master is None else "--work"
        raise typer.BadParameter(f"--engine spark needs {missing}", param_hint="--engine")
    from product_matching.engines.session import SparkPlace

    return SparkPlace(master=master, work=work.absolute())


@contextmanager
def spark_session(place: SparkPlace) -> Iterator[SparkSession]:
    """A session that tells, when it is interrupted, how the work continues."""
    from product_matching.engines.session import open_session

    try:
        with open_session(place) as session:
            yield session
    except KeyboardInterrupt:
        typer.echo(f"Interrupted. Finished shards are kept in {place.work}: the same command continues.", err=True)
        raise typer.Exit(130) from None
