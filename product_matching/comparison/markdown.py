"""The comparison as a Markdown page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from product_matching.metrics.retrieval import MEASURES
from product_matching.store.comparison import Comparison, DataName, Difference, Figure, Row

_SECTIONS = {
    "comparison": "The ten methods",
    "beyond": "Extensions: photo and title decided together",
    "shipped": "The shipped model",
    "baseline": "Baselines",
}
_LEGEND = """\
- **Reported** figures were published elsewhere, each under its own protocol. They cannot be compared with one another,
  nor with the columns to their right.
- **Reproduced** figures were measured here under the protocol of the reported ones, where the data is available. Photo
  rows need the competition's photos (`product-matching download shopee`); the recipes then run unchanged.
- **Demo** and **groceries** have one protocol each. Every setting is chosen on validation, none on test.
- **F1** is the mean over queries of the F1 of the predicted set, which includes the query. **recall@1** is the share of
  queries whose nearest other listing is the same product. **mAP@R** is the mean average precision among the nearest R,
  where R is the number of other listings of the product. Brackets hold 95 % bootstrap intervals over products.
- The second stage is trained on the validation part, which has a few hundred listings, in the same way for every
  network. The pair scorer that ships (`models/pairs/demo`) is another one: it is trained on the part train, embedded by
  networks that have not seen it, and tuned on validation; its figures are in the README.
- A dash: not measured, or not applicable (groceries have no titles).
"""


def to_markdown(comparison: Comparison) -> str:
    """Write the comparison as a page."""
    rows = comparison.rows
    lines = ["# Comparison", "", f"Made by `{comparison.made_by}`.", "", "## Reading the tables", "", _LEGEND]
    protocols = asdict(comparison.protocols)
    lines += ["## Protocols", "", *(f"- **{name}**: {words}" for name, words in protocols.items()), ""]
    for section, heading in _SECTIONS.items():
        part = [row for row in rows if row.section == section]
        if part:
            lines += [f"## {heading}", "", *_main_table(part), ""]
    lines += ["## Photo retrieval on unseen groceries", "", *_retrieval_table(rows, "groceries"), ""]
    lines += ["The same without thinning:", "", *_retrieval_table(rows, "groceries_full"), ""]
    lines += ["## Difference to the untrained backbone", "", *_difference_table(comparison.differences), ""]
    lines += ["## Pairs in another order than reported", "", *_order(comparison.order), ""]
    return "\n".join(lines)


def _main_table(rows: Sequence[Row]) -> list[str]:
    head = ["row", "remark", "reported figure", "reproduced F1", "demo: F1", "recall@1", "mAP@R", "groceries: F1"]
    body = [
        [
            row.name,
            row.remark or "-",
            f"{row.reported.figure} ({row.reported.protocol})" if row.reported else "-",
            as_cell(row.reproduced.figure if row.reproduced else None),
            *(as_cell(row.figure("demo", measure)) for measure in MEASURES),
            as_cell(row.figure("groceries", "f1")),
        ]
        for row in rows
    ]
    return as_table(head, body)


def _retrieval_table(rows: Sequence[Row], data: DataName) -> list[str]:
    measured = [(row.name, scores) for row in rows if (scores := row.scores(data))]
    if not measured:
        return ["Not measured."]
    head = ["row", "recall@1", "mAP@R", "F1", "threshold", "N", "queries"]
    body = [
        [
            name,
            *(as_cell(scores.figure(measure)) for measure in ("recall_at_1", "map_at_r", "f1")),
            "-" if scores.threshold is None else f"{scores.threshold:.3f}",
            f"{scores.n:,}",
            f"{scores.queries:,}",
        ]
        for name, scores in measured
    ]
    return as_table(head, body)


def _difference_table(differences: Sequence[Difference]) -> list[str]:
    if not differences:
        return ["Not measured."]
    head = ["row", "data", "F1", "recall@1", "mAP@R"]
    cells: dict[tuple[str, str], dict[str, str]] = {}
    for each in differences:
        low, high = each.interval
        shown = f"{each.difference:+.3f} [{low:+.3f}, {high:+.3f}]"
        cells.setdefault((each.row, each.data), {})[each.measure] = shown
    return as_table(head, [[*key, *(found[measure] for measure in MEASURES)] for key, found in cells.items()])


def _order(sentences: Sequence[str]) -> list[str]:
    words = (
        "The reported figures come from at least three protocols, so that their order has little meaning. Of the ten "
        "methods, as far as they were measured on the demo catalogue, these pairs are in the reverse order here. A "
        "difference is significant where its 95 % interval excludes 0."
    )
    if not sentences:
        return ["No pair of the measured rows is in another order."]
    return [words, "", *(f"- {sentence}" for sentence in sentences)]


def as_cell(figure: Figure | None) -> str:
    """A figure with its interval, or a dash."""
    return "-" if figure is None else str(figure)


def as_table(head: list[str], body: list[list[str]]) -> list[str]:
    """The lines of a table."""
    return [f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *body)]
