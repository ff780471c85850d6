"""Little drawings in one colour: designs printed on mugs, emblems, and things as boxes show them."""

from __future__ import annotations

from demo_generator.labels.sketch import Drawing, Pen, around, star, wave


def _cat(pen: Pen) -> None:
    pen.poly([(16, 52), (18, 8), (44, 30)], pen.colour)
    pen.poly([(84, 52), (82, 8), (56, 30)], pen.colour)
    pen.oval(50, 58, 38, 34, pen.colour)
    for side in (-1, 1):
        pen.disc(50 + side * 15, 52, 6, pen.paper)
        for y in (64, 71):
            pen.line([(50 + side * 20, 66), (50 + side * 46, y)], 2, pen.paper)
    pen.poly([(45, 64), (55, 64), (50, 71)], pen.paper)


def _star(pen: Pen) -> None:
    pen.poly(star(5, 48, 21, 50, 53), pen.colour)


def _leaf(pen: Pen) -> None:
    pen.leaf(24, 88, -52, 96, 54, pen.colour)
    pen.line([(12, 98), (66, 34)], 3, pen.paper)
    for x, y in ((36, 70), (48, 56), (58, 44)):
        pen.line([(x, y), (x + 14, y + 2)], 2.5, pen.paper)
        pen.line([(x, y), (x - 1, y - 14)], 2.5, pen.paper)


def _wave(pen: Pen) -> None:
    for y in (24, 50, 76):
        pen.line(wave(y, 9, 2, 4, 96), 10, pen.colour)


def _stripe(pen: Pen) -> None:
    for x in (6, 26, 46, 66, 86):
        pen.bar(x, 2, x + 9, 98, pen.colour, 3)


def _dots(pen: Pen) -> None:
    for row in range(4):
        for column in range(4):
            pen.disc(14 + 24 * column, 14 + 24 * row, 8.5, pen.colour)


def _bolt(pen: Pen) -> None:
    pen.poly([(60, 2), (18, 56), (46, 56), (38, 98), (82, 40), (54, 40)], pen.colour)


def _battery(pen: Pen) -> None:
    pen.bar(4, 26, 88, 76, pen.colour, 8)
    pen.bar(88, 40, 97, 62, pen.colour, 3)
    pen.bar(11, 33, 81, 69, pen.paper, 4)
    for x in (16, 38, 60):
        pen.bar(x, 38, x + 16, 64, pen.colour, 2)


def _charger(pen: Pen) -> None:
    pen.bar(24, 30, 76, 96, pen.colour, 10)
    for x in (36, 58):
        pen.bar(x, 4, x + 7, 34, pen.colour, 2)
    pen.poly([(54, 42), (38, 66), (48, 66), (44, 86), (62, 60), (52, 60)], pen.paper)


def _headphones(pen: Pen) -> None:
    pen.arc((12, 8, 88, 100), 180, 360, pen.colour, 8)
    for x in (6, 74):
        pen.bar(x, 50, x + 20, 94, pen.colour, 9)


def _speaker(pen: Pen) -> None:
    pen.bar(20, 3, 80, 97, pen.colour, 9)
    for y, radius in ((25, 12), (66, 23)):
        pen.disc(50, y, radius, pen.paper)
        pen.disc(50, y, radius * 0.62, pen.colour)


def _phone(pen: Pen) -> None:
    pen.bar(24, 2, 76, 98, pen.colour, 10)
    pen.bar(29, 7, 71, 93, pen.paper, 7)
    pen.bar(34, 12, 54, 34, pen.colour, 5)
    for y in (18, 28):
        pen.disc(44, y, 3.6, pen.paper)


def _lamp(pen: Pen) -> None:
    pen.bar(20, 90, 66, 97, pen.colour, 3)
    pen.line([(42, 92), (28, 52), (62, 24)], 6, pen.colour)
    pen.poly([(54, 6), (90, 42), (62, 52), (44, 32)], pen.colour)
    for x, y in ((84, 62), (70, 66), (92, 52)):
        pen.line([(x - 8, y - 10), (x, y)], 3.5, pen.colour)


def _bag(pen: Pen) -> None:
    pen.arc((34, 2, 66, 44), 180, 360, pen.colour, 6)
    pen.bar(18, 18, 82, 97, pen.colour, 18)
    pen.bar(28, 56, 72, 88, pen.paper, 6)
    pen.bar(32, 60, 68, 84, pen.colour, 4)


def _pot(pen: Pen) -> None:
    pen.bar(16, 44, 84, 92, pen.colour, 12)
    pen.pie((14, 18, 86, 68), 180, 360, pen.colour)
    pen.bar(10, 41, 90, 45, pen.paper)
    for x in (2, 84):
        pen.bar(x, 52, x + 14, 62, pen.colour, 4)
    pen.disc(50, 14, 7, pen.colour)


def _mug(pen: Pen) -> None:
    pen.ring(74, 60, 20, 7, pen.colour)
    pen.bar(16, 34, 72, 94, pen.colour, 9)
    for x in (32, 44, 56):
        pen.line([(x, 26), (x + 4, 18), (x - 2, 10), (x + 2, 3)], 3, pen.colour)


def _tumbler(pen: Pen) -> None:
    pen.bar(36, 2, 64, 16, pen.colour, 4)
    pen.bar(28, 19, 72, 98, pen.colour, 9)
    pen.bar(28, 40, 72, 44, pen.paper)


def _book(pen: Pen) -> None:
    pen.bar(16, 4, 84, 96, pen.colour, 6)
    pen.bar(26, 4, 29, 96, pen.paper)
    pen.bar(38, 22, 74, 44, pen.paper, 3)


def _robot(pen: Pen) -> None:
    pen.bar(18, 26, 82, 88, pen.colour, 12)
    pen.line([(50, 26), (50, 8)], 5, pen.colour)
    pen.disc(50, 8, 7, pen.colour)
    for x in (36, 64):
        pen.disc(x, 50, 9, pen.paper)
    pen.bar(34, 68, 66, 76, pen.paper, 3)
    for x in (5, 86):
        pen.bar(x, 44, x + 9, 70, pen.colour, 3)


def _car(pen: Pen) -> None:
    pen.poly([(24, 46), (36, 22), (68, 22), (82, 46)], pen.colour)
    pen.poly([(33, 44), (40, 28), (50, 28), (50, 44)], pen.paper)
    pen.poly([(55, 44), (55, 28), (65, 28), (73, 44)], pen.paper)
    pen.bar(4, 44, 96, 70, pen.colour, 10)
    for x in (26, 74):
        pen.disc(x, 71, 13, pen.paper)
        pen.disc(x, 71, 10, pen.colour)


def _stack(pen: Pen) -> None:
    for y, half in ((6, 12), (27, 22), (48, 32), (69, 42)):
        pen.bar(50 - half, y, 50 + half, y + 18, pen.colour, 8)
    pen.bar(4, 90, 96, 97, pen.colour, 3)


def _crown(pen: Pen) -> None:
    pen.poly([(8, 86), (4, 26), (30, 52), (50, 12), (70, 52), (96, 26), (92, 86)], pen.colour)


def _mountain(pen: Pen) -> None:
    pen.poly([(2, 90), (38, 22), (58, 58), (68, 42), (98, 90)], pen.colour)
    pen.disc(76, 22, 11, pen.colour)


def _sprout(pen: Pen) -> None:
    pen.leaf(50, 62, -150, 50, 30, pen.colour)
    pen.leaf(50, 62, -30, 50, 30, pen.colour)
    pen.line([(50, 58), (50, 96)], 6, pen.colour)


def _bloom(pen: Pen) -> None:
    for x, y, angle in around(6, 10):
        pen.leaf(x, y, angle, 38, 25, pen.colour)
    pen.disc(50, 50, 8, pen.paper)


def _hexagon(pen: Pen) -> None:
    pen.poly([(x, y) for x, y, _ in around(6, 48)], pen.colour)
    pen.poly([(x, y) for x, y, _ in around(6, 28)], pen.paper)
    pen.poly([(x, y) for x, y, _ in around(6, 16)], pen.colour)


def _rise(pen: Pen) -> None:
    pen.pie((14, 24, 86, 96), 180, 360, pen.colour)
    pen.bar(4, 66, 96, 73, pen.colour, 3)
    pen.bar(20, 80, 80, 87, pen.colour, 3)
    for x, y, _ in ((8, 36, 0), (92, 36, 0), (50, 8, 0), (22, 16, 0), (78, 16, 0)):
        pen.disc(x, y, 5, pen.colour)


def _diamond(pen: Pen) -> None:
    pen.poly([(50, 2), (96, 50), (50, 98), (4, 50)], pen.colour)
    pen.poly([(50, 26), (73, 50), (50, 74), (27, 50)], pen.paper)


GOODS: dict[str, Drawing] = {
    "Cat": _cat, "Star": _star, "Leaf": _leaf, "Wave": _wave, "Stripe": _stripe, "Dots": _dots, "bolt": _bolt,
    "power_bank": _battery, "charger": _charger, "headphones": _headphones, "speaker": _speaker, "phone_case": _phone,
    "lamp": _lamp, "bag": _bag, "pot": _pot, "mug": _mug, "tumbler": _tumbler, "notebook": _book, "Toy Robot": _robot,
    "Toy Car": _car, "Stacking Toy": _stack, "crown": _crown, "mountain": _mountain, "sprout": _sprout,
    "bloom": _bloom, "hexagon": _hexagon, "rise": _rise, "diamond": _diamond,
}  # fmt: skip
EMBLEMS: dict[str, tuple[str, ...]] = {
    "beauty": ("bloom", "sprout", "Leaf", "diamond", "rise"), "food": ("crown", "rise", "mountain", "sprout", "Star"),
    "home": ("Leaf", "diamond", "rise", "bloom", "hexagon"), "electronics": ("bolt", "hexagon", "Wave", "diamond"),
    "fashion": ("mountain", "diamond", "rise", "Star"), "paper": ("Leaf", "diamond", "sprout", "mountain"),
    "toys": ("Star", "crown", "Cat", "rise"),
}  # fmt: skip
