"""How the faces of a line look: its brand's logo, its fonts, its template and its colours."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

from demo_generator.kinds import KINDS
from demo_generator.labels.goods import EMBLEMS
from demo_generator.labels.ink import Colour, apart, contrast, luminance, mix, vivid
from demo_generator.products import Product

BRANCH = {kind.name: kind.branch for kind in KINDS}
_BRAND_COLOURS: tuple[Colour, ...] = (
    (190, 24, 44), (14, 76, 156), (0, 112, 84), (232, 100, 18), (92, 36, 124), (214, 36, 110), (18, 34, 74),
    (122, 20, 44), (0, 128, 146), (60, 92, 28), (36, 34, 40), (150, 84, 20),
)  # fmt: skip
_BRAND_FONTS: dict[str, tuple[str, ...]] = {
    "beauty": ("serif", "book", "book_italic", "wide", "serif_italic", "sans"),
    "food": ("round", "round", "roboto_italic", "serif_italic", "roboto", "book_italic", "hand"),
    "home": ("wide", "round", "serif", "sans", "book"),
    "electronics": ("wide", "roboto", "roboto_italic", "sans_italic", "sans"),
    "fashion": ("serif", "wide", "roboto_italic", "hand", "book"),
    "paper": ("serif", "book_italic", "hand", "wide", "sans"),
    "toys": ("round", "round", "roboto_italic", "sans_italic"),
}
_NAME_FONTS: dict[str, tuple[str, ...]] = {
    "beauty": ("sans_text", "serif_text", "book", "wide_text"), "food": ("round", "roboto", "sans", "serif_italic"),
    "home": ("sans", "wide", "round", "book"), "electronics": ("roboto", "wide", "sans"),
    "fashion": ("sans", "wide", "serif"), "paper": ("sans", "serif_text", "wide"), "toys": ("round", "roboto"),
}  # fmt: skip
_TEMPLATES: dict[str, tuple[str, ...]] = {
    "beauty": ("minimal", "frame", "circle", "band", "column", "wave", "arch", "split"),
    "food": ("burst", "picture", "split", "stripes", "badge", "wave", "frame", "band"),
    "home": ("band", "split", "wave", "circle", "frame", "badge", "picture", "minimal"),
    "electronics": ("tech", "split", "picture", "tech", "band", "picture", "circle", "minimal"),
    "fashion": ("minimal", "badge", "frame", "column"),
    "paper": ("minimal", "frame", "column", "band"),
    "toys": ("burst", "badge", "stripes", "circle", "split", "picture"),
}
_LOGOS = ("plain", "plain", "pill", "block", "beside", "beside", "above", "underline", "oval")


@dataclass(frozen=True)
class Logo:
    """A brand's logo: the word as written, its font, arrangement, emblem and colour."""

    word: str
    font: str
    shape: str
    emblem: str
    colour: Colour


@dataclass(frozen=True)
class Look:
    """Design of a line's faces in a variant's colours."""

    logo: Logo
    branch: str
    template: str
    name_font: str
    text_font: str
    capitals: bool
    ground: Colour
    accent: Colour
    deep: Colour
    seed: int


def logo_of(brand: str, branch: str) -> Logo:
    """Return the logo of a brand, the same on all its lines."""
    rng = random.Random(f"logo {brand}")
    font = rng.choice(_BRAND_FONTS[branch])
    word = rng.choice((brand, brand.upper(), brand)) if font != "hand" else brand.upper()
    return Logo(word, font, rng.choice(_LOGOS), rng.choice(EMBLEMS[branch]), rng.choice(_BRAND_COLOURS))


def look_of(product: Product) -> Look:
    """Return the look of a product: the design by its line's seed, the colours by the product."""
    rng = random.Random(f"look {product.line_seed}")
    branch = BRANCH[product.kind]
    logo = logo_of(product.brand, branch)
    template = rng.choice(_TEMPLATES[branch])
    name_font = rng.choice(_NAME_FONTS[branch])
    text_font = rng.choice(("sans_text", "roboto_text", "wide_text"))
    ground = _ground(product, branch, logo, rng)
    accent = vivid(product.accent) if branch in ("food", "toys") else product.accent
    if contrast(accent, ground) < 1.8:
        accent = apart(logo.colour if branch in ("electronics", "toys") else accent, ground, 2.2)
    deep = mix(accent, (12, 12, 24), 0.62 if luminance(accent) > 0.12 else 0.35)
    return Look(
        logo, branch, template, name_font, text_font, rng.random() < 0.5, ground, accent, deep, product.line_seed
    )


def _ground(product: Product, branch: str, logo: Logo, rng: random.Random) -> Colour:
    scheme = rng.choice(("label", "label", "sort", "brand", "pale"))
    if branch in ("food", "toys"):
        loud = {"label": vivid(product.label, 0.7, 0.75), "brand": logo.colour, "pale": (255, 236, 170)}
        return loud.get(scheme, vivid(product.accent, 0.7, 0.75))
    if branch == "electronics":
        return {"brand": mix(logo.colour, (8, 10, 20), 0.45), "sort": (22, 24, 32)}.get(scheme, (244, 245, 247))
    if scheme == "sort":
        return mix(product.accent, (255, 253, 248), 0.78)
    return mix(product.label, (255, 252, 246), 0.55) if scheme in ("pale", "brand") else product.label


def on_body(look: Look, body: Colour) -> Look:
    """Return a look for print on the thing's own colour instead of on a label."""
    accent = look.accent if contrast(look.accent, body) > 2.2 else apart(look.accent, body, 3.0)
    return replace(look, ground=body, accent=accent)
