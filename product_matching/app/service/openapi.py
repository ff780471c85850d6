"""The description of the HTTP service as OpenAPI 3.1."""

from __future__ import annotations

from typing import Any

from product_matching import __version__
from product_matching.app.address import MAX_TITLE_CHARS, SURE_PERCENT
from product_matching.app.service.asking import DEFAULT_LIMIT, MAX_LIMIT

_NUMBER_OR_NULL = {"type": ["number", "null"]}
_TEXT_OR_NULL = {"type": ["string", "null"]}
#: By status, when it is sent.
PROBLEMS = {
    401: "The key is missing or wrong.",
    413: "The request or the photo is larger than accepted.",
    422: "The question cannot be answered; the sentence says why.",
    429: "One visitor without a key has sent as many photos as are accepted.",
    503: "Too many requests wait, or the pair scorer is being prepared: ask again later.",
}
_QUESTION = {
    "type": "object",
    "description": "A photo, a title or both.",
    "properties": {
        "photo": {
            "type": "string",
            "contentMediaType": "application/octet-stream",
            "description": "JPEG, PNG, WebP, GIF, BMP or TIFF, with the limits of the app's uploads. It is not kept.",
        },
        "title": {"type": "string", "maxLength": MAX_TITLE_CHARS},
        "catalogue": {"type": "string", "description": "Name of the catalogue; the app's first one by default."},
        "sure": {
            "type": "integer",
            "minimum": SURE_PERCENT[0],
            "maximum": SURE_PERCENT[-1],
            "description": "Least probability of a match in percent; that of the catalogue by default.",
        },
        "limit": {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT},
    },
    "additionalProperties": False,
}
_LISTING = {
    "posting_id": {"type": "string"},
    "title": _TEXT_OR_NULL,
    "photo_distance": {**_NUMBER_OR_NULL, "description": "Cosine distance of the photos; null without both."},
    "title_distance": {**_NUMBER_OR_NULL, "description": "Cosine distance of the titles; null without both."},
    "percent": {**_NUMBER_OR_NULL, "description": "Probability of the same product; null where distances decided."},
    "by": {"type": "array", "items": {"type": "string"}, "description": "The sides within their threshold."},
    "columns": {"type": "object", "description": "Further columns of the catalogue."},
}
_ANSWER = {
    "catalogue": {"type": "string"},
    "decided_by": {"enum": ["sureness", "distances"]},
    "sure": {**_NUMBER_OR_NULL, "description": "Least probability in percent that decided."},
    "scorer": {**_TEXT_OR_NULL, "description": "Name of the pair scorer that decided."},
    "total": {"type": "integer", "description": "How many listings match; `matches` has the first of them."},
    "matches": {"type": "array", "items": {"$ref": "#/components/schemas/Listing"}},
    "nearest": {
        "type": "array",
        "items": {"$ref": "#/components/schemas/Listing"},
        "description": "The most probable listing where none matches.",
    },
    "timing_ms": {"type": "object", "additionalProperties": {"type": "number"}},
}
_HEALTH = {"status": {"enum": ["ok"]}, "version": {"type": "string"}}


def describe_service(prefix: str, *, with_key: bool) -> dict[str, Any]:
    """Describe the service below a path prefix; `with_key` where it asks for a key."""
    described: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {
            "title": "Product matching",
            "version": __version__,
            "description": "The listings of a catalogue that are of the same product as a photo, a title or both.",
        },
        "servers": [{"url": prefix or "/"}],
        "paths": {"/match": {"post": _match()}, "/health": {"get": _health()}},
        "components": {
            "schemas": {
                "Question": _QUESTION,
                "Listing": _whole(_LISTING),
                "Answer": _whole(_ANSWER),
                "Health": _whole(_HEALTH),
                "Problem": _whole({"problem": {"type": "string", "description": "One sentence."}}),
            }
        },
    }
    if with_key:
        described["components"]["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
        described["paths"]["/match"]["post"]["security"] = [{"key": []}]
    return described


def _match() -> dict[str, Any]:
    question = {"schema": {"$ref": "#/components/schemas/Question"}}
    return {
        "summary": "Find the matches of a photo, a title or both.",
        "operationId": "match",
        "requestBody": {"required": True, "content": {"multipart/form-data": question}},
        "responses": {
            "200": _json("The matches, the most probable or nearest first.", "Answer"),
            **{str(status): _json(when, "Problem") for status, when in PROBLEMS.items()},
        },
    }


def _health() -> dict[str, Any]:
    return {
        "summary": "Tell that the service runs.",
        "operationId": "health",
        "responses": {"200": _json("It runs.", "Health")},
    }


def _json(description: str, schema: str) -> dict[str, Any]:
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
    return {"description": description, "content": content}


def _whole(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}
