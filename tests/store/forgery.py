"""What a forger or an accident does to a bundle, and what is expected when it is opened then."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from product_matching.errors import InputError
from product_matching.files import spots_sha256
from product_matching.store.bundle import open_bundle


def edit_manifest(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change the manifest in place, whatever it then says."""
    manifest = json.loads((folder / "manifest.json").read_text())
    change(manifest)
    (folder / "manifest.json").write_text(json.dumps(manifest))


def name_new_sizes(folder: Path, *names: str) -> None:
    """Let the manifest name the sizes and spots that files have now, so that only their content gives them away."""
    now = {name: {"bytes": (folder / name).stat().st_size, "spots": spots_sha256(folder / name)} for name in names}
    edit_manifest(folder, lambda manifest: [manifest["files"][name].update(now[name]) for name in now])


def check_that_damage_is_named(bundle: Path, name: str) -> None:
    """Cut a file, then delete it: opening the bundle names it both times."""
    content = (bundle / name).read_bytes()
    (bundle / name).write_bytes(content[: len(content) // 2])
    with pytest.raises(InputError, match=name):
        open_bundle(bundle)
    (bundle / name).unlink()
    with pytest.raises(InputError, match=name):
        open_bundle(bundle)
