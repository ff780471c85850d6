"""The README's example runs as it stands."""

import re
from pathlib import Path

import pytest

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
