"""Strangers' titles in Markdown, and numbers in words."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from product_matching.app.shared.wording import (
    breakable,
    count_text,
    distance_text,
    duration_text,
    marked_differences,
    plain,
    readable_title,
    shorten,
    title_parts,
    tuned_on,
)
from product_matching.listings.titles import title_words
from product_matching.store.manifest import TunedThreshold

PUNCTUATION = r"!-/:-@\[-`{-~"


def read_back(markdown: str) -> str:
    """What Markdown shows of escaped text: backslashes before punctuation and zero-width spaces go."""
    return re.sub(rf"\\([{PUNCTUATION}])", r"\1", markdown).replace("\u200b", "")


@given(st.text())
def test_plain_text_reads_back_and_leaves_no_punctuation_unescaped(text: str) -> None:
    written = plain(text)
    assert read_back(written) == " ".join(text.split()).replace("\u200b", "")
    assert not re.search(rf"(?<!\\)(?:\\\\)*[{PUNCTUATION.replace(chr(92) * 2, '')}]", re.sub(r"\\.", "", written))
    assert "\n" not in written


@pytest.mark.parametrize(
    "text",
    [
        "https://evil.example/x.png",
        "HTTP://evil.example",
        "www.evil.example",
        "a@evil.example",
        ":smile:",
        ":+1:",
        ":material/delete:",
        "->",
        "--",
    ],
)
def test_what_is_read_in_escaped_text_too_is_broken_up(text: str) -> None:
    assert "\u200b" in plain(text)
    unescaped = re.sub(rf"\\([{PUNCTUATION}])", r"\1", plain(text))
    assert not re.search(r"https?://|www\.|@\w|:[\w+-]+:|:material/|->|--", unescaped, re.IGNORECASE)


@pytest.mark.parametrize(
    ("title", "query", "marked"),
    [
        ("Paper Bag Victoria", "victoria paper", "**Paper** Bag **Victoria**"),
        ("Susu 250 Gram Coklat", "susu 250gr", "**Susu 250 Gram** Coklat"),
        ("Susu 250gr", "250 Gram", "Susu **250gr**"),
        ("T-Shirt, red!", "shirt red", "T-**Shirt**, **red**!"),
        ("ＦＵＬＬ width", "full", "**ＦＵＬＬ** width"),
        ("*bold* bold", "bold", "***bold*** **bold**"),
        ("nothing shared", "other", "nothing shared"),
        ("", "other", ""),
    ],
)
def test_shared_words_are_marked(title: str, query: str, marked: str) -> None:
    parts = title_parts(title, frozenset(title_words(query)))
    assert "".join(f"**{text}**" if shared else text for text, shared in parts) == marked


@given(st.text(max_size=60), st.text(max_size=30))
def test_a_marked_title_shows_the_title_and_nothing_else(title: str, query: str) -> None:
    title = readable_title(title)
    parts = title_parts(title, frozenset(title_words(query)))
    assert "".join(text for text, _ in parts) == title
    assert all(text for text, _ in parts)


@pytest.mark.parametrize(
    ("title", "other", "marked"),
    [
        ("Hana Emas 1 Kg", "hana emas 2kg", "Hana Emas :orange-background[**1 Kg**]"),
        ("Red Mug, large", "mug", ":orange-background[**Red**] Mug, :orange-background[**large**]"),
        ("Nescafe Latte", "LATTE nescafe", "Nescafe Latte"),
        ("a * b", "", ":orange-background[**a \\* b**]"),
        ("", "mug", ""),
    ],
)
def test_the_words_that_the_other_title_lacks_are_marked(title: str, other: str, marked: str) -> None:
    assert marked_differences(title, other).replace("\\,", ",") == marked


@given(st.text(max_size=60), st.text(max_size=30))
def test_marked_differences_show_the_title_and_nothing_else(title: str, other: str) -> None:
    title = readable_title(title)
    written = marked_differences(title, other).replace(":orange-background[**", "").replace("**]", "")
    assert read_back(written).split() == title.replace("\u200b", "").split()


@pytest.mark.parametrize(
    ("distance", "text"), [(0.0, "0.000"), (0.31, "0.310"), (0.310001, "0.311"), (0.3099999, "0.310"), (1.0, "1.000")]
)
def test_a_distance_reads_as_within_a_threshold_exactly_when_it_is(distance: float, text: str) -> None:
    assert distance_text(distance) == text


def test_long_titles_are_cut_at_a_word() -> None:
    assert shorten("word " * 50, 20) == "word word word word…"
    assert shorten("x" * 50, 20) == "x" * 20 + "…"
    assert shorten("short", 20) == "short"


def test_long_words_may_be_broken_and_read_the_same_without_the_breaks() -> None:
    url = "https://shop.example.org/item/9f8e7d6c5b4a39281706f5e4d3c2b1a0?ref=BOOKS_1973_AND_LATER"
    broken = breakable(f"see {url} soon")
    assert broken.replace("\u200b", "") == f"see {url} soon"
    assert max(map(len, re.split(r"[\s\u200b]", broken))) <= 13
    assert breakable("Hand cream 75 ml") == "Hand cream 75 ml"


def test_byte_escapes_are_shown_as_characters() -> None:
    assert readable_title(r"\xe2\x9d\xa4  CASE") == "❤ CASE"


def test_numbers_in_words() -> None:
    assert count_text(1, "match", "matches") == "1 match"
    assert count_text(1200, "listing") == "1,200 listings"
    assert (duration_text(0.2), duration_text(12.4)) == ("under 1 ms", "12 ms")


def test_a_default_says_what_it_reached_as_far_as_that_is_known() -> None:
    known = TunedThreshold(
        distance=0.25, n=1200, protocol="best F1 on its own labels", f1=0.7223, precision=0.8789, recall=0.7025
    )
    assert tuned_on(known, "photos") == (
        "Default 0.250 for N = 1,200 photos; best F1 on its own labels, mean F1 0.72 (precision 0.88, recall 0.70)."
    )
    older = replace(known, precision=None, recall=None)
    assert tuned_on(older, "photos").endswith("labels, mean F1 0.72.")
    assert tuned_on(replace(older, f1=None), "photos").endswith("best F1 on its own labels.")
