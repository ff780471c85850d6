"""A few typed words on a bundle: what is found, what is unknown, and when a text is a title."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from product_matching.encoders.tfidf import TitleEncoder
from product_matching.errors import InputError
from product_matching.listings.parts import PARTS
from product_matching.listings.titles import title_words
from product_matching.search.words import WordIndex
from product_matching.store.bundle import open_bundle
from product_matching.workflows.find_words import WordFinder, describe_found

DEMO = Path(__file__).parents[2] / "embeddings" / "demo"


@pytest.fixture(scope="module")
def words(small_bundle: Path) -> WordFinder:
    return WordFinder(open_bundle(small_bundle))


@pytest.fixture(scope="module")
def demo() -> WordFinder:
    return WordFinder(open_bundle(DEMO))


def test_every_title_with_all_the_words_is_a_match(demo: WordFinder) -> None:
    found = demo.find("hand cream velmira")
    titles = demo.bundle.listings["title"]
    holding = [row for row, title in enumerate(titles) if {"hand", "cream", "velmira"} <= set(title_words(title))]
    assert len(holding) == 19
    assert sorted(found.matches.tolist()) == holding
    assert found.mode == "words"
    assert not found.unknown


def test_partly_covered_titles_follow_by_the_weight_of_their_words(words: WordFinder) -> None:
    found = words.find("Speaker Paper Bag READY")
    assert not len(found.matches)
    described = describe_found(words.bundle, found, found.partial)
    coverages = [record["coverage"] for record in described]
    assert coverages == sorted(coverages, reverse=True)
    assert described[0]["posting_id"] == "5b"
    assert described[0]["missing"] == ["speaker"]
    weights = dict(zip(found.words, words._encoder.word_weights(found.words)[1], strict=True))
    assert coverages[0] == pytest.approx(1 - weights["speaker"] / sum(weights.values()), abs=5e-4)
    assert {"price", "label_group"} <= set(described[0])
    assert "photo_sha256" not in described[0]


def test_an_unknown_word_is_named_and_a_near_spelling_offered(words: WordFinder) -> None:
    found = words.find("nescafee latte xqzwv")
    assert found.unknown == {"nescafee": ("nescafe",), "xqzwv": ()}
    assert found.corrections == ("nescafe latte xqzwv",)
    assert not len(found.matches)
    assert len(found.partial) == 3


def test_several_near_spellings_give_a_text_each(demo: WordFinder) -> None:
    found = demo.find("hand creem velmra")
    near = found.unknown["velmra"]
    assert near[0] == "velmira"
    assert found.corrections == tuple(f"hand cream {word}" for word in near[:3])
    assert len(demo.find(found.corrections[0]).matches) == 19


def test_quantities_are_words_in_any_spelling(words: WordFinder) -> None:
    assert sorted(words.find("latte 220 ML").matches.tolist()) == [3, 4, 5]


def test_a_text_without_a_word_is_refused(words: WordFinder) -> None:
    with pytest.raises(InputError, match=r"The text '!!' holds no word to search for"):
        words.find("!!")


def test_a_catalogue_without_titles_is_refused(tmp_path: Path) -> None:
    from dataclasses import replace

    with pytest.raises(InputError, match="has no titles"):
        WordFinder(replace(open_bundle(DEMO), title_encoder=None, title_matrix=None))


def share_searched_as_words(finder: WordFinder, texts: list[str]) -> float:
    return float(np.mean([finder.find(text).mode == "words" for text in texts]))


def excerpts(titles: list[str], rng: np.random.Generator, count: int, length: int) -> list[str]:
    """Runs of words of titles that are longer."""
    split = [words for title in titles if len(words := title_words(title)) > length]
    chosen = [split[number] for number in rng.integers(len(split), size=count)]
    starts = [int(rng.integers(len(words) - length + 1)) for words in chosen]
    return [" ".join(words[start : start + length]) for words, start in zip(chosen, starts, strict=True)]


def test_titles_of_the_demo_are_searched_for_duplicates_and_excerpts_as_words(demo: WordFinder) -> None:
    listings = demo.bundle.listings
    titles = listings["title"][listings["part"] != PARTS[2]].tolist()
    assert share_searched_as_words(demo, titles) == 0
    rng = np.random.default_rng(0)
    for length in (1, 2, 3, 4):
        assert share_searched_as_words(demo, excerpts(titles, rng, 300, length)) > 0.98


@pytest.mark.data
def test_titles_of_shopee_are_searched_for_duplicates_excerpts_as_words_and_words_are_found_at_once(
    need_data: Callable[[str], Path],
) -> None:
    titles = pd.read_csv(need_data("shopee/train.csv"))["title"].tolist()
    encoder = TitleEncoder.fit(titles)
    index = WordIndex.of(encoder.encode(titles))
    took = []

    def is_few(text: str) -> bool:
        started = time.perf_counter()
        words = tuple(dict.fromkeys(title_words(text)))
        few = index.is_few(len(words), index.find(*encoder.word_weights(words)))
        took.append(time.perf_counter() - started)
        return few

    rng = np.random.default_rng(0)
    assert not any(is_few(titles[row]) for row in rng.integers(len(titles), size=500))
    for length in (1, 2, 3, 4):
        assert np.mean([is_few(text) for text in excerpts(titles, rng, 300, length)]) > 0.97
    assert np.quantile(took, 0.95) < 0.2, json.dumps(took[-5:])
