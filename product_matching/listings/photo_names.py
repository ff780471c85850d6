"""The photos that a list names among the files that are there: a folder too many or too few, and like names."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path, PurePosixPath

from product_matching.listings.image_folder import leads_out

#: Names that are looked at to see where the photos lie, and files of one name that are looked at for each.
_LOOKED_FOR, _SAME_NAME = 500, 20
#: Files of a folder that are listed.
_MAX_FILES = 500_000
_NAMED = 2


@dataclass(frozen=True)
class Shift:
    """How the paths in a list become paths of files: a folder is taken off their beginning, and one is put on.

    Attributes
    ----------
    off, on
        Folders with a slash at the end; "" for none.
    """

    off: str = ""
    on: str = ""

    def __call__(self, name: str) -> str | None:
        """The path of the file that a path in a list means; None for one that does not begin with `off`."""
        return self.on + name[len(self.off) :] if name.startswith(self.off) else None


class PhotoNames:
    """The files that are there, for the names of a list.

    Parameters
    ----------
    files
        Their paths, with forward slashes.
    wanted
        The names in the list. Where hardly any is there but most are once the same folder is put on, or taken off, they
        are found so.
    """

    def __init__(self, files: Collection[str], wanted: Iterable[str] = ()) -> None:
        self._files = files
        self._by_name: defaultdict[str, list[str]] = defaultdict(list)
        self._by_stem: defaultdict[str, list[str]] = defaultdict(list)
        for file in files:
            name = file.rpartition("/")[2]
            self._by_name[name].append(file)
            self._by_stem[_stem(name)].append(file)
        self.shift = self._find_shift([_normal(name) for name in islice(wanted, _LOOKED_FOR) if not leads_out(name)])

    def find(self, name: str) -> str | None:
        """The file that a name means; None where it is not there, or where the name leads out of the folder."""
        if leads_out(name):
            return None
        path = _normal(name)
        shifted = self.shift(path)
        return next((each for each in (path, shifted) if each is not None and each in self._files), None)

    def like(self, name: str) -> list[str]:
        """Files whose name differs in capitals, the ending or the folder alone."""
        path = _normal(name)
        found = [each for each in self._by_stem.get(_stem(path.rpartition("/")[2]), ()) if each != path]
        return sorted(found, key=lambda each: (each.casefold() != path.casefold(), each))

    def say_like(self, name: str) -> str:
        """Say which files are like a name; "" for none."""
        found = self.like(name)
        if not found:
            return ""
        named = " and ".join(f"{each!r:.120}" for each in found[:_NAMED])
        return f"; there {'is' if len(found) == 1 else 'are'} {named}{' …' if len(found) > _NAMED else ''}"

    def _find_shift(self, wanted: list[str]) -> Shift:
        found: Counter[Shift] = Counter()
        for path in wanted:
            found.update(_shift(path, file) for file in self._by_name.get(path.rpartition("/")[2], ())[:_SAME_NAME])
        there = found.pop(Shift(), 0)
        common = [(shift, n) for shift, n in found.most_common(2) if all(path.startswith(shift.off) for path in wanted)]
        if not common or common[0][1] <= there or (len(common) > 1 and common[0][1] == common[1][1]):
            return Shift()
        return common[0][0]


def _shift(path: str, file: str) -> Shift:
    """What has to be taken off and put on the first path to make the second."""
    own, other = path.split("/"), file.split("/")
    same = 0
    while same < min(len(own), len(other)) and own[-1 - same] == other[-1 - same]:
        same += 1
    off, on = ("".join(f"{part}/" for part in parts[: len(parts) - same]) for parts in (own, other))
    return Shift(off, on)


def _normal(name: str) -> str:
    return str(PurePosixPath(name))


def _stem(name: str) -> str:
    return (name.rpartition(".")[0] or name).casefold()


def files_below(folder: Path) -> list[str]:
    """Paths of the files below a folder, with forward slashes; hidden ones and what links lead to are left out."""
    return sorted(islice(_walk(folder), _MAX_FILES))


def _walk(folder: Path) -> Iterable[str]:
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        below = Path(place).relative_to(folder)
        yield from ((below / name).as_posix() for name in names if not name.startswith("."))
