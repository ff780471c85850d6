"""The whole comparison: every row on every data set; a row that cannot be measured is left out with a warning."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from product_matching.comparison.beyond import (
    Decided,
    Sides,
    add_min2,
    build_sides,
    dba_variants,
    decide_by_any,
    decide_by_pairs,
    decide_by_union,
    fused_variants,
    inb_variants,
    score_decided,
)
from product_matching.comparison.hashes import foreign_hashes, own_phashes, rank_hashes, read_hashes
from product_matching.comparison.lookup import DataSet, demo_set, groceries_sets
from product_matching.comparison.photos import (
    PhotoSource,
    VectorStore,
    model_source,
    rank_vectors,
    trained_source,
)
from product_matching.comparison.protocols import describe_protocols
from product_matching.comparison.reported import BEYOND, PHASH, TITLES, TRAINED, UNION, UNTRAINED, RowPlan
from product_matching.comparison.scores import measure
from product_matching.comparison.table import MeasuredRow, ScoresByData, build_comparison
from product_matching.comparison.titles import TitledDemo, rank_titles, reproduce
from product_matching.encoders.model_sources import resolve_model
from product_matching.errors import InputError
from product_matching.listings.catalogue import Catalogue
from product_matching.metrics.retrieval import QueryScores
from product_matching.progress import NO_PROGRESS, Progress
from product_matching.store.comparison import Comparison, DataName, Reproduced

log = logging.getLogger(__name__)
#: The training whose photo model the rows with titles are made on.
_WITH_TITLES = "arcface_sampler"


@dataclass(frozen=True)
class Inputs:
    """The inputs of the comparison.

    Attributes
    ----------
    demo
        The demo catalogue, with photos and titles and the column ``part``.
    groceries
        The groceries, with the columns ``part`` and ``packaged``; None where they are not available.
    models
        Folder of the trainings, and of what is kept between runs.
    backbone, weights
        The untrained backbone, and its weights (None: timm's own).
    image_size
        Edge of the photos that the trainings use, in pixels; the untrained backbone is measured at it, too.
    shipped
        Model folder of the model that ships; None to leave it out.
    shopee
        The competition's ``train.csv``; None to leave it out.
    hashes
        Hashes of another library (``benchmarks/hashes.py``); None to leave them out.
    device, progress
        Where networks run, and how progress is shown.
    """

    demo: Catalogue
    groceries: Catalogue | None
    models: Path
    backbone: str = "mobilenetv2_100"
    weights: Path | None = None
    image_size: int = 160
    shipped: Path | None = None
    shopee: Path | None = None
    hashes: Path | None = None
    device: str = "auto"
    progress: Progress = NO_PROGRESS


class Comparing:
    """A comparison in progress: the data sets, and the vectors made so far.

    Parameters
    ----------
    inputs
        What is compared.
    """

    def __init__(self, inputs: Inputs) -> None:
        self._inputs = inputs
        self._store = VectorStore(inputs.models / "vectors")
        self._demo = demo_set(inputs.demo)
        others = () if inputs.groceries is None else groceries_sets(inputs.groceries)
        self._sets: tuple[DataSet, ...] = (self._demo, *others)
        hashed = {paths: own_phashes(paths) for paths in {data.paths for data in self._sets}}
        self._phashes = {data.name: hashed[data.paths] for data in self._sets}
        self._titled = TitledDemo.of(inputs.demo, self._demo, self._phashes["demo"])

    def run(self, made_by: str) -> Comparison:
        """Measure every row; `made_by` is the command that ran it.

        Raises
        ------
        InputError
            A file or model folder that was given cannot be used.
        """
        untrained = list(self._untrained_rows())
        sources = {plan.key: self._trained(plan) for plan in TRAINED}
        rows = [self._photo_row(plan, sources[plan.key]) for plan in TRAINED]
        chosen = sources[_WITH_TITLES]
        rows.append(MeasuredRow(UNION) if chosen is None else self._union_row(UNION, chosen))
        reproduced = self._reproduce()
        rows += self._title_rows(reproduced)
        name = next(plan.name for plan in TRAINED if plan.key == _WITH_TITLES)
        rows += (
            [MeasuredRow(_named(plan, name)) for plan in BEYOND] if chosen is None else self._beyond_rows(name, chosen)
        )
        rows += self._shipped_rows()
        rows += [*untrained, *self._hash_rows(reproduced)]
        reference = next((row for row in untrained if row.plan.name == UNTRAINED), None)
        return build_comparison(rows, reference, describe_protocols(self._sets), made_by=made_by)

    def _trained(self, plan: RowPlan) -> PhotoSource | None:
        inputs = self._inputs
        try:
            return trained_source(inputs.models / plan.key, inputs.device, inputs.progress)
        except InputError as error:
            log.warning("%s is left out: %s", plan.name, error)
            return None

    def _photo_row(self, plan: RowPlan, source: PhotoSource | None) -> MeasuredRow:
        if source is None:
            return MeasuredRow(plan, "not measured here")
        scores = {data.name: self._photo_scores(source, data) for data in self._sets}
        log.info("Measured: %s.", plan.name)
        return MeasuredRow(plan, source.remark, scores)

    def _photo_scores(self, source: PhotoSource, data: DataSet) -> QueryScores:
        return measure(data, rank_vectors(self._store.vectors(source, data)))

    def _untrained_rows(self) -> Iterator[MeasuredRow]:
        """The backbone at its own photo size, then at that of the trainings."""
        inputs = self._inputs
        for size, name in ((None, UNTRAINED), (inputs.image_size, f"{UNTRAINED}, {inputs.image_size} px")):
            try:
                folder = resolve_model(inputs.backbone, weights=inputs.weights, image_size=size)
                source = model_source(folder, inputs.device, inputs.progress)
            except InputError as error:
                log.warning("%s is left out: %s", name, error)
                continue
            yield self._photo_row(RowPlan("untrained", name, "photo", "baseline"), source)

    def _shipped_rows(self) -> list[MeasuredRow]:
        inputs = self._inputs
        if inputs.shipped is None:
            return []
        source = model_source(inputs.shipped, inputs.device, inputs.progress)
        name = "Shipped model"
        return [
            self._photo_row(RowPlan("shipped", f"{name} {inputs.shipped.name}", "photo", "shipped"), source),
            self._union_row(RowPlan("union", f"{name} + TF-IDF", "photo+title", "shipped"), source),
            *(replace(row, plan=replace(row.plan, section="shipped")) for row in self._beyond_rows(name, source)),
        ]

    def _reproduce(self) -> dict[str, Reproduced]:
        """Reported figures made again, by method; none where the competition's file is missing."""
        if self._inputs.shopee is None:
            return {}
        methods = [plan.reproduce for plan in (*TITLES, PHASH)]
        return reproduce(self._inputs.shopee, methods, self._inputs.models / "reproduced.json")

    def _title_rows(self, reproduced: dict[str, Reproduced]) -> list[MeasuredRow]:
        rows = []
        for plan in TITLES:
            scores: ScoresByData = {"demo": measure(self._demo, rank_titles(self._titled, plan.key))}
            log.info("Measured: %s.", plan.name)
            rows.append(MeasuredRow(plan, "titles alone", scores, reproduced.get(plan.reproduce)))
        return rows

    def _hash_rows(self, reproduced: dict[str, Reproduced]) -> list[MeasuredRow]:
        inputs = self._inputs
        rows = [replace(self._hash_row(PHASH, self._phashes), reproduced=reproduced.get("phash"))]
        if inputs.hashes is None:
            log.warning("imagededup's hashes are left out: make them with benchmarks/hashes.py and give --hashes.")
            return rows
        foreign = read_hashes(inputs.hashes)
        for kind, by_name in foreign.by_name.items():
            plan = RowPlan(kind, f"{kind} of {foreign.library}", "photo", "baseline")
            rows.append(self._hash_row(plan, {data.name: foreign_hashes(by_name, data) for data in self._sets}))
        return rows

    def _hash_row(self, plan: RowPlan, hashes: dict[DataName, list[str]]) -> MeasuredRow:
        scores = {data.name: measure(data, rank_hashes(hashes[data.name])) for data in self._sets}
        log.info("Measured: %s.", plan.name)
        return MeasuredRow(plan, "64 bits", scores)

    def _sides(self, source: PhotoSource) -> tuple[Sides, Sides]:
        vectors = self._store.vectors(source, self._demo)
        data = self._demo
        return build_sides(self._titled, vectors, data.validation), build_sides(self._titled, vectors, data.test)

    def _union_row(self, plan: RowPlan, source: PhotoSource) -> MeasuredRow:
        return self._decided_row(plan, decide_by_union(*self._sides(source)))

    def _beyond_rows(self, name: str, source: PhotoSource) -> list[MeasuredRow]:
        sides = self._sides(source)
        fused = decide_by_any(*sides, fused_variants())
        decided = {
            "fused": fused,
            "min2": add_min2(fused, self._demo.validation),
            "dba": decide_by_any(*sides, dba_variants()),
            "inb": decide_by_any(*sides, inb_variants()),
            "pairs": decide_by_pairs(self._titled, self._store.vectors(source, self._demo)),
        }
        return [self._decided_row(_named(plan, name), decided[plan.key]) for plan in BEYOND]

    def _decided_row(self, plan: RowPlan, decided: Decided) -> MeasuredRow:
        scores: ScoresByData = {"demo": score_decided(decided, self._demo.test)}
        log.info("Measured: %s.", plan.name)
        caveat = "for benchmarks only, assumes that no listing is a singleton: " if plan.key == "min2" else ""
        return MeasuredRow(plan, f"{caveat}{decided.how}", scores, has_threshold=plan.key == "pairs")


def _named(plan: RowPlan, photo: str) -> RowPlan:
    titles = "titles" if plan.key == "pairs" else "TF-IDF"
    return replace(plan, name=f"{photo} + {titles}: {plan.name}")
