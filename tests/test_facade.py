"""The façade: every name is there, and importing it loads nothing heavy."""

import subprocess
import sys

import pytest

import product_matching as pm

HEAVY = {"faiss", "matplotlib", "pandas", "plotly", "pyarrow", "scipy", "sklearn", "streamlit", "timm", "torch"}


def loaded_after(statements: str) -> set[str]:
    """Heavy packages that a fresh interpreter holds after some statements."""
    code = f"{statements}\nimport sys\nprint(*{HEAVY!r} & set(sys.modules))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(result.stdout.split())


def test_importing_the_facade_loads_no_heavy_package() -> None:
    assert loaded_after("import product_matching as pm; assert pm.__version__") == set()


def test_reading_a_catalogue_and_opening_a_bundle_load_no_network_and_no_page() -> None:
    loaded = loaded_after("import product_matching as pm; pm.read_catalogue, pm.open_bundle, pm.Thresholds")
    assert loaded.isdisjoint({"faiss", "matplotlib", "streamlit", "timm", "torch"})


@pytest.mark.parametrize("name", pm.__all__)
def test_every_name_of_the_facade_is_there_and_listed(name: str) -> None:
    assert getattr(pm, name) is not None
    assert name in dir(pm)


def test_the_table_of_modules_and_the_public_names_are_the_same() -> None:
    assert {*pm._MODULES, "__version__"} == set(pm.__all__)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'no_such_name'"):
        getattr(pm, "no_such_name")  # noqa: B009
