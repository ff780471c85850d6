"""What is said of two photos that were compared by their keypoints."""

from streamlit.testing.v1 import AppTest


def draw(seed: int, tint: tuple[int, int, int]) -> AppTest:
    def page(seed: int, tint: tuple[int, int, int]) -> None:
        import io

        from product_matching.app.shared.explanation_view import draw_shared_points
        from product_matching.encoders.keypoints import find_keypoints
        from product_matching.matching.geometry import verify_pair
        from tests.photos_with_print import printed

        photos = printed(1), printed(seed, tint=tint)
        buffers = io.BytesIO(), io.BytesIO()
        for photo, buffer in zip(photos, buffers, strict=True):
            photo.save(buffer, "JPEG")
        first, second = (find_keypoints(photo) for photo in photos)
        pictures = buffers[0].getvalue(), buffers[1].getvalue()
        draw_shared_points(verify_pair(first, second), pictures, "Hand Cream")

    app = AppTest.from_function(page, kwargs={"seed": seed, "tint": tint}, default_timeout=60).run()
    assert not app.exception
    return app


def said(app: AppTest) -> str:
    return "\n".join(str(element.value) for element in app.markdown)


def test_the_same_print_is_counted_and_shown() -> None:
    app = draw(1, (225, 225, 225))
    assert "lie alike on both photos" in said(app)
    assert "differs in colour" not in said(app)
    assert ["beside the photo of Hand Cream" in str(image.proto) for image in app.get("image")] == [True]


def test_the_same_print_in_another_colour_is_said_so() -> None:
    assert "What lies alike differs in colour." in said(draw(1, (60, 225, 90)))


def test_what_chance_gives_is_not_shown() -> None:
    app = draw(2, (225, 225, 225))
    assert "Nothing that can be told from chance" in said(app)
    assert not app.get("image")
