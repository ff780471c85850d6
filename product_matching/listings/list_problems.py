"""What is wrong with a list of listings: sentences on the file as a whole, and problems of single rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

_NAMED_PLACES = 5
_SHOWN_CHARS = 60


@dataclass(frozen=True, kw_only=True)
class RowProblem:
    """One thing that is wrong with one row.

    Attributes
    ----------
    row
        Number of the row; 1 is the first listing.
    kind
        What is wrong, the same phrase for every row that has it.
    value
        What the row has there; "" for nothing to show.
    like
        An earlier row that has the same; None for none.
    of_photo
        Whether the photo alone is wrong, so that the listing can be used by its title.
    where
        A folder on this machine that it is about, which is named to who gave it alone; "" for none.
    """

    row: int
    kind: str
    value: str = ""
    like: int | None = None
    of_photo: bool = False
    where: str = ""

    def remark(self, place: str) -> str:
        """What the row has there, and `place`, which names the earlier row."""
        return f"{self.value} as in {place}" if self.like is not None else self.value


class Problems:
    """Everything that was found wrong with a list, in the order in which it was found."""

    def __init__(self) -> None:
        self._found: list[str | tuple[RowProblem, ...]] = []

    def append(self, sentence: str) -> None:
        """Add a problem that makes the whole file unusable."""
        self._found.append(sentence)

    def append_rows(self, found: Iterable[RowProblem]) -> None:
        """Add problems of rows, all of one kind; nothing where there are none."""
        rows = tuple(found)
        if rows:
            self._found.append(rows)

    @property
    def of_file(self) -> list[str]:
        """What makes the whole file unusable."""
        return [each for each in self._found if isinstance(each, str)]

    @property
    def of_rows(self) -> list[RowProblem]:
        """What is wrong with single rows."""
        return [problem for each in self._found if not isinstance(each, str) for problem in each]

    def sentences(self) -> list[str]:
        """All of it, one sentence for each problem of the file and each kind of problem of rows."""
        return [each if isinstance(each, str) else _sentence(each) for each in self._found]


def _sentence(rows: tuple[RowProblem, ...]) -> str:
    where = f" in {rows[0].where!r}" if rows[0].where else ""
    return at_places(f"{rows[0].kind}{where}", ((each.row, each.remark(f"row {each.like}")) for each in rows))


def at_places(problem: str, places: Iterable[tuple[int, str]], *, unit: str = "row") -> str:
    """Write a problem with the rows (or lines) it is in and a remark on each; the first few named, the rest counted."""
    places = list(places)
    named = ", ".join(
        f"{unit} {number} ({remark})" if remark else f"{unit} {number}" for number, remark in places[:_NAMED_PLACES]
    )
    more = len(places) - _NAMED_PLACES
    return f"{problem}: {named}" + (f" and {more:,} more" if more > 0 else "")


def shown(value: str) -> str:
    """A value in quotes, cut where it is long."""
    return repr(value if len(value) <= _SHOWN_CHARS else value[: _SHOWN_CHARS - 3] + "...")
