"""Time of typed words, and how texts are searched for: excerpts of titles as words, titles for their duplicates.

    python benchmarks/words.py --bundle embeddings/shopee

Excerpts are runs of one to four words of longer titles; those with a typo lack one letter, so that near spellings are
looked for. A listing's own title must be a duplicate search.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from product_matching.listings.titles import title_words
from product_matching.store.bundle import open_bundle
from product_matching.workflows.find_words import WordFinder

SEED = 7
#: Words of the longest excerpt.
LONGEST = 4


def excerpt(words: Sequence[str], length: int, rng: np.random.Generator) -> list[str]:
    """A run of so many words."""
    start = int(rng.integers(len(words) - length + 1))
    return list(words[start : start + length])


def with_typo(words: list[str], rng: np.random.Generator) -> list[str]:
    """The words with one letter of one of them left out."""
    place = int(rng.integers(len(words)))
    gap = int(rng.integers(len(words[place])))
    return [*words[:place], words[place][:gap] + words[place][gap + 1 :], *words[place + 1 :]]


def measure(finder: WordFinder, texts: Sequence[str]) -> dict[str, float]:
    """Milliseconds of a search, and the share of the texts that are searched for as words."""
    took, as_words = [], []
    for text in texts:
        started = time.perf_counter()
        found = finder.find(text)
        took.append(1000 * (time.perf_counter() - started))
        as_words.append(found.mode == "words")
    return {
        "p50 ms": float(np.percentile(took, 50)),
        "p95 ms": float(np.percentile(took, 95)),
        "as words": float(np.mean(as_words)),
    }


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bundle", type=Path, default=Path("embeddings/shopee"))
    parser.add_argument("--rounds", type=int, default=500)
    arguments = parser.parse_args()
    finder, rng = WordFinder(open_bundle(arguments.bundle)), np.random.default_rng(SEED)
    split = [words for title in finder.bundle.listings["title"] if (words := title_words(title))]
    longer = [words for words in split if len(words) > LONGEST]
    excerpts = [
        excerpt(longer[row], int(rng.integers(1, LONGEST + 1)), rng)
        for row in rng.integers(len(longer), size=arguments.rounds)
    ]
    texts = {
        f"excerpts of 1 to {LONGEST} words": excerpts,
        "excerpts with a typo": [typed for words in excerpts if any(typed := with_typo(words, rng))],
        "whole titles": [split[row] for row in rng.integers(len(split), size=arguments.rounds)],
    }
    rows = {name: measure(finder, [" ".join(words) for words in listed]) for name, listed in texts.items()}
    short = np.mean([len(set(words)) <= LONGEST for words in split])
    print(pd.DataFrame.from_dict(rows, orient="index").round(3).to_string())
    print(f"{short:.1%} of the titles have at most {LONGEST} words")


if __name__ == "__main__":
    main()
