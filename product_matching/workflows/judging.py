"""The second stage on one query: near listings are retrieved, the pair classifier judges them, with its reasons."""

from __future__ import annotations

from typing import Any

from product_matching.errors import InputError
from product_matching.matching.candidates import Candidates
from product_matching.matching.pair_classifier import PairClassifier
from product_matching.matching.pair_judge import PairJudge, Verdict
from product_matching.matching.thresholds import Thresholds
from product_matching.store.bundle import Bundle
from product_matching.workflows.find import Finder, Query, describe_matches

#: Candidates per side that are judged for one query.
JUDGED_PER_SIDE = 50


def make_judge(bundle: Bundle, classifier: PairClassifier) -> PairJudge:
    """Prepare a bundle for a pair classifier: seconds for thousands of titles, so keep the result.

    Raises
    ------
    InputError
        The catalogue has no titles, which the classifier compares.
    """
    if not bundle.has_title.any():
        raise InputError(f"The bundle {bundle.manifest.name} has no titles, which the pair classifier compares.")
    return PairJudge(bundle.listings["title"].tolist(), bundle.phashes, classifier)


def judge_candidates(judge: PairJudge, query: Query, candidates: Candidates) -> list[Verdict]:
    """Judge a query's candidates, in their order."""
    if query.row is not None:
        return judge.judge_rows(query.row, candidates.rows)
    return judge.judge_query(query.text, query.phash, candidates.rows)


def judged_matches(finder: Finder, judge: PairJudge, query: Query, thresholds: Thresholds) -> list[dict[str, Any]]:
    """Describe the candidates that the second stage accepts, the surest first, with score and main reasons.

    Returns
    -------
    list of dict
        As `describe_matches` gives, with ``score`` (probability of the same product) and ``reasons``: pairs of a
        feature and how far it moved the log odds.
    """
    candidates = finder.candidates(query, JUDGED_PER_SIDE)
    verdicts = judge_candidates(judge, query, candidates)
    described = describe_matches(finder.bundle, candidates, thresholds)
    judged = [(verdict, listing | _tell(verdict)) for verdict, listing in zip(verdicts, described, strict=True)]
    accepted = sorted((pair for pair in judged if pair[0].is_match), key=lambda pair: (-pair[0].score, pair[0].row))
    return [listing for _, listing in accepted]


def _tell(verdict: Verdict) -> dict[str, Any]:
    return {"score": round(verdict.score, 6), "reasons": [[name, round(share, 4)] for name, share in verdict.reasons]}
