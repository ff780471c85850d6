"""Every package that an installation brings is in the list, with the licence that it states and that is accepted."""

import json
import re
from pathlib import Path

import pytest

from tests.installed_licences import listed, needed, stated_licence

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "licences.md").read_text(encoding="utf-8")
#: Licences under which the project may be used, changed, sold and passed on with its own source closed.
ACCEPTED = {
    *("0BSD", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0", "CC0-1.0"),
    *("CNRI-Python", "ISC", "MIT", "MIT-0", "MIT-CMU", "PSF-2.0", "Zlib"),
    "MPL-2.0",  # of whole files, which are not changed here
}
#: Of the default build of torch, for GPUs; neither in the image nor with the build for processors.
GPU = re.compile(r"(nvidia|cuda)-")
GPU_LICENCE = "LicenseRef-NVIDIA-Proprietary"


def is_accepted(package: str, licence: str) -> bool:
    """Whether an SPDX expression of AND above OR holds accepted licences alone, one of each choice."""
    if licence == GPU_LICENCE:
        return GPU.match(package) is not None
    parts = re.split(r" AND (?![^(]*\))", licence)
    return all(any(each in ACCEPTED for each in part.strip("()").split(" OR ")) for part in parts)


def problem(package: str, stated: str, rows: dict[str, dict[str, str]]) -> str:
    """What is wrong with an installed package; "" for nothing."""
    row = rows.get(package)
    if row is None:
        return f"{package} ({stated or 'states no licence'}) is not in docs/licences.csv"
    if stated and stated != row["licence"]:
        return f"{package} states {stated}, and docs/licences.csv says {row['licence']}"
    return "" if is_accepted(package, row["licence"]) else f"the licence of {package} is not accepted: {row['licence']}"


def test_every_package_of_an_installation_is_listed_with_an_accepted_licence() -> None:
    packages = needed()
    assert len(packages) > 80
    found = [problem(package, stated_licence(package), listed()) for package in sorted(packages)]
    assert list(filter(None, found)) == []


def test_the_list_says_what_needs_a_package_and_is_in_order() -> None:
    rows, packages = listed(), needed()
    assert list(rows) == sorted(rows)
    assert {name: rows[name]["of"] for name in packages} == packages
    assert [name for name, row in rows.items() if not is_accepted(name, row["licence"])] == []


@pytest.mark.parametrize(
    ("package", "stated", "found"),
    [
        ("numpy", "GPL-3.0-only", "numpy states GPL-3.0-only"),
        ("left-pad", "MIT", "left-pad (MIT) is not in"),
        ("left-pad", "", "left-pad (states no licence) is not in"),
        ("copied", "GPL-3.0-only", "the licence of copied is not accepted"),
        ("copied", "", "the licence of copied is not accepted"),
        ("torch-like", GPU_LICENCE, "the licence of torch-like is not accepted"),
    ],
)
def test_what_is_not_listed_or_not_accepted_is_found(package: str, stated: str, found: str) -> None:
    rows = {**listed(), "copied": {"licence": "GPL-3.0-only"}, "torch-like": {"licence": GPU_LICENCE}}
    assert found in problem(package, stated, rows)


@pytest.mark.parametrize(
    ("licence", "accepted"),
    [
        ("MIT AND (GPL-2.0-only OR Apache-2.0)", True),
        ("MIT AND GPL-2.0-only", False),
        ("GPL-2.0-only OR BSD-2-Clause", True),
        ("", False),
    ],
)
def test_of_a_choice_one_licence_and_of_a_sum_all_are_accepted(licence: str, accepted: bool) -> None:
    assert is_accepted("x", licence) is accepted


def test_the_page_names_all_that_ships_with_its_licence() -> None:
    models = [path.parent for path in (ROOT / "models").glob("*/model.json")]
    models = [path for path in models if f"!/models/{path.name}\n" in (ROOT / ".gitignore").read_text(encoding="utf-8")]
    assert models
    for model in models:
        stated = json.loads((model / "model.json").read_text(encoding="utf-8"))["licence"]
        assert f"`models/{model.name}`" in PAGE
        assert stated.partition(" ")[0] in PAGE
    for path in re.findall(r"^\| `([^`]+)`", PAGE, re.MULTILINE):
        assert (ROOT / path).exists(), path
    shipped = [*(ROOT / "product_matching").rglob("*.npy"), *(ROOT / "product_matching").rglob("*.npz")]
    assert [path.name for path in shipped if path.name not in PAGE] == []
