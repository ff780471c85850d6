"""Stop a program at one of its file operations, as a kill does or as a full disk does."""

from __future__ import annotations

import builtins
import io
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

#: What takes room on a disk, and what does not.
_TAKING, _GIVING = ("open", "replace", "rename", "mkdir", "link", "fsync"), ("unlink", "remove", "rmdir")


class Killed(BaseException):
    """What a test kills a program with."""


@contextmanager
def killed_at(operation: int) -> Iterator[list[str]]:
    """Let the file operations before a number happen and no others, those of cleaning neither.

    Gives the names of those that were asked for.
    """
    with _counted(lambda number: Killed() if number > operation else None) as asked:
        yield asked


@contextmanager
def failing_at(operation: int, error: Exception) -> Iterator[list[str]]:
    """Let the operation that takes room after a number of them fail, and all others happen; gives their names."""
    with _counted(lambda number: error if number == operation + 1 else None, _TAKING) as asked:
        yield asked


@contextmanager
def _counted(
    fails: Callable[[int], BaseException | None], names: tuple[str, ...] = (*_TAKING, *_GIVING)
) -> Iterator[list[str]]:
    asked: list[str] = []

    def counted(name: str, do: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **options: Any) -> Any:
            if name == "open" and not _writes(arguments, options):
                return do(*arguments, **options)
            asked.append(name)
            failure = fails(len(asked))
            if failure is not None:
                raise failure
            return do(*arguments, **options)

        return call

    with pytest.MonkeyPatch.context() as patch:
        for name in names:
            if name != "open":
                patch.setattr(os, name, counted(name, getattr(os, name)))
        opened = counted("open", io.open)
        patch.setattr(io, "open", opened)
        patch.setattr(builtins, "open", opened)
        yield asked


def _writes(arguments: tuple[Any, ...], options: dict[str, Any]) -> bool:
    mode = arguments[1] if len(arguments) > 1 else options.get("mode", "r")
    return any(letter in mode for letter in "wax+")
