"""Spark jobs that make the missing shards of a stage: one task a shard, with or without rows brought together first."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd
import pyarrow as pa

from product_matching.engines.shards import Stage
from product_matching.errors import InputError
from product_matching.progress import NO_PROGRESS, Progress, stop_if_cancelled

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

#: Makes one shard of its number.
MakeShard = Callable[[int], pa.Table]
#: Makes one shard of the rows that were brought together for it, in order.
JoinShard = Callable[[int, Iterator[pd.DataFrame]], pa.Table]
#: Reads one source and gives rows with the column ``shard``: the shard that each row is brought to.
Scatter = Callable[[int], Iterator[pd.DataFrame]]
_REPORT = "shard int"
_POLL_SECONDS = 0.2
#: The last line of a traceback in what Spark says of a task that failed.
_RAISED = re.compile(r"^(?:[a-z_]+\.)*([A-Z]\w*(?:Error|Exception|Cancelled)?: .+)$", re.MULTILINE)


def map_shards(
    spark: SparkSession, stage: Stage, make: MakeShard, *, describe: str, progress: Progress = NO_PROGRESS
) -> None:
    """Make the missing shards of a stage, each by itself.

    Parameters
    ----------
    spark
        The session.
    stage
        Its finished shards are left as they are.
    make
        Called once for each missing shard, in a Python worker.
    describe, progress
        Name of the stage in the progress, and where it is shown; a step for each shard.

    Raises
    ------
    InputError
        A task failed; what is finished stays.
    Cancelled
        The progress was cancelled; what is finished stays.
    """
    missing = stage.missing()

    def run(batches: Iterator[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        for batch in batches:
            for task in batch["id"].tolist():
                stage.write(missing[task], make(missing[task]))
            yield pd.DataFrame({"shard": [missing[task] for task in batch["id"].tolist()]}, dtype="int32")

    if missing:
        tasks = spark.range(0, len(missing), 1, len(missing)).mapInPandas(run, _REPORT)
        _collect(spark, tasks, stage, describe=describe, progress=progress)


@dataclass(frozen=True, kw_only=True)
class Shuffle:
    """How the rows of a stage's shards are brought together.

    Attributes
    ----------
    sources
        How many sources there are, read by a task each.
    scatter
        Gives the rows of a source; those of finished shards are not sent.
    join
        Called once for each missing shard with its rows, sorted; it need not hold them all at once.
    columns
        Columns of the rows as Spark writes schemas, ``shard int`` among them.
    order
        Columns that the rows of a shard are sorted by.
    """

    sources: int
    scatter: Scatter
    join: JoinShard
    columns: str
    order: list[str]


def join_shards(
    spark: SparkSession, stage: Stage, shuffle: Shuffle, *, describe: str, progress: Progress = NO_PROGRESS
) -> None:
    """Make the missing shards of a stage of rows from everywhere: one shuffle, then one task a shard.

    Parameters
    ----------
    spark, stage
        As of `map_shards`.
    shuffle
        Where the rows come from, and what is made of them.
    describe, progress
        As of `map_shards`.

    Raises
    ------
    InputError
        A task failed; what is finished stays.
    Cancelled
        The progress was cancelled; what is finished stays.
    """
    missing = stage.missing()
    place = {shard: number for number, shard in enumerate(missing)}

    def send(batches: Iterator[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        for batch in batches:
            for source in batch["id"].tolist():
                for rows in shuffle.scatter(source):
                    places = rows["shard"].map(place)
                    yield rows[places.notna()].assign(place=places.dropna().astype("int32"))

    def receive(batches: Iterator[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        first = next((batch for batch in batches if len(batch)), None)
        if first is not None:
            shard = int(first["shard"].iloc[0])
            stage.write(shard, shuffle.join(shard, _chained(first, batches)))
            yield pd.DataFrame({"shard": [shard]}, dtype="int32")

    if missing:
        tasks = spark.range(0, shuffle.sources, 1, shuffle.sources)
        sent = tasks.mapInPandas(send, f"{shuffle.columns}, place int")
        sorted_ = sent.repartitionById(len(missing), "place").sortWithinPartitions(*shuffle.order)
        _collect(spark, sorted_.mapInPandas(receive, _REPORT), stage, describe=describe, progress=progress)
        for shard in stage.missing():
            stage.write(shard, stage.schema.empty_table())


def _chained(first: pd.DataFrame, rest: Iterator[pd.DataFrame]) -> Iterator[pd.DataFrame]:
    yield first
    yield from (batch for batch in rest if len(batch))


def _collect(spark: SparkSession, tasks: DataFrame, stage: Stage, *, describe: str, progress: Progress) -> None:
    """Run a job to its end, and show how many shards are finished meanwhile."""
    progress.begin(describe, len(stage.missing()), unit="shard")
    with ThreadPoolExecutor(1, thread_name_prefix="spark") as pool:
        job = pool.submit(tasks.collect)
        try:
            _watch(job, stage, progress)
            job.result()
        except BaseException as error:
            spark.sparkContext.cancelAllJobs()
            if isinstance(error, Exception) and _is_of_spark(error):
                raise InputError(
                    f"The Spark job '{describe}' failed ({_cause(error)}): finished shards are kept in {stage.work}, "
                    "the same command continues."
                ) from error
            raise


def _watch(job: Future[list[object]], stage: Stage, progress: Progress) -> None:
    left = len(stage.missing())
    while not job.done():
        stop_if_cancelled(progress)
        time.sleep(_POLL_SECONDS)
        now = len(stage.missing())
        progress.advance(left - now)
        left = now
    progress.advance(left - len(stage.missing()))


def _is_of_spark(error: Exception) -> bool:
    return type(error).__module__.split(".")[0] in {"pyspark", "py4j"}


def _cause(error: Exception) -> str:
    """What a worker raised, the first of it; else the first line of what Spark says."""
    text = str(error).strip() or type(error).__name__
    raised = _RAISED.search(text)
    return f"{raised[1] if raised else text.splitlines()[0]:.200}"
