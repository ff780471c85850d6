"""The second stage: candidate pairs are scored by boosted trees, and the scores decide."""

SCORER_FILE = "scorer.json"


def trees_file(comparison: str) -> str:
    """Name of the file with the trees of a comparison (see `feature_sides.COMPARISONS`)."""
    return f"trees_{comparison}.txt"
