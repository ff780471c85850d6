"""What sellers put on a photo: a banner with the price, a watermark, a frame with the shop's name, a sticker."""

from __future__ import annotations

import math
import random

from PIL import Image, ImageDraw, ImageFont, ImageOps

Colour = tuple[int, int, int]
_LOUD: tuple[Colour, ...] = (
    (214, 40, 40), (238, 90, 36), (20, 96, 180), (12, 128, 88), (120, 40, 140), (30, 30, 34), (226, 30, 110),
)  # fmt: skip
_SOFT: tuple[Colour, ...] = ((250, 214, 224), (214, 232, 246), (222, 240, 222), (248, 236, 200), (232, 222, 246))
_YELLOW: Colour = (255, 226, 60)
_SHOPS = (
    "Toko Melati", "Ruma Ceria", "Berkah Jaya", "Sumber Makmur", "Galeri Kita", "Lapak Bunda", "Pasar Hemat",
    "Warung Ayu", "Istana Grosir", "Mega Murah", "Kios Pelangi", "Cahaya Abadi", "Dunia Anak", "Mitra Rumah",
    "Bintang Timur", "Serba Ada",
)  # fmt: skip
_CALLS = ("PROMO", "READY STOCK", "ORIGINAL", "TERMURAH", "BISA COD", "DISKON", "BEST SELLER", "GRATIS ONGKIR")
_STICKERS = ("ORI\n100%", "COD", "PROMO", "SALE", "READY", "BEST\nSELLER", "NEW", "30%\nOFF")


def _font(size: float) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size=size)


def add_banner(photo: Image.Image, price: str, rng: random.Random) -> Image.Image:
    """Put a coloured strip with a call and the price on top or below; sometimes the photo shrinks to make room."""
    side = photo.width
    height = round(side * rng.uniform(0.15, 0.24))
    top = rng.random() < 0.35
    sheet = photo.copy()
    if rng.random() < 0.35:
        sheet = Image.new("RGB", photo.size, "white")
        small = photo.resize((side - height, side - height), Image.Resampling.LANCZOS)
        sheet.paste(small, (height // 2, height if top else 0))
    draw = ImageDraw.Draw(sheet)
    start = 0 if top else side - height
    draw.rectangle((0, start, side, start + height), fill=rng.choice(_LOUD))
    call = rng.choice(_CALLS)
    words = [call, price] if price and rng.random() < 0.8 else [call]
    for number, word in enumerate(words):
        width = side // len(words)
        colour = _YELLOW if number else (255, 255, 255)
        _write(draw, word, (width * number + width // 2, start + height // 2), width - 14, height * 0.62, colour)
    return sheet


def _write(
    draw: ImageDraw.ImageDraw, text: str, middle: tuple[float, float], width: float, size: float, colour: Colour
) -> None:
    """Write a line around a point, as large as it fits into a width."""
    length = draw.textlength(text, font=_font(size))
    fitting = min(size, size * width / length)
    draw.text(
        middle, text, font=_font(fitting), fill=colour, anchor="mm", stroke_width=fitting / 40, stroke_fill=colour
    )


def add_watermark(photo: Image.Image, rng: random.Random) -> Image.Image:
    """Write the shop's name across the photo, once slanted or many times in rows."""
    layer = Image.new("L", (photo.width * 2, photo.height * 2), 0)
    draw, shop = ImageDraw.Draw(layer), rng.choice(_SHOPS)
    if rng.random() < 0.6:
        draw.text((photo.width, photo.height), shop, font=_font(photo.width * 0.15), fill=255, anchor="mm")
    else:
        step = photo.width // 3
        for row in range(0, layer.height, step):
            for column in range(-(row % (2 * step)), layer.width, step * 2):
                draw.text((column, row), shop, font=_font(photo.width * 0.085), fill=255)
    layer = layer.rotate(rng.choice((0, 18, 30, 38)), Image.Resampling.BICUBIC)
    left, top = photo.width // 2, photo.height // 2
    opacity = rng.uniform(0.4, 0.65)
    mask = layer.crop((left, top, left + photo.width, top + photo.height)).point(lambda value: round(value * opacity))
    ink = (255, 255, 255) if rng.random() < 0.5 else (60, 60, 70)
    return Image.composite(Image.new("RGB", photo.size, ink), photo, mask)


def add_frame(photo: Image.Image, rng: random.Random) -> Image.Image:
    """Shrink the photo into a frame, plain or with the shop's name below."""
    colour = rng.choice((*_LOUD, *_SOFT))
    width = round(photo.width * rng.uniform(0.05, 0.09))
    if rng.random() < 0.4:
        return ImageOps.expand(photo, width, colour)
    foot = round(photo.width * 0.14)
    sheet = Image.new("RGB", (photo.width + 2 * width, photo.height + width + foot), colour)
    sheet.paste(photo, (width, width))
    ink = (255, 255, 255) if sum(colour) < 480 else (60, 50, 60)
    middle = (sheet.width / 2, sheet.height - foot / 2)
    _write(ImageDraw.Draw(sheet), rng.choice(_SHOPS), middle, sheet.width * 0.8, foot * 0.6, ink)
    return sheet


def add_sticker(photo: Image.Image, rng: random.Random) -> Image.Image:
    """Put a round or jagged sticker into a corner."""
    sheet, radius = photo.copy(), photo.width * rng.uniform(0.14, 0.2)
    draw = ImageDraw.Draw(sheet)
    x, y = rng.choice(
        (
            (radius + 4, radius + 4),
            (photo.width - radius - 4, radius + 4),
            (photo.width - radius - 4, photo.height - radius - 4),
        )
    )
    points = 18 if rng.random() < 0.5 else 60
    reach = [radius * (1 if number % 2 else 0.86 if points == 18 else 1) for number in range(2 * points)]
    turn = math.pi / points
    outline = [(x + r * math.cos(turn * n), y + r * math.sin(turn * n)) for n, r in enumerate(reach)]
    draw.polygon(outline, fill=rng.choice(_LOUD))
    text = rng.choice(_STICKERS)
    size = 0.75 * radius * (0.8 if "\n" in text else 1)
    width = max(draw.textlength(line, font=_font(size)) for line in text.split("\n"))
    font, bold = _font(min(size, size * 1.5 * radius / width)), size / 40
    ink = _YELLOW if rng.random() < 0.4 else (255, 255, 255)
    draw.multiline_text(
        (x, y), text, font=font, fill=ink, anchor="mm", align="center", stroke_width=bold, stroke_fill=ink
    )
    return sheet
