"""The conventions of imports: which package may import which (docs/architecture.md)."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]
PACKAGE = PROJECT / "product_matching"
#: The layers from the bottom up; a package imports those of lower layers and of its own.
LAYERS: tuple[tuple[str, ...], ...] = (
    (
        *("errors", "places", "files", "folders", "progress", "validation", "extras"),
        *("array_files", "parquet_files", "damage"),
    ),
    ("listings",),
    ("search",),
    ("networks",),
    ("metrics", "encoders"),
    ("matching",),
    ("store",),
    ("workflows",),
    ("engines",),
    ("evaluation",),
    ("training",),
    ("comparison",),
    ("download",),
    ("app", "cli"),
)
#: External packages that a package must not import.
HEAVY = {"matching": {"torch", "faiss"}, "metrics": {"torch", "faiss"}, "evaluation": {"torch", "faiss"}}


def modules() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py") if path.parent != PACKAGE or path.stem in LAYERS[0])


def imports(path: Path) -> Iterator[str]:
    """Dotted names that a module imports anywhere, in functions too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def packages_of(path: Path) -> set[str]:
    """Packages of the project that a module imports."""
    dotted = (name.split(".") for name in imports(path))
    return {parts[1] for parts in dotted if parts[0] == "product_matching" and len(parts) > 1}


def package(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def layer(name: str) -> int:
    return next(number for number, names in enumerate(LAYERS) if name in names)


def name_of(path: Path) -> str:
    return str(path.relative_to(PROJECT))


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_a_module_imports_only_from_its_layer_and_those_below(path: Path) -> None:
    above = {other for other in packages_of(path) if layer(other) > layer(package(path))}
    assert not above, f"{name_of(path)} imports {sorted(above)}, which lie above {package(path)}"


def test_only_the_app_imports_streamlit() -> None:
    guilty = [name_of(path) for path in modules() if "streamlit" in {name.split(".")[0] for name in imports(path)}]
    assert [name for name in guilty if not name.startswith("product_matching/app/")] == []


@pytest.mark.parametrize("barred", sorted(HEAVY))
def test_a_light_package_imports_no_heavy_one(barred: str) -> None:
    found = {
        name_of(path): heavy
        for path in modules()
        if package(path) == barred and (heavy := HEAVY[barred] & {name.split(".")[0] for name in imports(path)})
    }
    assert found == {}


@pytest.mark.parametrize("user", ["app", "workflows", "matching", "store"])
def test_the_product_does_not_import_the_evaluation(user: str) -> None:
    assert [name_of(path) for path in modules() if package(path) == user and "evaluation" in packages_of(path)] == []


def test_the_app_imports_neither_networks_nor_training() -> None:
    pages = [*(PROJECT / "pages").glob("*.py"), PROJECT / "streamlit_app.py", *PACKAGE.joinpath("app").rglob("*.py")]
    assert [name_of(path) for path in pages if packages_of(path) & {"networks", "training"}] == []
