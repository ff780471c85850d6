"""Whether a search finds everything, as the pages say it."""

from __future__ import annotations

from product_matching.search.spec import IndexSpec
from product_matching.store.manifest import Manifest

_EXACT_HELP = "A query is compared with every listing (index: {kinds})."
_APPROXIMATE_HELP = (
    "Photos stand in {lists:,} lists of similar ones, of which a search reads the nearest {probes:,}. Recall "
    "{recall:.3f}: {protocol}, within distance {distance:g} (N {queries:,}). Distances are exact, and titles are "
    "searched exactly."
)


def is_exact(manifest: Manifest, *, by_photo: bool = True) -> bool:
    """Whether a search in a catalogue finds everything; by title alone it always does."""
    return not by_photo or manifest.index.photo is None or manifest.index.photo.exact


def say_exactness(manifest: Manifest, *, by_photo: bool) -> str:
    """Say in a line of results whether the search is exact, and else how much it finds."""
    spec = manifest.index.photo
    if is_exact(manifest, by_photo=by_photo) or spec is None:
        return "exact search"
    if spec.ivf is None:
        return "approximate search"
    return f"approximate search: finds {_found(spec.ivf.recall)} of 100 similar photos"


def exactness_figure(manifest: Manifest) -> tuple[str, str]:
    """Name and value of the figure that says it of a catalogue."""
    spec = manifest.index.photo
    if is_exact(manifest) or spec is None or spec.ivf is None:
        return "Search", "exact"
    return "Approximate search", f"{_found(spec.ivf.recall)}%"


def explain_exactness(manifest: Manifest) -> str:
    """Explain the indexes of a catalogue in the field's terms."""
    spec = manifest.index.photo
    if spec is not None and spec.ivf is not None:
        ivf = spec.ivf
        return _APPROXIMATE_HELP.format(
            lists=ivf.lists,
            probes=ivf.probes,
            recall=ivf.recall,
            protocol=ivf.protocol,
            distance=ivf.distance,
            queries=ivf.queries,
        )
    return _EXACT_HELP.format(kinds=", ".join(_kinds(spec, manifest.index.title)))


def _kinds(*specs: IndexSpec | None) -> list[str]:
    return [spec.kind for spec in specs if spec is not None]


def _found(recall: float) -> str:
    """A recall per hundred with one decimal, rounded down: one that misses something is never called all."""
    return f"{int(recall * 1000) / 10:.1f}"
