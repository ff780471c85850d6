"""The comparison as Markdown, for people."""

from __future__ import annotations

from typing import Any

_SECTIONS = {
    "comparison": "The ten rows",
    "beyond": "Beyond them: photo and title decided together",
    "shipped": "The model that ships",
    "baseline": "Held against",
}
_LEGEND = """\
- **Reported** is what was reported elsewhere, each under a protocol of its own; these figures cannot be compared with
  one another, nor with the columns to their right.
- **Reproduced** is the reported figure made again here under that protocol, where the data for it exists. Photo rows
  need the competition's photos: with them in place (`product-matching download shopee`) the recipes run unchanged.
- **Demo** and **groceries** are one honest protocol each: everything is chosen on validation, nothing on test.
- **F1** is the mean over queries of the F1 of the predicted set, the query itself in it; **recall@1** the share of
  queries whose nearest other listing is the same product; **mAP@R** the mean average precision among the nearest R,
  the number of other listings of the product. In brackets 95 % bootstrap intervals over products.
- The second stage learns from the validation part alone, a few hundred listings: a run with another number of threads,
  which differs in rounding alone, moved its F1 by 0.004 and 0.009.
- A dash: not measured, or there is nothing to measure (groceries have no titles).
"""


def to_markdown(comparison: dict[str, Any]) -> str:
    """Write the comparison, in the form of `Comparison.to_json`, as a page."""
    rows = comparison["rows"]
    lines = ["# Comparison", "", f"Made by `{comparison['made_by']}`.", "", "## Reading the tables", "", _LEGEND]
    lines += ["## Protocols", "", *(f"- **{name}**: {words}" for name, words in comparison["protocols"].items()), ""]
    for section, heading in _SECTIONS.items():
        part = [row for row in rows if row["section"] == section]
        if part:
            lines += [f"## {heading}", "", *_main_table(part), ""]
    lines += ["## Photo retrieval on unseen groceries", "", *_retrieval_table(rows, "groceries"), ""]
    lines += ["The same without thinning:", "", *_retrieval_table(rows, "groceries_full"), ""]
    lines += ["## Difference to the untrained backbone", "", *_difference_table(comparison["differences"]), ""]
    lines += ["## Where our order is not the reported one", "", *_order(comparison["order"]), ""]
    return "\n".join(lines)


def _main_table(rows: list[dict[str, Any]]) -> list[str]:
    head = ["row", "remark", "reported F1", "reproduced F1", "demo: F1", "recall@1", "mAP@R", "groceries: F1"]
    body = [
        [
            row["name"],
            row["remark"] or "-",
            f"{row['reported']['f1']:.3f} ({row['reported']['protocol']})" if row["reported"] else "-",
            as_figure(row["reproduced"], "f1", "interval"),
            *(as_figure(row["demo"], name) for name in ("f1", "recall_at_1", "map_at_r")),
            as_figure(row["groceries"], "f1"),
        ]
        for row in rows
    ]
    return as_table(head, body)


def _retrieval_table(rows: list[dict[str, Any]], data: str) -> list[str]:
    measured = [row for row in rows if row[data]]
    if not measured:
        return ["Not measured."]
    head = ["row", "recall@1", "mAP@R", "F1", "threshold", "N", "queries"]
    body = [
        [
            row["name"],
            *(as_figure(row[data], name) for name in ("recall_at_1", "map_at_r", "f1")),
            _number(row[data]["threshold"]),
            f"{row[data]['n']:,}",
            f"{row[data]['queries']:,}",
        ]
        for row in measured
    ]
    return as_table(head, body)


def _difference_table(differences: list[dict[str, Any]]) -> list[str]:
    if not differences:
        return ["Not measured."]
    head = ["row", "data", "F1", "recall@1", "mAP@R"]
    cells: dict[tuple[str, str], dict[str, str]] = {}
    for entry in differences:
        low, high = entry["interval"]
        shown = f"{entry['difference']:+.3f} [{low:+.3f}, {high:+.3f}]"
        cells.setdefault((entry["row"], entry["data"]), {})[entry["measure"]] = shown
    body = [[*key, *(found[name] for name in ("f1", "recall_at_1", "map_at_r"))] for key, found in cells.items()]
    return as_table(head, body)


def _order(sentences: list[str]) -> list[str]:
    words = (
        "The reported figures come from at least three protocols, so that their order says little "
        "in itself. Of the ten rows as far as they were measured on the demo catalogue, these pairs stand the other "
        "way round here:"
    )
    if not sentences:
        return ["Nowhere among the rows that were measured."]
    return [words, "", *(f"- {sentence}" for sentence in sentences)]


def as_figure(scores: dict[str, Any] | None, name: str, interval: str = "") -> str:
    """A figure with its interval, or a dash."""
    if scores is None or scores[name] is None:
        return "-"
    low, high = scores[interval or f"{name}_interval"]
    return f"{scores[name]:.3f} [{low:.3f}, {high:.3f}]"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def as_table(head: list[str], body: list[list[str]]) -> list[str]:
    """The lines of a table."""
    return [f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *body)]
