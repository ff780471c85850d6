"""Fonts of the printed faces: files of PyPI font packages, so that a drawing is the same on every machine."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources

from PIL import ImageFont

#: Package and file of each font by the short name used in the designs.
FILES: dict[str, tuple[str, str]] = {
    "roboto": ("font_roboto", "Roboto-Black.ttf"),
    "roboto_text": ("font_roboto", "Roboto-Medium.ttf"),
    "roboto_italic": ("font_roboto", "Roboto-BlackItalic.ttf"),
    "sans": ("font_source_sans_pro", "SourceSansPro-Black.ttf"),
    "sans_text": ("font_source_sans_pro", "SourceSansPro-Semibold.ttf"),
    "sans_italic": ("font_source_sans_pro", "SourceSansPro-BlackIt.ttf"),
    "serif": ("font_source_serif_pro", "SourceSerifPro-Black.ttf"),
    "serif_text": ("font_source_serif_pro", "SourceSerifPro-Bold.ttf"),
    "serif_italic": ("font_source_serif_pro", "SourceSerifPro-BlackIt.ttf"),
    "round": ("font_fredoka_one", "FredokaOne-Regular.ttf"),
    "hand": ("font_amatic_sc", "AmaticSC-Bold.ttf"),
    "book": ("font_caladea", "Caladea-Bold.ttf"),
    "book_italic": ("font_caladea", "Caladea-BoldItalic.ttf"),
    "wide": ("font_manrope", "Manrope-ExtraBold.ttf"),
    "wide_text": ("font_manrope", "Manrope-Bold.ttf"),
}


@lru_cache(maxsize=2048)
def font(name: str, size: int) -> ImageFont.FreeTypeFont:
    """Open a font of `FILES` at a size in pixels; ModuleNotFoundError if its package is not installed."""
    package, file = FILES[name]
    path = resources.files(package) / "files" / file
    return ImageFont.truetype(str(path), size, layout_engine=ImageFont.Layout.BASIC)
