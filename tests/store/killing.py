"""Kill a program at one of its file operations: that one fails, and so does every later one, those of cleaning too."""

from __future__ import annotations

import builtins
import io
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

_OF_OS = ("replace", "rename", "mkdir", "unlink", "remove", "rmdir", "link", "fsync")


class Killed(BaseException):
    """What a test kills a program with."""


@contextmanager
def killed_at(operation: int) -> Iterator[list[str]]:
    """Let the file operations before a number happen and no others; gives the names of those that were asked for."""
    asked: list[str] = []

    def counted(name: str, do: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **options: Any) -> Any:
            if name == "open" and not _writes(arguments, options):
                return do(*arguments, **options)
            asked.append(name)
            if len(asked) > operation:
                raise Killed
            return do(*arguments, **options)

        return call

    with pytest.MonkeyPatch.context() as patch:
        for name in _OF_OS:
            patch.setattr(os, name, counted(name, getattr(os, name)))
        opened = counted("open", io.open)
        patch.setattr(io, "open", opened)
        patch.setattr(builtins, "open", opened)
        yield asked


def _writes(arguments: tuple[Any, ...], options: dict[str, Any]) -> bool:
    mode = arguments[1] if len(arguments) > 1 else options.get("mode", "r")
    return any(letter in mode for letter in "wax+")
