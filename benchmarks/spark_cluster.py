"""A Spark cluster of two workers on this machine, one of them killed under way: the result of one machine all the same.

``python -m benchmarks.spark_cluster embeddings/demo --json`` starts a master and two workers of one core each, matches
the bundle by distances and by its pair scorer, kills a worker and all its processes once the first shard of a stage is
finished, and compares matches, groups and scores with those of one machine.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyspark

from product_matching.engines.group_shards import EngineMatches
from product_matching.engines.match import ShardSizes, match_by_distances
from product_matching.engines.score import match_by_sureness
from product_matching.engines.session import SparkPlace, open_session
from product_matching.matching.decisions import NO_DECISIONS
from product_matching.store.bundle import open_bundle
from product_matching.store.kept_pairs import PAIR_SCORES_FILE
from product_matching.workflows.choose_scorer import choose_scorer
from product_matching.workflows.find import default_thresholds
from product_matching.workflows.groups import group_catalogue
from product_matching.workflows.match import CatalogueMatches, match_by_scores, match_catalogue
from product_matching.workflows.pair_scores import score_catalogue

HOST = "127.0.0.1"
SPARK_CLASS = Path(pyspark.__file__).parent / "bin" / "spark-class"
DEPLOY = "org.apache.spark.deploy"


class Cluster:
    """A master and its workers, each with its executors in a process group of its own."""

    def __init__(self, folder: Path, workers: int, memory: str) -> None:
        port = _free_port()
        self.master = f"spark://{HOST}:{port}"
        self._folder = folder
        own = ["--host", HOST, "--webui-port", "0"]
        self._processes = [self._start("master", f"{DEPLOY}.master.Master", [*own, "--port", str(port)])]
        _wait_for(port)
        for number in range(workers):
            options = ["--cores", "1", "--memory", memory, "--work-dir", str(folder / f"worker-{number}")]
            self._processes.append(
                self._start(f"worker-{number}", f"{DEPLOY}.worker.Worker", [*own, *options, self.master])
            )

    def _start(self, name: str, of_class: str, options: list[str]) -> subprocess.Popen[bytes]:
        log = (self._folder / f"{name}.log").open("wb")
        environment = {**os.environ, "SPARK_LOCAL_IP": HOST, "SPARK_DAEMON_MEMORY": "256m"}
        return subprocess.Popen(
            [str(SPARK_CLASS), of_class, *options],
            stdout=log,
            stderr=subprocess.STDOUT,
            env=environment,
            start_new_session=True,
        )

    def kill_worker(self) -> None:
        """Kill the last worker with its executors and their Python workers."""
        _kill(self._processes.pop())

    def stop(self) -> None:
        """Kill all that is left."""
        while self._processes:
            _kill(self._processes.pop())


def _kill(process: subprocess.Popen[bytes]) -> None:
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _free_port() -> int:
    with socket.socket() as free:
        free.bind((HOST, 0))
        port: int = free.getsockname()[1]
        return port


def _wait_for(port: int, seconds: float = 120) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with socket.socket() as connection:
            if connection.connect_ex((HOST, port)) == 0:
                return
        time.sleep(0.2)
    raise TimeoutError("the master does not listen")


@contextmanager
def killing(cluster: Cluster, work: Path, stage: str) -> Iterator[dict[str, Any]]:
    """Kill a worker once the first shard of a stage is finished; tell when, and how many shards there were."""
    told: dict[str, Any] = {}
    stop = threading.Event()

    def watch() -> None:
        while not stop.is_set():
            finished = sorted(work.glob(f"{stage}-*/shard-*.parquet"))
            if finished:
                cluster.kill_worker()
                told.update(stage=stage, finished_shards=len(finished))
                return
            time.sleep(0.05)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield told
    finally:
        stop.set()
        watcher.join()


def same(found: EngineMatches, decided: CatalogueMatches) -> bool:
    """Whether matches and groups are those of one machine."""
    numbers, groups = group_catalogue(decided)
    return (
        np.array_equal(found.numbers, numbers)
        and list(found.groups) == list(groups)
        and np.array_equal(found.matches.offsets, decided.matches.offsets)
        and np.array_equal(found.matches.rows, decided.matches.rows)
    )


def measure(folder: Path, scratch: Path, memory: str, sizes: ShardSizes) -> dict[str, Any]:
    """Match a bundle on two workers, killing one in each of two runs."""
    bundle, found = open_bundle(folder), {}
    thresholds = default_thresholds(bundle)
    decided = match_catalogue(bundle, thresholds)
    with _run("distances", scratch, memory, "photo-pairs") as (spark, place, told):
        started = time.perf_counter()
        matches = match_by_distances(spark, bundle, place, thresholds, sizes=sizes)
        found["distances"] = {"same": same(matches, decided), "seconds": time.perf_counter() - started, "killed": told}
    chosen = choose_scorer(bundle)
    if chosen is None:
        return found
    by_scores = match_by_scores(score_catalogue(bundle, chosen.scorer), chosen.least_probability)
    (folder / PAIR_SCORES_FILE).unlink()
    with _run("sureness", scratch, memory, "scores") as (spark, place, told):
        started = time.perf_counter()
        matches = match_by_sureness(
            spark, bundle, place, chosen.scorer, least=chosen.least_probability, decisions=NO_DECISIONS
        )
        found["sureness"] = {"same": same(matches, by_scores), "seconds": time.perf_counter() - started, "killed": told}
    return found


@contextmanager
def _run(name: str, scratch: Path, memory: str, stage: str) -> Iterator[tuple[Any, SparkPlace, dict[str, Any]]]:
    folder = scratch / name
    folder.mkdir()
    cluster = Cluster(folder, workers=2, memory=memory)
    settings = {"spark.driver.host": HOST, "spark.driver.bindAddress": HOST, "spark.executor.memory": memory}
    try:
        place = SparkPlace(master=cluster.master, work=folder / "work", settings=settings)
        with open_session(place) as spark, killing(cluster, place.work, stage) as told:
            yield spark, place, told
    finally:
        cluster.stop()


def main() -> None:
    """Run the comparison and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bundle", type=Path)
    parser.add_argument("--memory", default="1g", help="memory of a worker and its executor")
    parser.add_argument("--json", action="store_true", help="print JSON on one line")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="spark-cluster.") as name:
        scratch = Path(name)
        copy = scratch / given.bundle.name
        shutil.copytree(given.bundle, copy, ignore=shutil.ignore_patterns(PAIR_SCORES_FILE))
        found = measure(copy, scratch, given.memory, ShardSizes(listings=500, cells=400, titles=4000, groups=300))
    found["load_average"] = os.getloadavg()[0]
    print(json.dumps(found, indent=None if given.json else 2))


if __name__ == "__main__":
    main()
