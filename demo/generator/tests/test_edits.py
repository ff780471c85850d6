import imagehash
import numpy as np
import pytest
from PIL import Image, ImageDraw

from demo_generator.edits import CHANGING, KEEPING, SIDE, Edit, apply_edits, save_photo


@pytest.fixture(scope="module")
def photo():
    """A bottle with a label on a wall that gets darker."""
    shade = np.linspace(230, 150, SIDE)[:, None, None].repeat(SIDE, 1).repeat(3, 2).astype(np.uint8)
    picture = Image.fromarray(shade)
    draw = ImageDraw.Draw(picture)
    draw.rounded_rectangle((80, 70, 170, 240), 18, fill=(40, 110, 170))
    draw.rectangle((110, 30, 140, 70), fill=(30, 30, 30))
    draw.rectangle((92, 120, 158, 200), fill=(245, 240, 225))
    draw.ellipse((100, 130, 130, 160), fill=(220, 80, 60))
    return picture


@pytest.fixture(scope="module")
def other():
    return Image.effect_mandelbrot((300, 200), (-2, -1.5, 1, 1.5), 40).convert("RGB")


def pixels(picture):
    return np.asarray(picture, dtype=np.int16)


@pytest.mark.parametrize("kind", [*KEEPING, *CHANGING])
def test_every_edit_changes_the_photo_the_same_way_each_time(kind, photo, other):
    before = pixels(photo)
    first = apply_edits(photo, (Edit(kind, 5, "Rp 89.000"),), other)
    assert first.size == (SIDE, SIDE)
    assert first.mode == "RGB"
    assert np.array_equal(pixels(first), pixels(apply_edits(photo, (Edit(kind, 5, "Rp 89.000"),), other)))
    assert np.abs(pixels(first) - before).max() > 3
    assert np.array_equal(pixels(photo), before)


@pytest.mark.parametrize("kind", [*KEEPING, *CHANGING])
def test_the_seed_decides_the_details(kind, photo, other):
    made = {apply_edits(photo, (Edit(kind, seed, "Rp 89.000"),), other).tobytes() for seed in range(12)}
    assert len(made) >= 6


def distances(photo, other, kind):
    own = imagehash.phash(photo)
    made = [apply_edits(photo, (Edit(kind, seed, "Rp 89.000"),), other) for seed in range(12)]
    return np.array([imagehash.phash(picture) - own for picture in made])


@pytest.mark.parametrize("kind", KEEPING)
def test_keeping_edits_keep_the_phash(kind, photo, other):
    assert np.median(distances(photo, other, kind)) <= 2


@pytest.mark.parametrize("kind", ["crop", "mirror", "border", "banner", "collage"])
def test_changing_edits_change_the_phash(kind, photo, other):
    assert (distances(photo, other, kind) > 0).mean() > 0.9


def test_mirroring_mirrors(photo):
    mirrored = pixels(apply_edits(photo, (Edit("mirror", 0),), None))
    back = mirrored[:, ::-1]
    assert np.abs(back - pixels(photo)).mean() < np.abs(mirrored - pixels(photo)).mean()


def test_a_border_frames_the_photo_in_one_colour(photo):
    framed = pixels(apply_edits(photo, (Edit("border", 3),), None))
    assert np.abs(framed[2, 10:-10] - framed[2, 10]).max() <= 3
    assert np.abs(framed[10:-10, 2] - framed[2, 10]).max() <= 3


def test_a_banner_shows_the_price(photo):
    priced, cheaper = (apply_edits(photo, (Edit("banner", 1, price),), None) for price in ("Rp 89.000", "Rp 12.500"))
    changed = np.abs(pixels(priced) - pixels(cheaper)).max(axis=(1, 2)) > 20
    assert changed.any()
    assert changed.mean() < 0.25


def test_a_collage_shows_both_pictures(photo, other):
    for seed in range(10):
        with_other = apply_edits(photo, (Edit("collage", seed),), other)
        alone = apply_edits(photo, (Edit("collage", seed),), None)
        share = (np.abs(pixels(with_other) - pixels(alone)).max(axis=2) > 10).mean()
        assert 0.03 < share < 0.65


def test_edits_come_one_after_the_other(photo):
    mirror, border = Edit("mirror", 1), Edit("border", 3)
    both = apply_edits(photo, (mirror, border), None)
    stepwise = apply_edits(apply_edits(photo, (mirror,), None), (border,), None)
    assert np.array_equal(pixels(both), pixels(stepwise))


def test_any_photo_becomes_a_square_of_the_fixed_size(photo):
    assert np.array_equal(pixels(apply_edits(photo, (), None)), pixels(photo))
    assert apply_edits(Image.new("L", (300, 300), 90), (), None).size == (SIDE, SIDE)


def test_an_unknown_edit_is_an_error(photo):
    with pytest.raises(ValueError, match="'blur' is unknown; accepted are recompress"):
        apply_edits(photo, (Edit("blur", 0),), None)


def test_saved_photos_look_the_same_and_recompressed_ones_are_smaller(photo, tmp_path):
    edit = Edit("recompress", 4)
    save_photo(photo, tmp_path / "plain.jpg")
    save_photo(apply_edits(photo, (edit,), None), tmp_path / "recompressed.jpg", (edit,))
    assert np.abs(pixels(Image.open(tmp_path / "plain.jpg")) - pixels(photo)).mean() < 4
    sizes = [(tmp_path / name).stat().st_size for name in ("plain.jpg", "recompressed.jpg")]
    assert sizes[1] < 0.85 * sizes[0]
