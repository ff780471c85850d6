"""Colours that can be read on a ground: relative luminance and contrast ratio as in WCAG 2.1, section 1.4.3."""

from __future__ import annotations

import colorsys

Colour = tuple[int, int, int]
WHITE: Colour = (252, 251, 247)
DARK: Colour = (26, 25, 32)


def luminance(colour: Colour) -> float:
    """Relative luminance 0..1 of an sRGB colour."""
    linear = [c / 255 / 12.92 if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in colour]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: Colour, second: Colour) -> float:
    """Contrast ratio 1..21 of two colours."""
    dark, light = sorted((luminance(first), luminance(second)))
    return (light + 0.05) / (dark + 0.05)


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """Colour between two: the first for share 0, the second for share 1."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


def ink_on(ground: Colour) -> Colour:
    """Return dark or light ink, whichever is read better on a ground (mid-tones mostly take white, as in print)."""
    return DARK if contrast(DARK, ground) > 1.6 * contrast(WHITE, ground) else WHITE


def apart(colour: Colour, ground: Colour, ratio: float = 4.0) -> Colour:
    """Shift a colour towards dark or light ink until its contrast with the ground reaches the ratio."""
    target = ink_on(ground)
    for step in range(11):
        shifted = mix(colour, target, step / 10)
        if contrast(shifted, ground) >= ratio:
            return shifted
    return target


def vivid(colour: Colour, saturation: float = 0.75, value: float = 0.8) -> Colour:
    """Raise saturation and value of a colour to at least these; greys stay grey."""
    hue, sat, val = colorsys.rgb_to_hsv(*(c / 255 for c in colour))
    if sat > 0.12:
        sat, val = max(sat, saturation), max(val, value)
    red, green, blue = (round(255 * c) for c in colorsys.hsv_to_rgb(hue, sat, val))
    return red, green, blue
