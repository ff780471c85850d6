"""Figures that were measured by commands of their own and stand in the documents; the pages repeat them."""

from __future__ import annotations

from product_matching.store.comparison import Figure

#: The pair scorer that ships, on the demo's test part: README, by the command of its section on accuracy.
SHIPPED_SCORER = "demo"
SHIPPED_SCORER_F1 = Figure(0.926, (0.905, 0.945))

#: What takes how long: in words, as docs/performance.md writes it, and what it was measured on.
SPEEDS = (
    (
        "A photo becomes a vector",
        "50.8 ms",
        "shipped model, from the file of a demo photo; beside other work",
    ),
    ("The nearest photos are found", "3.3 ms", "among 16,018 listings"),
    ("A title becomes a vector", "0.2 ms", "in a catalogue of 16,018 listings"),
    ("The nearest titles are found", "0.6 ms", "among 16,018 listings"),
    ("The pair scorer scores 100 candidates", "15 ms", "photo and title, on the demo; processor time of one core"),
    ("The pair scorer scores a whole catalogue", "111 s", "16,018 listings, 1,955,386 candidate pairs, two cores"),
    ("A catalogue is built", "1,166 s", "16,018 photos by the shipped model, with keypoints; processor time"),
)
