"""The search backend of a kind of vectors, as a bundle's manifest names it; importing it loads no backend."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import ConfigDict, model_validator
from pydantic.dataclasses import dataclass

IndexKind = Literal["flat", "sparse"]
#: Whether the backend of each kind is exact.
EXACT: dict[IndexKind, bool] = {"flat": True, "sparse": True}


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class IndexSpec:
    """A search backend.

    Attributes
    ----------
    kind
        ``"flat"`` compares dense vectors one by one, ``"sparse"`` titles by the words that they share.
    exact
        Whether it finds everything within a distance; what it finds has exact distances in any case.
    """

    kind: IndexKind
    exact: bool = True

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.exact != EXACT[self.kind]:
            raise ValueError(f"an index of the kind {self.kind} has exact {EXACT[self.kind]}, not {self.exact}")
        return self
