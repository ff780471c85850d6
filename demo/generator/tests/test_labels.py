from __future__ import annotations

import pytest
from PIL import Image, ImageDraw

from demo_generator.kinds import KINDS
from demo_generator.products import make_products

for package in ("roboto", "source_sans_pro", "source_serif_pro", "fredoka_one", "amatic_sc", "caladea", "manrope"):
    pytest.importorskip(f"font_{package}", reason="the demo catalogue's font packages are not installed")

from demo_generator.labels import FACES, draw_face  # noqa: E402
from demo_generator.labels.ink import apart, contrast, ink_on  # noqa: E402
from demo_generator.labels.look import look_of  # noqa: E402
from demo_generator.labels.sheet import new_sheet  # noqa: E402
from demo_generator.labels.templates import TEMPLATES  # noqa: E402
from demo_generator.labels.text import write  # noqa: E402

PRODUCTS = {product.kind: product for product in make_products(120, seed=3)}


def test_every_kind_is_tried() -> None:
    assert set(PRODUCTS) == {kind.name for kind in KINDS}


@pytest.mark.parametrize("face", FACES)
def test_same_bytes_twice(face: str) -> None:
    product = PRODUCTS["can"]
    assert draw_face(product, face, 0.7).tobytes() == draw_face(product, face, 0.7).tobytes()


@pytest.mark.parametrize("aspect", [0.3, 3.0])
@pytest.mark.parametrize("kind", [kind.name for kind in KINDS])
def test_every_face_draws_at_extreme_aspects(kind: str, aspect: float) -> None:
    for face in FACES:
        for transparent in (False, True):
            picture = draw_face(PRODUCTS[kind], face, aspect, transparent)
            assert picture.mode == ("RGBA" if transparent else "RGB")
            assert max(picture.size) == 768
            assert picture.width / picture.height == pytest.approx(aspect, rel=0.01)
            assert any(low != high for low, high in picture.getextrema())


@pytest.mark.parametrize("box", [(10.0, 20.0, 90.0, 300.0), (5.0, 5.0, 400.0, 40.0), (50.0, 50.0, 150.0, 150.0)])
@pytest.mark.parametrize("text", ["Orange Blossom", "Qg", "30000 mAh · 22.5 W"])
def test_text_stays_in_its_box(box: tuple[float, float, float, float], text: str) -> None:
    picture = Image.new("L", (420, 320))
    write(ImageDraw.Draw(picture), box, text, "serif_italic", 255)  # type: ignore[arg-type]
    left, top, right, bottom = picture.getbbox() or (0, 0, 0, 0)
    assert right - left > 20
    assert left >= box[0] - 2
    assert top >= box[1] - 2
    assert right <= box[2] + 2
    assert bottom <= box[3] + 2


@pytest.mark.parametrize("name", TEMPLATES)
@pytest.mark.parametrize("aspect", [0.3, 0.6, 1.0, 1.5, 3.0])
def test_places_of_words_lie_inside_and_apart(name: str, aspect: float) -> None:
    product = PRODUCTS["jar"]
    sheet = new_sheet(product, look_of(product), aspect, transparent=False)
    slots = TEMPLATES[name](sheet)
    boxes = [slots[part][0] for part in ("brand", "name", "headline", "detail")]
    for number, (x0, y0, x1, y1) in enumerate(boxes):
        assert 0 <= x0 < x1 <= sheet.full[2]
        assert 0 <= y0 < y1 <= sheet.full[3]
        for a0, b0, a1, b1 in boxes[number + 1 :]:
            assert x1 <= a0 or a1 <= x0 or y1 <= b0 or b1 <= y0


@pytest.mark.parametrize("ground", [(128, 130, 134), (240, 196, 48), (28, 42, 86), (252, 252, 250), (42, 98, 190)])
def test_ink_can_be_read(ground: tuple[int, int, int]) -> None:
    assert contrast(ink_on(ground), ground) > 3.2
    assert contrast(apart(ground, ground, 3.0), ground) >= 3.0


def test_variants_share_the_design_and_differ_in_print() -> None:
    first, second = [p for p in make_products(60, seed=3) if p.kind == "pump_bottle"][:2]
    assert first.line_id == second.line_id
    assert look_of(first).template == look_of(second).template
    assert look_of(first).logo == look_of(second).logo
    assert draw_face(first, "front", 0.7).tobytes() != draw_face(second, "front", 0.7).tobytes()
