"""The search backend of a kind of vectors, as a bundle's manifest names it; importing it loads no backend."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, model_validator
from pydantic.dataclasses import dataclass

from product_matching.validation import Count, Number, Share, Text

IndexKind = Literal["flat", "sparse", "ivf"]
#: Whether the backend of each kind is exact.
EXACT: dict[IndexKind, bool] = {"flat": True, "sparse": True, "ivf": False}


@dataclass(frozen=True, config=ConfigDict(extra="forbid"), kw_only=True)
class InvertedFile:
    """The parameters of an inverted file, and how much it finds.

    Attributes
    ----------
    lists, probes
        Lists of vectors, and how many of them a query searches.
    recall
        Share of the true neighbours that it finds: the mean over `queries` listings that have some.
    queries
        Listings that it was measured on.
    distance
        Largest cosine distance of the neighbours that are counted.
    protocol
        How it was measured, in a few words.
    """

    lists: Annotated[int, Field(strict=True, ge=1)]
    probes: Annotated[int, Field(strict=True, ge=1)]
    recall: Share
    queries: Count
    distance: Number
    protocol: Text


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class IndexSpec:
    """A search backend.

    Attributes
    ----------
    kind
        ``"flat"`` compares dense vectors one by one, ``"sparse"`` titles by the words that they share, ``"ivf"`` the
        dense vectors of the lists that are nearest.
    exact
        Whether it finds everything within a distance; what it finds has exact distances in any case.
    ivf
        Parameters of an index of the kind ``"ivf"`` that lies in a bundle; None for every other.
    """

    kind: IndexKind
    exact: bool = True
    ivf: InvertedFile | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.exact != EXACT[self.kind]:
            raise ValueError(f"an index of the kind {self.kind} has exact {EXACT[self.kind]}, not {self.exact}")
        if self.ivf is not None and self.kind != "ivf":
            raise ValueError(f"an index of the kind {self.kind} has no parameters of an inverted file")
        return self
