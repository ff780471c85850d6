"""Hash folders of photos with imagededup, for the comparison (``product-matching compare --hashes FILE``).

The library stays out of this project's own environment: any environment with ``pip install imagededup`` will do.

    python benchmarks/hashes.py demo/images data/groceries/images --out build/comparison/imagededup.json
"""

from __future__ import annotations

import argparse
import json
import sys
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

HASHES = ("PHash", "DHash", "AHash", "WHash")


def hash_folder(name: str, folder: Path, workers: int) -> dict[str, str]:
    """Hashes of all photos of a folder by file name, 16 hexadecimal digits each."""
    methods: Any = import_module("imagededup.methods")
    hasher = getattr(methods, name)(verbose=False)
    return dict(hasher.encode_images(image_dir=str(folder), num_enc_workers=workers))


def main() -> None:
    """Write the hashes of all folders as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=Path, nargs="+", help="folders of photos")
    parser.add_argument("--out", type=Path, required=True, help="JSON file to write")
    parser.add_argument("--workers", type=int, default=0, help="processes beside this one")
    chosen = parser.parse_args()
    try:
        library = f"imagededup {version('imagededup')}"
    except ModuleNotFoundError:
        sys.exit("imagededup is not installed in this environment: pip install imagededup.")
    hashes: dict[str, dict[str, str]] = {}
    for name in HASHES:
        hashes[name] = {}
        for folder in chosen.folders:
            hashes[name] |= hash_folder(name, folder, chosen.workers)
    chosen.out.parent.mkdir(parents=True, exist_ok=True)
    chosen.out.write_text(json.dumps({"library": library, "hashes": hashes}, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
