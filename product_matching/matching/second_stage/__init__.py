"""The second stage: a trained scorer decides on each candidate pair by what is known of its two listings."""

#: Files of a scorer's folder.
SCORER_FILE, TREES_FILE = "scorer.json", "trees.txt"
