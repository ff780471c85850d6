"""The rules of the house: which room may import which (docs/architecture.md)."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]
PACKAGE = PROJECT / "product_matching"
#: The floors from the bottom up; a room imports rooms below its own and those beside it on its floor.
FLOORS: tuple[tuple[str, ...], ...] = (
    ("errors", "places", "files", "progress", "validation", "extras"),
    ("listings",),
    ("search",),
    ("networks",),
    ("metrics", "encoders"),
    ("matching",),
    ("store",),
    ("workflows",),
    ("evaluation",),
    ("training",),
    ("comparison",),
    ("download",),
    ("app", "cli"),
)
#: Packages that a room and whatever it imports at its start must not load.
HEAVY = {"matching": {"torch", "faiss"}, "metrics": {"torch", "faiss"}, "evaluation": {"torch", "faiss"}}


def modules() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py") if path.parent != PACKAGE or path.stem in FLOORS[0])


def imports(path: Path) -> Iterator[str]:
    """Dotted names that a module imports anywhere, in functions too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def rooms_of(path: Path) -> set[str]:
    """Rooms of this package that a module imports."""
    dotted = (name.split(".") for name in imports(path))
    return {parts[1] for parts in dotted if parts[0] == "product_matching" and len(parts) > 1}


def room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def floor(name: str) -> int:
    return next(number for number, names in enumerate(FLOORS) if name in names)


def name_of(path: Path) -> str:
    return str(path.relative_to(PROJECT))


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_a_module_imports_only_rooms_below_its_own(path: Path) -> None:
    above = {other for other in rooms_of(path) if floor(other) > floor(room(path))}
    assert not above, f"{name_of(path)} imports {sorted(above)}, which lie above {room(path)}"


def test_only_the_app_imports_streamlit() -> None:
    guilty = [name_of(path) for path in modules() if "streamlit" in {name.split(".")[0] for name in imports(path)}]
    assert [name for name in guilty if not name.startswith("product_matching/app/")] == []


@pytest.mark.parametrize("barred", sorted(HEAVY))
def test_a_light_room_imports_no_heavy_package(barred: str) -> None:
    found = {
        name_of(path): heavy
        for path in modules()
        if room(path) == barred and (heavy := HEAVY[barred] & {name.split(".")[0] for name in imports(path)})
    }
    assert found == {}


@pytest.mark.parametrize("user", ["app", "workflows", "matching", "store"])
def test_the_product_does_not_import_the_evaluation(user: str) -> None:
    assert [name_of(path) for path in modules() if room(path) == user and "evaluation" in rooms_of(path)] == []


def test_the_app_imports_neither_networks_nor_training() -> None:
    pages = [*(PROJECT / "pages").glob("*.py"), PROJECT / "streamlit_app.py", *PACKAGE.joinpath("app").rglob("*.py")]
    assert [name_of(path) for path in pages if rooms_of(path) & {"networks", "training"}] == []
