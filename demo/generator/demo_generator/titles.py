"""Titles as sellers of an Indonesian-English marketplace write them, by a grammar over a product's attributes."""

from __future__ import annotations

import random
from dataclasses import dataclass

from demo_generator.kinds import KINDS
from demo_generator.products import Product
from demo_generator.title_edits import change_case, copy_title, escape_bytes, mistype
from demo_generator.title_phrases import BRANCH_PHRASES, PHRASES
from demo_generator.title_values import write_value
from demo_generator.title_words import BRANCH_OFFERS, EMOJI, ENDINGS, OFFERS, SYLLABLES, SYNONYMS, VAGUE

_BRANCH = {kind.name: kind.branch for kind in KINDS}
#: Branches whose goods carry a maker's code.
_CODED = ("electronics", "home", "fashion", "toys", "paper")
_SEPARATORS = (" ", " ", " ", " ", " - ", " / ", " | ", ", ")
_LINE_PHRASES = 3
_SAME_LANGUAGE = 0.75
#: Share of the lines whose series has a name, and of those of `_CODED` branches whose products have codes.
_SERIES_LINES, _CODED_LINES = 0.9, 0.8


@dataclass(frozen=True)
class TitleStyle:
    """How informative sellers are: shares of the titles that hold something.

    Attributes
    ----------
    brand, feature
        The brand, and the line's own word.
    varied
        Each attribute in which the variants of the line differ.
    shared
        Each attribute that all variants of the line share.
    synonym
        Another name of the thing, beside its own.
    series, code
        The name of the line's series and the maker's code of the product, where there is one.
    phrases
        Mean number of phrases of praise.
    own_phrase
        Share of those that are taken from the line's few, not from all of the kind's.
    offer
        An offer such as READY STOCK, before or after.
    copied
        Share of a group's later titles that are copied from an earlier one, with small edits.
    vague
        Titles that say nearly nothing.
    typo, emoji, escaped
        A mistyped word, an emoji, an emoji as literal byte escapes.
    """

    brand: float = 0.95
    feature: float = 0.9
    varied: float = 0.95
    shared: float = 0.2
    synonym: float = 0.2
    series: float = 0.9
    code: float = 0.75
    phrases: float = 1.5
    own_phrase: float = 0.95
    offer: float = 0.3
    copied: float = 0.35
    vague: float = 0.01
    typo: float = 0.05
    emoji: float = 0.03
    escaped: float = 0.02


def make_titles(product: Product, count: int, style: TitleStyle, rng: random.Random) -> list[str]:
    """Write so many sellers' titles of a product; the later ones are often copies of earlier ones.

    Parameters
    ----------
    product
        What is sold.
    count
        How many titles.
    style
        How informative they are.
    rng
        Decides everything that is not the product's.
    """
    titles: list[str] = []
    for _ in range(count):
        if titles and rng.random() < style.copied:
            titles.append(copy_title(rng.choice(titles), _offer(product, rng), rng))
        else:
            titles.append(write_title(product, style, rng))
    return titles


def write_title(product: Product, style: TitleStyle, rng: random.Random) -> str:
    """Write one title of a product from scratch."""
    if rng.random() < style.vague:
        return " ".join((rng.choice((product.noun_id, *SYNONYMS[product.noun])), rng.choice(VAGUE))).strip()
    title = rng.choice(_SEPARATORS).join(part for part in _parts(product, style, rng) if part)
    if rng.random() < style.offer:
        title = _add_offer(title, _offer(product, rng), rng)
    title = change_case(title, rng)
    if rng.random() < style.typo:
        title = mistype(title, rng)
    escaped = rng.random() < style.escaped
    if escaped or rng.random() < style.emoji:
        title = f"{rng.choice(EMOJI)} {title}"
    return escape_bytes(title, rng) if escaped else title


def series_name(product: Product) -> str:
    """The name of a line's series, such as ``Kirena``; "" for a line without one."""
    rng = random.Random(f"{product.line_seed} series")
    name = "".join(rng.choice(SYLLABLES) for _ in range(rng.choice((2, 3)))) + rng.choice(ENDINGS)
    return name.capitalize() if rng.random() < _SERIES_LINES else ""


def maker_code(product: Product) -> str:
    """The maker's code of a product, such as ``VT2031``, its line's but for the end; "" for goods without one."""
    rng = random.Random(f"{product.line_seed} code")
    stem = f"{product.brand[0]}{rng.choice('BCDGHKLMRSTX')}{rng.randrange(10, 1000)}"
    coded = _BRANCH[product.kind] in _CODED and rng.random() < _CODED_LINES
    return f"{stem}{product.seed % 10}" if coded else ""


def speaks_indonesian(product: Product, rng: random.Random) -> bool:
    """Whether a seller uses the Indonesian word; mostly, all sellers of a line use the same."""
    mostly = product.line_seed % 5 < 2
    return mostly if rng.random() < _SAME_LANGUAGE else not mostly


def _parts(product: Product, style: TitleStyle, rng: random.Random) -> list[str]:
    """The parts of a title in their order: name, attributes, code, praise."""
    values = [
        write_value(name, value, speaks_indonesian(product, rng), rng)
        for name, value in product.attributes.items()
        if rng.random() < (style.varied if name in product.varies else style.shared)
    ]
    rng.shuffle(values)
    code = maker_code(product) if rng.random() < style.code else ""
    name = _name(product, style, rng)
    synonym = rng.choice(SYNONYMS[product.noun]) if rng.random() < style.synonym else ""
    middle = [synonym, " ".join(_praise(product, style, rng))]
    rng.shuffle(middle)
    if values and rng.random() < 0.08:
        return [f"[{values[0]}]", name, code, *middle, " ".join(values[1:])]
    return [name, code, *middle, " ".join(values)] if rng.random() < 0.5 else [name, code, " ".join(values), *middle]


def _name(product: Product, style: TitleStyle, rng: random.Random) -> str:
    brand = product.brand if rng.random() < style.brand else ""
    feature = product.feature if rng.random() < style.feature else ""
    series = series_name(product) if rng.random() < style.series else ""
    noun = product.noun_id if speaks_indonesian(product, rng) else product.noun
    orders = (
        (brand, series, feature, noun),
        (brand, noun, series, feature),
        (noun, brand, series, feature),
        (feature, noun, brand, series),
    )
    return " ".join(word for word in rng.choices(orders, (4, 2, 2, 1))[0] if word)


def _praise(product: Product, style: TitleStyle, rng: random.Random) -> list[str]:
    pool = (*PHRASES[product.kind], *BRANCH_PHRASES[_BRANCH[product.kind]])
    own = random.Random(f"{product.line_seed} phrases").sample(pool, _LINE_PHRASES)
    wanted = min(4, int(rng.expovariate(1 / style.phrases) + 0.5)) if style.phrases else 0
    chosen = [rng.choice(own if rng.random() < style.own_phrase else pool) for _ in range(wanted)]
    return list(dict.fromkeys(chosen))


def _offer(product: Product, rng: random.Random) -> str:
    return rng.choice((*OFFERS, *BRANCH_OFFERS.get(_BRANCH[product.kind], ()) * 3))


def _add_offer(title: str, offer: str, rng: random.Random) -> str:
    if rng.random() < 0.45:
        return f"{title} {offer}"
    return rng.choice((f"{offer} {title}", f"[{offer}] {title}", f"({offer}) {title}", f"{offer} - {title}"))
