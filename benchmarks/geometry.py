"""Time of geometric verification: a query with its 40 nearest by photo, and many pairs of a catalogue.

    python benchmarks/geometry.py --bundle embeddings/demo --photos demo/images

Beside it stands what a user would write with OpenCV: all SIFT keypoints of both photos, brute-force matching with the
ratio test, and the same RANSAC.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from product_matching.encoders.keypoints import EDGE, Keypoints, find_keypoints
from product_matching.listings.photos import decode_photo, read_photo
from product_matching.matching.geometry import RATIO, TOLERANCE, pair_features, verify
from product_matching.store.bundle import Bundle, open_bundle

SEED = 7
CANDIDATES = 40
#: Pairs that are compared in the usual way, which takes longer.
_USUAL_PAIRS = 40
Detected = tuple[np.ndarray, np.ndarray]


def nearest(bundle: Bundle, row: int, count: int) -> list[int]:
    """Rows of the nearest listings by photo, the listing itself left out."""
    assert bundle.photo_vectors is not None
    similarity = np.asarray(bundle.photo_vectors) @ np.asarray(bundle.photo_vectors[row])
    similarity[row] = -np.inf
    found: list[int] = np.argsort(-similarity)[:count].tolist()
    return found


def detect(photo: Image.Image) -> Detected:
    """All SIFT keypoints of a photo, as OpenCV gives them."""
    grey = np.asarray(photo.convert("L").resize((EDGE, EDGE), Image.Resampling.BICUBIC))
    found, descriptors = cv2.SIFT.create().detectAndCompute(grey, None)
    return np.array([keypoint.pt for keypoint in found], dtype=np.float32), np.asarray(descriptors)


def usual_inliers(first: Detected, second: Detected) -> int:
    """Inliers by OpenCV's own matcher."""
    matches = cv2.BFMatcher(cv2.NORM_L2).knnMatch(first[1], second[1], k=2)
    good = [one for one, other in matches if one.distance < RATIO * other.distance]
    if len(good) < 3:
        return 0
    source = np.array([first[0][match.queryIdx] for match in good])
    target = np.array([second[0][match.trainIdx] for match in good])
    _, inside = cv2.estimateAffine2D(source, target, method=cv2.RANSAC, ransacReprojThreshold=TOLERANCE)
    return int(np.sum(inside))


def time_queries(bundle: Bundle, photos: list[Path], rows: list[int], threads: int) -> dict[str, list[float]]:
    """Milliseconds of the keypoints of a query, of reading those of its candidates, and of comparing them."""
    parts = ("keypoints of the query", "40 candidates read", "40 candidates compared")
    times: dict[str, list[float]] = {part: [] for part in parts}
    for path, row in zip(photos, rows, strict=True):
        photo, near = decode_photo(read_photo(path)), nearest(bundle, row, CANDIDATES)
        moments = [time.perf_counter()]
        own = find_keypoints(photo)
        moments.append(time.perf_counter())
        candidates = [bundle.keypoints(other) for other in near]
        moments.append(time.perf_counter())
        verify(own, candidates, threads=threads)
        moments.append(time.perf_counter())
        for name, taken in zip(times, np.diff(moments), strict=True):
            times[name].append(1000 * float(taken))
    return times


def time_pairs(bundle: Bundle, rows: list[int], threads: int) -> float:
    """Milliseconds a pair of a catalogue."""
    pairs = np.array([(row, other) for row in rows for other in nearest(bundle, row, CANDIDATES)])
    started = time.perf_counter()
    pair_features(bundle.keypoints, pairs, threads=threads)
    return 1000 * (time.perf_counter() - started) / len(pairs)


def time_usual(photos: list[Path]) -> tuple[float, float]:
    """Milliseconds a pair in the usual way: keypoints of both photos, and the comparison."""
    found, compared = [], []
    for path, other in pairwise(photos):
        started = time.perf_counter()
        first, second = (detect(decode_photo(read_photo(one))) for one in (path, other))
        detected = time.perf_counter()
        usual_inliers(first, second)
        found.append(1000 * (detected - started))
        compared.append(1000 * (time.perf_counter() - detected))
    return float(np.median(found)), float(np.median(compared))


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bundle", type=Path, default=Path("embeddings/demo"))
    parser.add_argument("--photos", type=Path, default=Path("demo/images"), help="photos of the bundle's listings")
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    bundle = open_bundle(arguments.bundle)
    stored = bundle.manifest.keypoints is not None
    usable = np.flatnonzero(bundle.has_photo)
    rows = sorted(np.random.default_rng(SEED).choice(usable, arguments.rounds, replace=False).tolist())
    photos = [arguments.photos / str(bundle.listings["image"][row]) for row in rows]
    sizes = [len(keypoints.to_bytes()) for row in rows if isinstance(keypoints := bundle.keypoints(row), Keypoints)]
    times = time_queries(bundle, photos, rows, arguments.threads)
    table = {name: [round(float(np.percentile(taken, at)), 1) for at in (50, 95)] for name, taken in times.items()}
    pair, usual = time_pairs(bundle, rows, arguments.threads), time_usual(photos[:_USUAL_PAIRS])
    summary = {
        "stored": stored,
        "bytes_a_photo": round(float(np.mean(sizes))),
        "ms_p50_p95": table,
        "ms_a_pair_of_a_catalogue": round(pair, 2),
        "usual_ms_keypoints_of_both": round(usual[0], 1),
        "usual_ms_comparison": round(usual[1], 2),
        "load": [round(load, 1) for load in os.getloadavg()],
    }
    if arguments.json:
        print(json.dumps(summary))
        return
    for name, value in summary.items():
        print(f"{name:<28} {value}")


if __name__ == "__main__":
    main()
