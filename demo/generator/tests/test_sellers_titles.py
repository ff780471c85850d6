import random
from collections import Counter
from dataclasses import replace
from itertools import pairwise

import pytest

from demo_generator.kinds import KINDS
from demo_generator.products import make_products
from demo_generator.title_edits import change_case, copy_title, escape_bytes, mistype
from demo_generator.title_phrases import BRANCH_PHRASES, PHRASES
from demo_generator.title_values import write_value
from demo_generator.title_words import SYNONYMS
from demo_generator.titles import TitleStyle, make_titles, maker_code, series_name, write_title

PRODUCTS = make_products(400, 5)
PLAIN = TitleStyle(
    brand=1, feature=1, varied=1, shared=1, synonym=0, series=0, code=0, phrases=0, offer=0, copied=0, vague=0, typo=0,
    emoji=0, escaped=0,
)  # fmt: skip


def rng(seed=0):
    return random.Random(seed)


def test_every_kind_has_its_words():
    for kind in KINDS:
        assert kind.name in PHRASES
        assert kind.branch in BRANCH_PHRASES
        assert all(noun in SYNONYMS for noun, _ in kind.nouns)


def test_an_informative_title_names_brand_and_line():
    for seed, product in enumerate(PRODUCTS[:60]):
        title = write_title(product, PLAIN, rng(seed)).lower()
        assert product.brand.lower() in title
        assert product.feature.lower() in title
        assert product.noun.lower() in title or product.noun_id.lower() in title


@pytest.mark.parametrize(
    ("part", "word"), [("brand", lambda p: p.brand), ("series", series_name), ("code", maker_code)]
)
def test_what_the_style_leaves_out_is_missing_and_what_it_asks_for_is_there(part, word):
    product = next(product for product in PRODUCTS if series_name(product) and maker_code(product))
    without, always = (
        [write_title(product, replace(PLAIN, **{part: share}), rng(seed)).lower() for seed in range(30)]
        for share in (0, 1)
    )
    assert not any(word(product).lower() in title for title in without)
    assert all(word(product).lower() in title for title in always)


def test_series_and_stem_of_the_code_belong_to_the_line():
    first, second = next((a, b) for a, b in pairwise(PRODUCTS) if a.line_id == b.line_id and maker_code(a))
    assert series_name(first) == series_name(second)
    assert maker_code(first)[:-1] == maker_code(second)[:-1]


def test_values_are_written_in_either_language():
    english = {write_value("colour", "Red", False, rng(seed)) for seed in range(50)}
    indonesian = {write_value("colour", "Red", True, rng(seed)) for seed in range(50)}
    assert english == {"Red", "Warna Red"}
    assert indonesian == {"Merah", "Warna Merah"}


def test_a_typo_changes_one_word_a_little():
    before = "Serum Wajah Glowing"
    for seed in range(40):
        after = mistype(before, rng(seed))
        pairs = list(zip(before.split(), after.split(), strict=True))
        assert sum(a != b for a, b in pairs) <= 1
        assert all(abs(len(a) - len(b)) <= 1 for a, b in pairs)
    assert mistype("mug", rng()) == "mug"
    assert len({mistype(before, rng(seed)) for seed in range(40)}) > 5


def test_byte_escapes_are_those_of_the_real_data():
    written = {escape_bytes("❤ Mug Keramik", rng(seed)) for seed in range(20)}
    assert written == {r"\xe2\x9d\xa4 Mug Keramik", r"b'\xe2\x9d\xa4 Mug Keramik'"}


def test_case_changes_nothing_else():
    title = "Velmira Body Lotion 250ml"
    written = {change_case(title, rng(seed)) for seed in range(100)}
    assert {title.upper(), title.lower(), title} <= written
    assert {entry.lower() for entry in written} == {title.lower()}


def test_copies_keep_nearly_all_words():
    title = "Velmira Body Lotion Rose 250ml Melembabkan"
    words = set(title.lower().split())
    copies = [copy_title(title, "PROMO", rng(seed)) for seed in range(100)]
    assert all(len(words & set(copy.lower().split())) >= len(words) - 1 for copy in copies)
    assert len(set(copies)) > 20
    assert title in copies
    assert any("PROMO" in copy for copy in copies)


def test_a_group_s_titles_are_copied_as_often_as_asked():
    product = PRODUCTS[0]
    copied = make_titles(product, 200, TitleStyle(copied=1.0), rng())
    fresh = make_titles(product, 200, TitleStyle(copied=0.0), rng())
    assert max(Counter(copied).values()) > max(Counter(fresh).values())
    assert len(copied) == len(fresh) == 200


def test_vague_titles_say_nothing_of_brand_or_value():
    for product in PRODUCTS[:40]:
        title = write_title(product, replace(PLAIN, vague=1.0), rng(1))
        assert product.brand not in title
        assert len(title.split()) <= 5


def test_titles_are_never_empty_nor_padded():
    style = TitleStyle(brand=0, feature=0, varied=0, shared=0, phrases=0)
    for seed, product in enumerate(PRODUCTS):
        title = write_title(product, style, rng(seed))
        assert title == title.strip() != ""
        assert "  " not in title


def test_the_seed_decides():
    assert make_titles(PRODUCTS[3], 5, TitleStyle(), rng(1)) == make_titles(PRODUCTS[3], 5, TitleStyle(), rng(1))
