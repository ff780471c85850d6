"""The README's commands and examples run as they stand, and what it names and shows is there."""

import re
import shlex
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from product_matching.cli import app
from product_matching.comparison.summary import BEGIN, END, summary_table
from product_matching.store.comparison import read_comparison

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
OPTIONAL = "Optional: public data sets"
PROGRAM = ".venv/bin/product-matching"
#: What the commands of the README read; everything else is written by them.
READ = ("demo", "examples", "embeddings/demo", "models/efficientnet_lite2_arcface", "models/pairs/demo")


def sections() -> dict[str, str]:
    """Text of each section by its heading."""
    _, *parts = re.split(r"^## (.+)$", README, flags=re.MULTILINE)
    return dict(zip(parts[::2], parts[1::2], strict=True))


def code_blocks(text: str, language: str) -> list[str]:
    """Contents of the code blocks of a language, "" for those that name none."""
    return [body for found, body in re.findall(r"```(\w*)\n(.*?)```", text, re.DOTALL) if found == language]


def command_lines(*, optional: bool) -> list[str]:
    """Lines of the blocks without a language that are commands; the others show a CSV file."""
    texts = [text for heading, text in sections().items() if (heading == OPTIONAL) == optional]
    blocks = [block for text in texts for block in code_blocks(text, "") if not block.startswith("posting_id,")]
    return [line for block in blocks for line in block.splitlines()]


def stated_f1() -> float:
    """F1 of the demo with the second stage, as the README states it."""
    (figure,) = re.findall(r"(\.\d+) \[[^]]+\] by photo and title with the second stage", README)
    return float(figure)


def measured_f1(printed: str) -> float:
    """F1 in the table that `evaluate` prints."""
    head, row = (line.split(" | ") for line in printed.splitlines() if line.startswith("| ") and "---" not in line)
    return float(dict(zip(head, row, strict=True))["F1"])


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder like a fresh clone, and the working folder; what is written stays in it."""
    for name in READ:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).symlink_to(ROOT / name, target_is_directory=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PRODUCT_MATCHING_HOME", str(tmp_path / "home"))
    return tmp_path


def test_the_readme_has_at_most_200_lines() -> None:
    assert len(README.splitlines()) <= 200


def test_the_commands_of_the_program_run_in_order_and_find_the_products(checkout: Path, no_network: list[str]) -> None:
    lines = [line for line in command_lines(optional=False) if line.startswith(PROGRAM)]
    printed = []
    for line in lines:
        result = CliRunner().invoke(app, shlex.split(line)[1:])
        assert result.exit_code == 0, f"{line}\n{result.output}"
        printed.append(result.output)
    assert no_network == [], "everything runs without a network"
    build, by_photo, by_title, _, evaluate = printed
    assert re.search(r"listings +15", build)
    assert all(f"demo_{number}" in by_photo for number in ("0006", "1446", "1700"))
    assert all(f"demo_{number}" in by_title for number in ("0330", "0941", "1178"))
    assert (checkout / "matches.csv").read_text(encoding="utf-8").startswith("posting_id,matches\n")
    assert measured_f1(evaluate) == pytest.approx(stated_f1(), abs=0.02), "the boosted trees vary with the machine"
    groups = [line.split(",")[1] for line in (checkout / "groups.csv").read_text(encoding="utf-8").splitlines()[1:]]
    assert sorted(groups.count(group) for group in set(groups)) == [1, 1, 1, 3, 3, 3, 3]


def test_the_library_example_prints_the_three_listings_of_the_product(
    checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (example,) = code_blocks(README, "python")
    exec(compile(example, "README.md", "exec"), {})
    printed = capsys.readouterr().out
    assert set(re.findall(r"'posting_id': '(\w+)'", printed)) == {"demo_0058", "demo_1553", "demo_2391"}


def test_the_catalogue_that_is_shown_is_the_beginning_of_the_example() -> None:
    (shown,) = (block for block in code_blocks(README, "") if block.startswith("posting_id,"))
    assert (ROOT / "examples" / "listings.csv").read_text(encoding="utf-8").startswith(shown)


def test_the_optional_commands_are_of_commands_and_options_that_there_are() -> None:
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    lines = command_lines(optional=True)
    assert lines
    for line in lines:
        program, name, *rest = shlex.split(line)
        options = {option for parameter in commands[name].params for option in parameter.opts}
        assert program == PROGRAM
        assert {word for word in rest if word.startswith("--")} <= options


@pytest.mark.parametrize("line", [line for line in command_lines(optional=False) if not line.startswith(PROGRAM)])
def test_the_other_commands_name_what_is_there(line: str) -> None:
    program, *rest = shlex.split(line)
    match program:
        case "make":
            makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
            assert all(re.search(rf"^{target}:", makefile, re.MULTILINE) for target in rest)
        case "python3":
            assert rest == ["-m", "venv", ".venv"]
        case ".venv/bin/pip":
            files = [rest[place + 1] for place, word in enumerate(rest) if word in {"-r", "-e"}]
            assert rest[0] == "install"
            assert all((ROOT / file.partition("[")[0]).exists() for file in files)
        case ".venv/bin/streamlit":
            assert rest[0] == "run"
            assert (ROOT / rest[1]).is_file()
        case _:
            pytest.fail(f"{line} is a command that this test does not know")


def test_every_command_is_described() -> None:
    names = [command.name or str(command.callback.__name__).replace("_", "-") for command in app.registered_commands]
    assert names
    assert all(f"| `{name} " in README for name in names)


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "SECURITY.md", "demo/README.md"])
def test_every_linked_file_is_there(page: str) -> None:
    path = ROOT / page
    links = re.findall(r"\]\((?!https?://|#)([^)#]+)", path.read_text(encoding="utf-8"))
    assert [link for link in links if not (path.parent / link).exists()] == []


def test_the_table_of_the_comparison_is_that_of_the_last_run() -> None:
    comparison = read_comparison(ROOT / "docs" / "comparison.json")
    assert comparison is not None
    assert f"{BEGIN}\n\n{summary_table(comparison)}\n{END}" in README
