"""The features of the pair scorer in plain words, each as what speaks for or against the same product."""

from __future__ import annotations

from collections.abc import Sequence

#: Words for and against, for features whose names begin so; the longest fitting beginning counts.
_WORDS = {
    "cosine of photo": ("the photos look alike", "the photos look different"),
    "cosine of averaged photo": ("the photos look alike", "the photos look different"),
    "cosine of expanded photo": ("the photos look alike", "the photos look different"),
    "cosine of photo neighbourhood": ("both have the same nearest photos", "their nearest photos differ"),
    "pHash bits": ("nearly the same photo", "not the same photo"),
    "listings with the photo": ("few other listings have the photo", "many listings have the photo"),
    "keypoints": ("many points lie alike on both photos", "few points lie alike on both photos"),
    "share of the matches that lie alike": ("the points found on both photos lie alike", "the points do not lie alike"),
    "share of the keypoints that lie alike": ("much of both photos lies alike", "little of both photos lies alike"),
    "smaller area that lies alike": ("much of both photos lies alike", "little of both photos lies alike"),
    "larger area that lies alike": ("much of both photos lies alike", "little of both photos lies alike"),
    "change of scale": ("shown at a similar size", "shown at another size"),
    "rotation": ("shown in a similar position", "shown in another position"),
    "distortion": ("what lies alike has the same shape", "what lies alike is distorted"),
    "colour difference": ("the colours agree", "the colours differ"),
    "lightness difference": ("light and dark agree", "light and dark differ"),
    "known share of print": ("the print is known here", "the print is unknown here"),
    "cosine of print and title": ("the print agrees with the title", "the print is not in the title"),
    "share of print in title": ("the print agrees with the title", "the print is not in the title"),
    "share of title in print": ("the title is printed on the photo", "the title is not printed on the photo"),
    "share of numbers of print in title": ("numbers of the print are in the title", "the print has other numbers"),
    "quantities of print and title": ("the printed size agrees", "the printed size differs"),
    "cosine of prints": ("the print on both photos agrees", "the print on the photos differs"),
    "cosine of words": ("the titles share words", "the titles share few words"),
    "cosine of averaged words": ("the titles share words", "the titles share few words"),
    "cosine of title alone": ("the titles agree", "the titles differ"),
    "cosine of trigrams": ("the titles are spelt alike", "the titles are spelt differently"),
    "cosine of averaged trigrams": ("the titles are spelt alike", "the titles are spelt differently"),
    "cosine of expanded": ("titles near both agree", "titles near both differ"),
    "cosine of title neighbourhood": ("both have the same nearest titles", "their nearest titles differ"),
    "cosine of sentence": ("the titles mean the same", "the titles mean different things"),
    "cosine of averaged sentence": ("the titles mean the same", "the titles mean different things"),
    "cosine of expanded sentence": ("titles near both mean the same", "titles near both mean different things"),
    "cosine of plain": ("the two are alike as a whole", "the two differ as a whole"),
    "cosine of averaged": ("the two are alike as a whole", "the two differ as a whole"),
    "cosine of final": ("the two are alike as a whole", "the two differ as a whole"),
    "cosine of neighbourhood": ("both have the same nearest listings", "their nearest listings differ"),
    "cosine of plain neighbourhood": ("both have the same nearest listings", "their nearest listings differ"),
    "rank": ("each is among the nearest of the other", "other listings are nearer"),
    "gap": ("hardly any other listing is nearer", "other listings are nearer"),
    "density": ("few other listings are near", "many listings are this near"),
    "z-score": ("nearer than other listings", "no nearer than other listings"),
    "percentile": ("nearer than most pairs of the catalogue", "no nearer than most pairs of the catalogue"),
    "shared words": ("the titles share words", "the titles share few words"),
    "words missing": ("few words are in one title only", "words are in one title only"),
    "rarest word": ("no rare word is in one title only", "a rare word is in one title only"),
    "coverage": ("the titles cover each other", "much of a title is not in the other"),
    "shared numbers": ("the titles share numbers", "the titles share no number"),
    "numbers missing": ("no number is in one title only", "a number is in one title only"),
    "token": ("the titles are spelt alike", "the titles are spelt differently"),
    "partial ratio": ("the titles are spelt alike", "the titles are spelt differently"),
    "ratio": ("the titles are spelt alike", "the titles are spelt differently"),
    "words in title": ("titles of a telling length", "titles of a length that tells little"),
    "quantities": ("the sizes agree", "the sizes differ"),
    "counts": ("the numbers of pieces agree", "the numbers of pieces differ"),
}
_OTHER = ("other features", "other features")
#: What is compared by features on ranks and distances among the nearest: "gap of photo alone, own".
_SIDES = {"photo": "by photo", "title": "by title"}
_AMONG_THE_NEAREST = ("rank", "gap", "density", "z-score", "percentile")


#: Features that are about one thing: two reasons of them with opposite signs would contradict each other.
_TOPICS = {
    "the photos": ("cosine of photo", "cosine of averaged photo", "cosine of expanded photo", "pHash bits"),
    "the points": ("keypoints", "share of the matches", "share of the keypoints", "smaller area", "larger area"),
    "the print": (
        "cosine of print and title",
        "share of print in title",
        "share of title in print",
        "share of numbers of print",
        "cosine of prints",
    ),
    "the titles": (
        "cosine of words",
        "cosine of averaged words",
        "cosine of title",
        "cosine of trigrams",
        "cosine of averaged trigrams",
        "cosine of expanded",
        "cosine of sentence",
        "cosine of averaged sentence",
        "shared words",
        "words missing",
        "coverage",
        "token",
        "partial ratio",
        "ratio",
    ),
    "the numbers": ("shared numbers", "numbers missing"),
    "the two as a whole": ("cosine of plain", "cosine of averaged", "cosine of final"),
    "the nearest": (*_AMONG_THE_NEAREST, "cosine of neighbourhood", "cosine of plain neighbourhood"),
}


def reason_in_words(feature: str, *, speaks_for: bool) -> str:
    """Say what a feature tells, as something that speaks for the same product or against it."""
    return _both_ways(feature)[0 if speaks_for else 1]


def _topic(feature: str) -> str:
    """What a feature is about, with its side where it is one among the nearest; the feature itself for no topic."""
    starts = {start: topic for topic, begun in _TOPICS.items() for start in begun if feature.startswith(start)}
    if not starts:
        return _both_ways(feature)[0]
    topic = starts[max(starts, key=len)]
    side = next((words for side, words in _SIDES.items() if side in feature), "")
    return f"{topic} {side}".strip() if feature.startswith(_AMONG_THE_NEAREST) else topic


def _both_ways(feature: str) -> tuple[str, str]:
    fitting = [start for start in _WORDS if feature.startswith(start)]
    told = _WORDS[max(fitting, key=len)] if fitting else _OTHER
    if not feature.startswith(_AMONG_THE_NEAREST):
        return told
    side = next((words for side, words in _SIDES.items() if side in feature), "")
    return f"{told[0]} {side}".strip(), f"{told[1]} {side}".strip()


def describe_reasons(reasons: Sequence[tuple[str, float]]) -> list[tuple[str, bool]]:
    """Put the main reasons into words, each with whether it speaks for the same product.

    The first of several that tell the same, or its opposite, is the one that counts; and what contradicts a stronger
    reason on the same thing (see `_TOPICS`) is left out.
    """
    told: dict[tuple[str, str], bool] = {}
    signs: dict[str, bool] = {}
    for feature, moved in reasons:
        if moved and signs.setdefault(_topic(feature), moved > 0) == (moved > 0):
            told.setdefault(_both_ways(feature), moved > 0)
    return [(words[0 if speaks_for else 1], speaks_for) for words, speaks_for in told.items()]
