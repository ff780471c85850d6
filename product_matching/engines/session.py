"""A Spark session whose Python workers are this interpreter with this package."""

from __future__ import annotations

import os
import shutil
import sys
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import product_matching
from product_matching.errors import InputError
from product_matching.extras import import_extra

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

#: Rows that Spark hands to Python at a time: 10 MB of vectors at 1,280 dimensions.
_BATCH_ROWS = 2000
_SETTINGS = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "OFF",
    # Partitions are shards: they are neither joined nor split.
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.execution.arrow.maxRecordsPerBatch": str(_BATCH_ROWS),
    # Each Python worker is one task; more threads than cores are slower.
    "spark.executorEnv.OMP_NUM_THREADS": "1",
}


@dataclass(frozen=True, kw_only=True)
class SparkPlace:
    """Where Spark runs and where its shards lie.

    Attributes
    ----------
    master
        Address of the cluster, such as ``local[2]`` or ``spark://HOST:7077``.
    work
        Folder of the shards, which the driver and all workers see under this path. Finished shards stay in it: the
        same work continues where it stopped.
    settings
        Further settings of Spark, such as ``spark.executor.memory``.
    """

    master: str
    work: Path
    settings: Mapping[str, str] = field(default_factory=dict)


@contextmanager
def open_session(place: SparkPlace) -> Iterator[SparkSession]:
    """Start Spark, or take part in the cluster, and stop it in the end.

    Raises
    ------
    InputError
        pyspark or Java is missing, or Spark does not start.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="PySpark does not yet fully support pandas")
        module = import_extra("pyspark.sql", "spark", "Builds and matches on Spark")
        _check_java()
        if place.master.startswith("local"):
            os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
        os.environ["PYSPARK_PYTHON"] = os.environ["PYSPARK_DRIVER_PYTHON"] = sys.executable
        builder = module.SparkSession.builder.master(place.master).appName("product-matching")
        for name, value in {**_SETTINGS, **_paths(place.master), **place.settings}.items():
            builder = builder.config(name, value)
        try:
            session: SparkSession = builder.getOrCreate()
        except Exception as error:  # of py4j or of the JVM: all of them mean that there is no session
            raise InputError(
                f"Spark does not start at {place.master} ({_first_line(error)}): check the address and Java."
            ) from error
        try:
            yield session
        finally:
            session.stop()


def _check_java() -> None:
    home = os.environ.get("JAVA_HOME")
    if shutil.which("java" if not home else str(Path(home) / "bin" / "java")) is None:
        where = f"there is none at JAVA_HOME={home}" if home else "there is no java on the PATH"
        raise InputError(f"Spark needs Java 17 or newer, but {where}: install it and set JAVA_HOME.")


def _paths(master: str) -> dict[str, str]:
    """Let the workers import this package from where it lies; a local Spark talks to itself alone."""
    settings = {"spark.executorEnv.PYTHONPATH": str(Path(product_matching.__file__).parents[1])}
    if master.startswith("local"):
        settings |= {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
    return settings


def _first_line(error: Exception) -> str:
    return f"{(str(error).strip() or type(error).__name__).splitlines()[0]:.160}"
