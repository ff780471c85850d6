"""Answer a question of another program as the page Find and the command ``find`` answer it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from product_matching.app.address import MAX_TITLE_CHARS, SURE_PERCENT, SURENESS, Address
from product_matching.app.find.query import Asked, ask
from product_matching.app.resources import encoder_of, finder_of, words_of
from product_matching.app.shared.catalogues import Catalogue, list_catalogues
from product_matching.app.shared.deciding import decide_how
from product_matching.app.shared.scorers import prepare_scorer
from product_matching.app.shared.uploads import Upload, UploadStore, embed_upload
from product_matching.encoders.model_folder import PhotoModel
from product_matching.encoders.photo_workers import shared_workers
from product_matching.errors import InputError
from product_matching.places import embeddings_folder
from product_matching.store.bundle import Bundle
from product_matching.workflows.find import Finder, default_thresholds, describe_matches

if TYPE_CHECKING:
    from product_matching.matching.second_stage.catalogue_scorer import CatalogueScorer

#: Matches that are sent unless another number is asked for, and at most.
DEFAULT_LIMIT, MAX_LIMIT = 50, 500
#: Fields of a match beside the further columns of its catalogue, which stand apart.
_OWN = ("posting_id", "title", "photo_distance", "title_distance", "by", "score", "compared_by", "reasons")


#: Whose work the preparation of a pair scorer is, and how long a request waits for it.
_VISITOR, _PATIENCE_SECONDS = "service", 20.0


class NotReadyError(Exception):
    """What answers is being prepared; the message says so."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """A photo, a title or both, and what is asked.

    Attributes
    ----------
    photo, name
        The file and its name; None without a photo.
    title
        The title; "" without one.
    catalogue
        Name of the catalogue; "" for the one that the app opens with.
    sure
        Least probability in whole percent; None for that of the catalogue.
    limit
        Largest number of matches that are sent.
    """

    photo: bytes | None = None
    name: str = "photo"
    title: str = ""
    catalogue: str = ""
    sure: int | None = None
    limit: int = DEFAULT_LIMIT


def read_question(fields: Mapping[str, str], photo: bytes | None = None, name: str = "") -> Question:
    """Read the fields of a form.

    Raises
    ------
    InputError
        A field is unknown or has a value that is not accepted, or there is neither photo nor title.
    """
    unknown = sorted(set(fields) - {"title", "catalogue", "sure", "limit"})
    if unknown:
        raise InputError(
            f"There is no field {unknown[0]!r:.40}: the fields are photo, title, catalogue, sure and limit."
        )
    title = fields.get("title", "").strip()
    if len(title) > MAX_TITLE_CHARS:
        raise InputError(f"The title has {len(title):,} characters: at most {MAX_TITLE_CHARS} are accepted.")
    if photo is None and not title:
        raise InputError("Give a photo, a title or both.")
    return Question(
        photo=photo,
        name=name or "photo",
        title=title,
        catalogue=fields.get("catalogue", ""),
        sure=_whole(fields, "sure", SURE_PERCENT),
        limit=_whole(fields, "limit", range(1, MAX_LIMIT + 1)) or DEFAULT_LIMIT,
    )


def answer_question(question: Question) -> dict[str, Any]:
    """Find the matches of a question.

    Returns
    -------
    dict
        Plain values, as the schema ``Answer`` of `openapi.describe_service` tells.

    Raises
    ------
    InputError
        The catalogue, the photo or the title cannot be used.
    NotReadyError
        The pair scorer is being prepared.
    """
    catalogue = _choose(question.catalogue)
    finder = finder_of(catalogue)
    asked = _ask(question, finder)
    started = perf_counter()
    found = _decide(finder, asked, question)
    timing = {"decode": asked.decode_ms, "encode": asked.encode_ms, "search": 1000 * (perf_counter() - started)}
    rounded = {name: round(took, 3) for name, took in timing.items()}
    return {"catalogue": catalogue.name, **found, "timing_ms": rounded}


def _choose(name: str) -> Catalogue:
    """The catalogue of a name, without one the first that can be used."""
    catalogues = [each for each in list_catalogues(embeddings_folder()) if each.manifest is not None]
    for each in catalogues:
        if name in ("", each.name):
            return each
    raise InputError(f"There is no catalogue {name!r:.60} here." if name else "There is no catalogue here.")


def _ask(question: Question, finder: Finder) -> Asked:
    """Make the query through the door that uploads of the app take; the photo is not kept."""
    store = UploadStore(max_uploads=1)
    upload = None if question.photo is None else store.put(question.photo, question.name)
    address = Address(upload=upload, title=question.title, mode="duplicates")
    asked = ask(address, finder, store, _embed, open_words=words_of)
    if asked.problems:
        raise InputError(" ".join(asked.problems))
    return asked


def _embed(upload: Upload, model: PhotoModel) -> npt.NDArray[np.float32]:
    return embed_upload(upload, model.fingerprint, encoder_of(model), shared_workers().view)


def _decide(finder: Finder, asked: Asked, question: Question) -> dict[str, Any]:
    """By the pair scorer that decides in the catalogue, else by the distances of the catalogue."""
    deciding = decide_how(finder.bundle, Address(sure=question.sure))
    if deciding.chosen is None or deciding.by != SURENESS:
        if question.sure is not None:
            raise InputError("There is no pair scorer for this catalogue, so that sure cannot be asked for.")
        thresholds = default_thresholds(finder.bundle)
        matches = finder.matches(asked.query, thresholds)
        shown = matches.take(np.arange(min(question.limit, len(matches))))
        described = describe_matches(finder.bundle, shown, thresholds)
        return _reply(described, len(matches), decided_by="distances", sure=None, scorer=None)
    from product_matching.workflows.answer import answer_by_sureness
    from product_matching.workflows.score_pairs import predicted_matches

    prepared = _prepared(finder.bundle, deciding.chosen.name)
    answer = answer_by_sureness(finder, asked.query, prepared, least=deciding.least)
    first, nearest = (
        predicted_matches(finder, rows, answer.predictions, asked.query)
        for rows in (answer.rows[: question.limit], answer.nearest)
    )
    sure, name = round(100 * deciding.least, 2), deciding.chosen.name
    return _reply(first, len(answer.rows), nearest, decided_by="sureness", sure=sure, scorer=name)


def _prepared(bundle: Bundle, name: str) -> CatalogueScorer:
    """The pair scorer, prepared with the work that the pages wait for as well."""
    job = prepare_scorer(bundle, name, _VISITOR)
    job.wait(_PATIENCE_SECONDS)
    if job.error:
        raise InputError(job.error)
    if not job.finished:
        raise NotReadyError("The pair scorer is being prepared for this catalogue: ask again later.")
    return job.result


def _reply(
    matches: list[dict[str, Any]], total: int, nearest: list[dict[str, Any]] | None = None, **decided: Any
) -> dict[str, Any]:
    found = {"total": total, "matches": [_listing(each) for each in matches]}
    return {**decided, **found, "nearest": [_listing(each) for each in nearest or []]}


def _listing(described: dict[str, Any]) -> dict[str, Any]:
    """A match; further columns stand apart, so that none takes the place of a measured value."""
    score = described.get("score")
    return {
        "posting_id": described["posting_id"],
        "title": described["title"],
        "photo_distance": described["photo_distance"],
        "title_distance": described["title_distance"],
        "percent": None if score is None else round(100 * score, 2),
        "by": described["by"],
        "columns": {name: value for name, value in described.items() if name not in _OWN},
    }


def _whole(fields: Mapping[str, str], name: str, accepted: range) -> int | None:
    text = fields.get(name, "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text) in accepted):
        raise InputError(f"{name} is {text!r:.40}: a whole number from {accepted[0]} to {accepted[-1]} is accepted.")
    return int(text)
