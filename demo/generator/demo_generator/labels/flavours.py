"""Little drawings of scents, flavours and active substances in their natural colours."""

from __future__ import annotations

from demo_generator.labels.ink import Colour, mix
from demo_generator.labels.sketch import Drawing, Pen, around, star, wave

GREEN, DEEP_GREEN = (92, 160, 70), (44, 108, 58)
BROWN, CREAM, RED, YELLOW = (110, 66, 38), (250, 240, 214), (212, 38, 48), (250, 204, 52)


def _flower(petals: int, petal: Colour, heart: Colour, width: float = 30) -> Drawing:
    def draw(pen: Pen) -> None:
        for angle in (30, 150):
            pen.leaf(50, 55, angle, 46, 22, GREEN)
        for x, y, turn in around(petals, 4):
            pen.leaf(x, y, turn, 42, width, petal)
        for x, y, turn in around(petals, 4, start=-90 + 180 / petals):
            pen.leaf(x, y, turn, 28, width * 0.7, mix(petal, (255, 255, 255), 0.35))
        pen.disc(50, 50, 9, heart)

    return draw


def _citrus(peel: Colour, flesh: Colour) -> Drawing:
    def draw(pen: Pen) -> None:
        pen.leaf(66, 18, -20, 32, 18, GREEN)
        pen.disc(48, 54, 42, peel)
        pen.disc(48, 54, 37, CREAM)
        for angle in range(-90, 270, 45):
            pen.pie((14, 20, 82, 88), angle + 4, angle + 41, flesh)
        pen.disc(48, 54, 5, CREAM)

    return draw


def _fruit(skin: Colour, blush: Colour, lean: float = 0) -> Drawing:
    def draw(pen: Pen) -> None:
        pen.oval(50, 56, 36, 40, skin, lean)
        pen.oval(38, 48, 18, 26, blush, lean)
        pen.line([(52, 22), (58, 6)], 5, BROWN)
        pen.leaf(55, 16, -12, 38, 20, GREEN)

    return draw


def _leaves(shade: Colour) -> Drawing:
    def draw(pen: Pen) -> None:
        for angle, length in ((-135, 52), (-45, 52), (-90, 68)):
            pen.leaf(50, 80, angle, length, 32, mix(shade, (0, 0, 0), 0.12 if angle != -90 else 0))
            x, y, _ = around(1, length * 0.8, 50, 80, angle)[0]
            pen.line([(50, 80), (x, y)], 2, mix(shade, (255, 255, 255), 0.5))
        pen.line([(50, 78), (50, 97)], 5, DEEP_GREEN)

    return draw


def _lavender(pen: Pen) -> None:
    for x, top in ((26, 24), (50, 6), (74, 24)):
        pen.line([(x, top + 20), (50 + (x - 50) * 0.4, 97)], 3, GREEN)
        for k in range(5):
            for side in (-1, 1):
                pen.oval(x + side * 6, top + 6 + 10 * k, 7, 5, (136, 96, 190) if k % 2 else (164, 126, 214), side * -35)


def _aloe(pen: Pen) -> None:
    for angle, length in ((-155, 50), (-25, 50), (-125, 66), (-55, 66), (-90, 82)):
        pen.leaf(50, 94, angle, length, 20, GREEN if length < 60 else (126, 190, 112) if length < 80 else DEEP_GREEN)


def _coconut(pen: Pen) -> None:
    pen.disc(50, 52, 44, BROWN)
    pen.disc(50, 52, 38, (255, 253, 246))
    pen.oval(50, 58, 27, 24, (226, 226, 220))
    pen.leaf(30, 30, -160, 30, 14, GREEN)


def _charcoal(pen: Pen) -> None:
    for x, y in ((34, 36), (66, 36), (50, 64), (18, 64), (82, 64)):
        pen.poly([(a, b) for a, b, _ in around(6, 18, x, y)], (54, 54, 60) if y < 50 else (84, 84, 92))


def _ocean(pen: Pen) -> None:
    for y, shade in ((40, (150, 210, 236)), (58, (70, 158, 212)), (76, (28, 100, 172))):
        pen.poly([*wave(y, 7, 1.5, 4, 96), (90, 94), (10, 94)], shade)
    pen.disc(70, 22, 14, YELLOW)


def _beans(pen: Pen) -> None:
    for x, y, lean in ((34, 36, 35), (66, 44, -35), (46, 72, 10)):
        pen.oval(x, y, 17, 25, BROWN, lean)
        pen.oval(x, y, 2.2, 22, (214, 170, 124), lean)


def _strawberry(pen: Pen) -> None:
    pen.poly([(50, 97), (14, 48), (16, 32), (34, 24), (50, 28), (66, 24), (84, 32), (86, 48)], RED)
    for x, y in ((34, 42), (50, 48), (66, 42), (42, 62), (58, 62), (50, 78)):
        pen.oval(x, y, 2.4, 3.6, YELLOW)
    for angle in (-170, -130, -90, -50, -10):
        pen.leaf(50, 28, angle, 26, 13, GREEN)


def _melon(pen: Pen) -> None:
    pen.pie((4, -30, 96, 84), 0, 180, GREEN)
    pen.pie((10, -24, 90, 76), 0, 180, (204, 236, 176))
    pen.pie((16, -18, 84, 68), 0, 180, (178, 222, 140))
    for x in (32, 44, 56, 68):
        pen.oval(x, 42, 2.4, 5, CREAM)


def _chocolate(pen: Pen) -> None:
    pen.bar(18, 8, 82, 92, BROWN, 4)
    for x in (22, 52):
        for y in (12, 38, 64):
            pen.bar(x, y, x + 26, y + 22, (142, 90, 54), 3)
    pen.poly([(14, 56), (86, 66), (86, 98), (14, 98)], (206, 40, 50))


def _chilli(pen: Pen) -> None:
    for shift, shade in ((0, RED), (24, (236, 66, 48))):
        pen.poly(
            [
                (20 + shift, 20),
                (38 + shift, 18),
                (48 + shift, 46),
                (46 + shift, 72),
                (26 + shift, 96),
                (34 + shift, 66),
                (26 + shift, 44),
            ],
            shade,
        )
        pen.line([(28 + shift, 20), (24 + shift, 6)], 6, GREEN)


def _flame(pen: Pen) -> None:
    pen.poly(
        [(50, 2), (72, 34), (78, 24), (88, 62), (72, 92), (50, 98), (28, 92), (12, 62), (26, 30), (36, 44)],
        (226, 60, 34),
    )
    pen.poly([(52, 36), (70, 66), (62, 90), (50, 94), (36, 90), (28, 68), (42, 58)], YELLOW)


def _seaweed(pen: Pen) -> None:
    for y, shade in ((8, DEEP_GREEN), (34, (36, 88, 52)), (60, (28, 70, 44))):
        pen.poly([(8, y + 14), (40, y), (94, y + 8), (62, y + 30)], shade)
        pen.line([(28, y + 12), (66, y + 18)], 2, GREEN)


def _cheese(pen: Pen) -> None:
    pen.poly([(6, 52), (72, 16), (95, 48), (95, 52)], (255, 222, 108))
    pen.bar(6, 50, 95, 88, (250, 190, 44), 2)
    for x, y, radius in ((26, 70, 8), (54, 62, 6), (76, 74, 9)):
        pen.disc(x, y, radius, (222, 152, 24))


def _corn(pen: Pen) -> None:
    pen.oval(50, 44, 22, 42, YELLOW)
    for row in range(8):
        for column in (-12, 0, 12):
            pen.oval(50 + column, 12 + row * 9, 4.6, 3.4, (236, 168, 24))
    pen.leaf(50, 98, -118, 62, 30, GREEN)
    pen.leaf(50, 98, -62, 62, 30, DEEP_GREEN)


def _egg(pen: Pen) -> None:
    pen.oval(50, 52, 36, 45, (176, 214, 214))
    pen.oval(50, 52, 31, 40, (255, 254, 248))
    pen.disc(50, 60, 19, (244, 140, 28))
    pen.disc(44, 54, 6, (255, 206, 120))


def _sun(pen: Pen) -> None:
    pen.poly(star(12, 48, 31), (250, 186, 40))
    pen.disc(50, 50, 26, (255, 222, 96))


def _moon(pen: Pen) -> None:
    pen.disc(50, 50, 44, (38, 50, 108))
    pen.disc(50, 50, 27, (252, 236, 176))
    pen.disc(61, 44, 23, (38, 50, 108))
    pen.poly(star(5, 9, 4, 68, 40), (252, 236, 176))


def _drop(shade: Colour) -> Drawing:
    def draw(pen: Pen) -> None:
        pen.poly([(50, 3), (76, 44), (24, 44)], shade)
        pen.disc(50, 62, 33, shade)
        pen.oval(39, 62, 6, 15, mix(shade, (255, 255, 255), 0.7), 15)

    return draw


def _sparkles(pen: Pen) -> None:
    for x, y, size in ((42, 56, 42), (80, 22, 19), (82, 80, 14)):
        pen.poly(star(4, size, size * 0.26, x, y), (248, 166, 40))


def _feather(pen: Pen) -> None:
    pen.disc(34, 38, 25, (122, 184, 228))
    pen.disc(66, 38, 25, (122, 184, 228))
    pen.poly([(11, 48), (89, 48), (50, 95)], (122, 184, 228))
    pen.oval(32, 34, 7, 10, (226, 242, 252), 30)


def _molecule(shade: Colour) -> Drawing:
    def draw(pen: Pen) -> None:
        light = mix(shade, (255, 255, 255), 0.45)
        for x, y, _ in around(3, 36):
            pen.line([(50, 50), (x, y)], 6, light)
        for k, (x, y, _) in enumerate(around(3, 36)):
            pen.disc(x, y, 14 - 2 * k, light)
        pen.disc(50, 50, 20, shade)
        pen.disc(43, 43, 6, light)

    return draw


FLAVOURS: dict[str, Drawing] = {
    "Rose": _flower(8, (226, 84, 124), (160, 30, 70)), "Lavender": _lavender,
    "Lemon": _citrus((244, 200, 30), (255, 226, 84)), "Green Tea": _leaves((104, 170, 78)), "Coconut": _coconut,
    "Aloe Vera": _aloe, "Sakura": _flower(5, (250, 168, 196), (214, 70, 120), 38), "Charcoal": _charcoal,
    "Orange Blossom": _citrus((238, 126, 28), (252, 172, 64)), "Ocean": _ocean,
    "Vanilla": _flower(6, (252, 232, 168), (200, 140, 40)), "Jasmine": _flower(5, (255, 255, 250), YELLOW, 26),
    "Coffee": _beans, "Strawberry": _strawberry, "Mango": _fruit((248, 172, 36), (240, 104, 44), 25),
    "Original": _flame, "Chocolate": _chocolate, "Balado": _chilli, "BBQ": _flame, "Seaweed": _seaweed,
    "Cheese": _cheese, "Sweet Corn": _corn, "Matcha": _leaves((126, 176, 60)),
    "Lychee": _fruit((222, 70, 92), (250, 170, 180)), "Melon": _melon, "Taro": _fruit((150, 112, 178), (206, 180, 226)),
    "Salted Egg": _egg, "Peach": _fruit((252, 176, 130), (240, 112, 108)), "Night": _moon, "Day": _sun,
    "Acne": _drop((70, 170, 110)), "Bright": _sparkles, "Sensitive": _feather,
    "Vitamin C": _citrus((238, 140, 28), (252, 182, 64)), "Hyaluronic": _drop((58, 136, 220)),
    "Retinol": _molecule((130, 82, 176)), "Niacinamide": _molecule((26, 140, 146)),
    "Collagen": _molecule((232, 112, 150)),
}  # fmt: skip
