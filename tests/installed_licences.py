"""Packages that an installation of the requirements brings, with the licence that each states as an SPDX expression.

``python -m tests.installed_licences`` writes the table of ``docs/licences.csv`` to stdout. A new package stands in it
with what it states, to be looked at before it is accepted.
"""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
LIST = ROOT / "docs" / "licences.csv"
COLUMNS = ("package", "licence", "of")
#: Files of requirements by what needs them; the first that reaches a package counts.
NEEDED_BY = {
    "app": ("requirements.txt",),
    "extras": tuple(f"requirements-{name}.txt" for name in ("login", "sentence", "ocr", "map", "milvus", "spark")),
    "development": ("requirements-dev.txt", "requirements-docs.txt"),
}
#: What packages write in place of an SPDX expression.
SPDX = {
    "apache software license": "Apache-2.0",
    "apache license": "Apache-2.0",
    "apache 2.0": "Apache-2.0",
    "apache 2.0 license": "Apache-2.0",
    "apache license 2.0": "Apache-2.0",
    "2-clause bsd license": "BSD-2-Clause",
    "3-clause bsd license": "BSD-3-Clause",
    "bsd license": "BSD-3-Clause",
    "bsd": "BSD-3-Clause",
    "mit license": "MIT",
    "isc license (iscl)": "ISC",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0",
    "nvidia proprietary software": "LicenseRef-NVIDIA-Proprietary",
    "other/proprietary license": "LicenseRef-NVIDIA-Proprietary",
}


def names_in(file: str) -> Iterator[Requirement]:
    """Requirements of a file, without those of the files that it includes."""
    for line in (ROOT / file).read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith(("#", "-")):
            yield Requirement(line.partition(" #")[0])


def reached(files: Iterable[str]) -> set[str]:
    """Canonical names of the installed packages that requirements bring, those of their dependencies included."""
    waiting = [requirement for file in files for requirement in names_in(file)]
    found: set[tuple[str, str]] = set()
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        for extra in ("", *requirement.extras):
            if (name, extra) in found or not _is_installed(name):
                continue
            found.add((name, extra))
            needs = map(Requirement, metadata.requires(name) or [])
            waiting += [need for need in needs if need.marker is None or need.marker.evaluate({"extra": extra})]
    return {name for name, _ in found}


def needed() -> dict[str, str]:
    """What needs each installed package: "app", "extras" or "development"."""
    return {name: what for what, files in reversed(NEEDED_BY.items()) for name in reached(files)}


def stated_licence(name: str) -> str:
    """The licence that an installed package states; "" for none, or what it says where that is no known name."""
    about = metadata.metadata(name)
    expression = about.get("License-Expression")
    if expression:
        return str(expression)
    text = (about.get("License") or "").strip().splitlines()
    if text and _is_spdx(text[0]):
        return text[0]
    classifiers = [
        each.rpartition(":: ")[2] for each in about.get_all("Classifier") or [] if each.startswith("License ::")
    ]
    known = [SPDX[each.lower()] for each in [*classifiers, *text[:1]] if each.lower() in SPDX]
    return known[0] if known else "; ".join([*classifiers, *text[:1]])


def listed() -> dict[str, dict[str, str]]:
    """Rows of the list by package."""
    with LIST.open(encoding="utf-8", newline="") as file:
        return {row["package"]: row for row in csv.DictReader(file)}


def _is_installed(name: str) -> bool:
    try:
        metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return False
    return True


def _is_spdx(text: str) -> bool:
    parts = re.split(r" (?:AND|OR) ", text.strip("()"))
    return all(re.fullmatch(r"[A-Za-z0-9.+-]+-[A-Za-z0-9.+-]+|MIT|ISC|0BSD|Zlib", part) for part in parts)


if __name__ == "__main__":
    kept = listed() if LIST.is_file() else {}
    rows = {name: {"package": name, "licence": stated_licence(name), "of": what} for name, what in needed().items()}
    writer = csv.DictWriter(sys.stdout, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(kept.get(name, rows.get(name)) or {} for name in sorted({*rows, *kept}))
