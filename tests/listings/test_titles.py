from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from product_matching.listings.titles import UNIT_SPELLINGS, decode_byte_escapes, normalise_title, title_words

FRAGMENTS = [
    "\\x",
    "5c",
    "x41",
    "\\xe2\\x9d\\xa4",
    "b'",
    "'",
    'b"',
    '"',
    "\\",
    "\\'",
    "\\n",
    "1.000",
    "1,5",
    "0",
    ".",
    " ",
]
FRAGMENTS += [
    "g",
    "Gram",
    "KG",
    "ML",
    "l",
    "²",
    "½",
    "㎏",
    "㎖",
    "٣",
    "ﬁ",
    "İ",
    "ß",
    "\u0345",
    "\u200b",
    "\ufe0f",
    "\x9f",
]
TITLES = st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=4), max_size=8).map("".join)


@pytest.mark.parametrize(
    ("raw", "decoded"),
    [
        (r"\xe2\x9d\xa4 CASE", "❤ CASE"),
        (r"caf\xC3\xA9", "café"),
        (r"b'\xe3\x80\x90COD\xe3\x80\x91 Tas'", "【COD】 Tas"),
        (r'b"Nature\xe2\x80\x99s \"Own\""', 'Nature’s "Own"'),
        (r"b'Women\'s bag\nnew\tred'", "Women's bag new red"),
        (r"cut short \xe2\x9d", "cut short "),
        (r"not hex \xzz", r"not hex \xzz"),
        ("baby's bib", "baby's bib"),
        ("b'ordinary", "b'ordinary"),
        ("", ""),
    ],
)
def test_byte_escapes_of_both_kinds_become_characters(raw: str, decoded: str) -> None:
    assert decode_byte_escapes(raw) == decoded


@pytest.mark.parametrize(
    ("title", "normalised"),
    [
        ("ＦＵＬＬ　ＷＩＤＴＨ ﬁt", "full width fit"),
        ("Straße STRASSE", "strasse strasse"),
        ("  two \t spaces\n", "two spaces"),
        ("zero\u200bwidth\ufeff", "zero width"),
        ("❤\ufe0f", "❤"),
        ("\x00\u2028", ""),
        ("a\\b", "a b"),
        ("cafe\u0301", "café"),
    ],
)
def test_unicode_case_and_blanks(title: str, normalised: str) -> None:
    assert normalise_title(title) == normalised


@pytest.mark.parametrize(
    ("title", "normalised"),
    [
        ("250 Gram", "250g"),
        ("250gr", "250g"),
        ("250,0 g", "250g"),
        ("Kopi 1.5 Liter!", "kopi 1.5l!"),
        ("12 mm x 4,5 m", "12mm x 4.5m"),
        ("60㎖", "60ml"),
        ("0,50 kg", "0.5kg"),
        ("128 GB", "128gb"),
        ("100ml-200ml", "100ml-200ml"),
        ("5 galon", "5 galon"),
        ("5 g-force", "5g-force"),
        ("iphone 5s m", "iphone 5s m"),
        ("1.2.3 g", "1.2.3 g"),
        ("1234567890 g", "1234567890 g"),
    ],
)
def test_a_quantity_is_number_and_shortest_unit(title: str, normalised: str) -> None:
    assert normalise_title(title) == normalised


@pytest.mark.parametrize(
    ("title", "normalised"),
    [
        ("1.000 ml", "1000ml"),
        ("1,000 gram", "1000g"),
        ("10.000 watt", "10000w"),
        ("1.000 kg", "1kg"),
        ("1.500 l", "1.5l"),
        ("0.500 g", "0.5g"),
        ("1.00 ml", "1ml"),
    ],
)
def test_three_decimals_of_a_small_unit_are_thousands(title: str, normalised: str) -> None:
    assert normalise_title(title) == normalised


@pytest.mark.parametrize(("spelling", "unit"), UNIT_SPELLINGS.items())
def test_every_spelling_of_a_unit(spelling: str, unit: str) -> None:
    assert normalise_title(f"Beras 2,50 {spelling.upper()} murah") == f"beras 2.5{unit} murah"
    assert UNIT_SPELLINGS[unit] == unit


def test_words_keep_decimals_and_units() -> None:
    assert title_words("Susu UHT 1,5 Liter (isi-2) a_b 4.5cm v2.0!") == [
        *("susu", "uht", "1.5l", "isi", "2", "a", "b", "4.5cm", "v2", "0"),
    ]
    assert title_words("") == title_words("!? ❤") == []


@settings(max_examples=1000)
@given(TITLES)
@example("\\x5cx41")
@example("\\x²²")
@example("b'b'x''")
@example("\x9fb'x'")
def test_normalising_twice_changes_nothing(title: str) -> None:
    once = normalise_title(title)
    assert normalise_title(once) == once


@given(TITLES)
def test_normalised_titles_are_trimmed_and_their_words_are_the_same(title: str) -> None:
    once = normalise_title(title)
    assert once == " ".join(once.split())
    assert title_words(once) == title_words(title)


@given(st.text(alphabet=st.characters(min_codepoint=0x80, exclude_categories=["Cs"])))
def test_escaped_text_decodes_to_itself(text: str) -> None:
    assert decode_byte_escapes("".join(f"\\x{byte:02x}" for byte in text.encode())) == text


@pytest.fixture(scope="module")
def shopee_titles(need_data: Callable[[str], Path]) -> list[str]:
    with need_data("shopee/train.csv").open(encoding="utf-8", newline="") as file:
        return [row["title"] for row in csv.DictReader(file)]


@pytest.mark.data
def test_no_real_title_keeps_byte_escapes(shopee_titles: list[str]) -> None:
    assert len(shopee_titles) == 34_250
    assert sum("\\x" in title for title in shopee_titles) == 671
    assert not [title for title in shopee_titles if "\\x" in decode_byte_escapes(title)]


@pytest.mark.data
def test_every_real_title_is_normalised_once_and_for_all(shopee_titles: list[str]) -> None:
    normalised = [normalise_title(title) for title in shopee_titles]
    assert [normalise_title(title) for title in normalised] == normalised
    assert all(normalised)
    assert not [title for title in normalised if title.startswith(("b'", 'b"')) and title[-1] in "'\""]
