"""The README's example runs as it stands, and what it names and shows is there."""

import re
from pathlib import Path

import pytest

from product_matching.comparison.summary import BEGIN, END, summary_table
from product_matching.store.comparison import read_comparison

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")


def block(language: str, beginning: str) -> str:
    """The code block of a language that begins with some words."""
    found = re.search(rf"```{language}\n({re.escape(beginning)}.*?)```", README, re.DOTALL)
    assert found, f"no block of {language!r} begins with {beginning!r}"
    return found[1]


def test_the_library_example_finds_the_sample_listings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("listings.csv").write_text(block("", "posting_id,image,title"), encoding="utf-8")
    exec(compile(block("python", "from pathlib import Path"), "README.md", "exec"), {})
    out = capsys.readouterr().out
    assert "'a1'" in out and "'a2'" in out and "'b1'" not in out


def test_every_command_is_described() -> None:
    from product_matching.cli import app

    names = [command.name or str(command.callback.__name__).replace("_", "-") for command in app.registered_commands]
    assert names and all(f"| `{name} " in README for name in names)


def test_every_linked_file_is_there() -> None:
    links = re.findall(r"\]\((?!https?://)([^)#]+)\)", README)
    assert links and all((Path(__file__).parents[1] / link).exists() for link in links)


def test_the_table_of_the_comparison_is_that_of_the_last_run() -> None:
    comparison = read_comparison(Path(__file__).parents[1] / "docs" / "comparison.json")
    assert comparison is not None
    assert f"{BEGIN}\n\n{summary_table(comparison)}\n{END}" in README
