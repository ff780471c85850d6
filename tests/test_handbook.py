"""The handbook names what is there: files, functions of the call paths, packages of the layout, commands, options."""

import importlib
import importlib.util
import re
from functools import reduce
from pathlib import Path

import pytest
import typer

from product_matching.cli import app

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
_ELSEWHERE = ("CONTRIBUTING.md", "demo/README.md", "embeddings/README.md", "models/README.md")
PAGES = [*sorted(DOCS.glob("*.md")), *(ROOT / name for name in _ELSEWHERE)]
_FOLDERS = "product_matching|tests|pages|recipes|benchmarks|examples|demo|docs"
#: A path of this project in backticks, without a placeholder in capitals.
_PATH = re.compile(rf"`((?:{_FOLDERS})/[a-z0-9_./]*)`")
#: Planned in an example, not there.
_EXAMPLES = {"product_matching/search/ivf.py"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_that_a_page_names_is_there(page: Path) -> None:
    named = set(_PATH.findall(page.read_text(encoding="utf-8"))) - _EXAMPLES
    assert [path for path in sorted(named) if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("page", [*PAGES, ROOT / "README.md"], ids=lambda page: str(page.relative_to(ROOT)))
def test_no_blank_line_parts_the_rows_of_a_table(page: Path) -> None:
    rows = re.findall(r"^\|.*\|\n\n(\|.*\|\n)(?!\|[-:| ]+\|$)", page.read_text(encoding="utf-8"), re.MULTILINE)
    assert rows == []


def call_paths() -> list[str]:
    """Dotted names of functions in the tables from a photo to a card, and from a catalogue to groups and scorer."""
    text = (DOCS / "architecture.md").read_text(encoding="utf-8")
    paths = text.partition("## From an uploaded photo")[2].partition("## Choices")[0]
    return sorted(set(re.findall(r"`([a-z_]+(?:\.\w+)+)`", paths)))


def test_the_call_paths_name_functions() -> None:
    assert len(call_paths()) > 30


@pytest.mark.parametrize("name", call_paths())
def test_every_function_of_a_call_path_is_there(name: str) -> None:
    parts = name.split(".")
    for length in range(len(parts) - 1, 0, -1):
        module = ".".join(["product_matching", *parts[:length]])
        if _is_module(module):
            reduce(getattr, parts[length:], importlib.import_module(module))
            return
    pytest.fail(f"{name} is in no module of product_matching")


def _is_module(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:  # a part of the name before the last is no package
        return False


def test_the_layout_names_every_package_and_no_other() -> None:
    text = (DOCS / "architecture.md").read_text(encoding="utf-8")
    layout = text.partition("product_matching/\n")[2].partition("\ntests/")[0]
    named = set(re.findall(r"(?:^  |(?<= ))(\w+)/(?= )", layout, re.MULTILINE))
    packages = {path.parent.name for path in (ROOT / "product_matching").glob("*/__init__.py")}
    assert named == packages


def options_of_commands() -> dict[str, set[str]]:
    """Options of each command, those that switch off and those of its own commands included."""
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    return {
        name: {
            option
            for each in (command, *getattr(command, "commands", {}).values())
            for parameter in each.params
            for option in (*parameter.opts, *parameter.secondary_opts)
        }
        for name, command in commands.items()
    }


@pytest.mark.parametrize("page", [*PAGES, ROOT / "README.md"], ids=lambda page: page.name)
def test_every_command_and_option_that_a_page_names_is_there(page: Path) -> None:
    accepted = options_of_commands()
    text = page.read_text(encoding="utf-8").replace("\\\n", " ")
    calls = re.findall(r"(?:bin/product-matching|-m product_matching) ([a-z][a-z-]*)([^`\n]*)", text)
    codes = [code.partition(" ") for code in re.findall(r"`([^`\n]+)`", text)]
    calls += [(name, rest) for name, _, rest in codes if name in accepted]
    wrong = [
        (name, option)
        for name, rest in calls
        for option in re.findall(r"(?<!\S)--[a-z0-9][a-z0-9-]*", rest) or [""]
        if name not in accepted or option not in {*accepted[name], ""}
    ]
    assert wrong == []
