import csv
import random
from collections import Counter, defaultdict
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from demo_generator.edits import CHANGING, KEEPING
from demo_generator.groups import PART_SHARES, PARTS, Counts, assign_parts, choose_roles, group_sizes
from demo_generator.kinds import KINDS
from demo_generator.make import SEED
from demo_generator.photo_plan import Photographer, PhotoMix
from demo_generator.plan import Settings, make_plan, write_listings, write_queries
from demo_generator.prices import draw_price, format_price
from demo_generator.products import make_products
from demo_generator.titles import TitleStyle

CATALOGUE = Path(__file__).parents[2]
PLAN = make_plan(7)
PRODUCTS = {product.product_id: product for product in PLAN.products}
PHOTOS = {photo.image: photo for photo in PLAN.photos}
SHOTS = {shot.shot_id: shot for shot in PLAN.shots}


def members():
    groups = defaultdict(list)
    for listing in PLAN.listings:
        groups[listing.label_group].append(listing)
    return groups


def test_as_many_listings_groups_singles_and_renders_as_asked():
    sizes = [len(group) for group in members().values()]
    grouped = [size for size in sizes if size > 1]
    assert 770 <= len(grouped) <= 810
    assert 2430 <= sum(grouped) <= 2460
    assert len(sizes) - len(grouped) == 270
    assert len(PLAN.shots) <= 1900


def test_a_label_group_is_one_product():
    assert all(len({listing.product_id for listing in group}) == 1 for group in members().values())
    assert len({listing.product_id for listing in PLAN.listings}) == len(members())


def test_group_sizes_follow_the_public_data():
    sizes = group_sizes(10_000)
    assert len(sizes) == 10_000
    assert sizes.count(2) == pytest.approx(6337, abs=50)
    assert sum(sizes) / len(sizes) == pytest.approx(3.05, abs=0.03)
    assert max(sizes) == 20


def test_the_parts_share_no_line_and_have_their_shares():
    lines = defaultdict(set)
    for listing in PLAN.listings:
        lines[PRODUCTS[listing.product_id].line_id].add(listing.part)
    assert all(len(parts) == 1 for parts in lines.values())
    counts = Counter(listing.part for listing in PLAN.listings)
    for part in PARTS:
        assert counts[part] / len(PLAN.listings) == pytest.approx(PART_SHARES[part], abs=0.01)


def test_every_kind_is_in_every_part_in_its_share():
    products = make_products(1200, 1)
    parts = assign_parts([(product, 2) for product in products], random.Random(0))
    assert set(parts) == {product.line_id for product in products}
    counts = Counter((product.kind, parts[product.line_id]) for product in products)
    for kind in {product.kind for product in products}:
        of_kind = sum(counts[kind, part] for part in PARTS)
        assert 0.5 < counts[kind, "train"] / of_kind < 0.75
        assert counts[kind, "validation"]
        assert counts[kind, "test"]


def test_neighbours_in_the_file_are_of_different_groups():
    labels = [listing.label_group for listing in PLAN.listings]
    assert all(label != following for label, following in pairwise(labels))


def test_posting_ids_number_the_listings():
    assert PLAN.listings[0].posting_id == "demo_0001"
    assert len({listing.posting_id for listing in PLAN.listings}) == len(PLAN.listings)


def test_singles_are_hard_negatives_and_lines_of_their_own():
    groups = members()
    lines = Counter(PRODUCTS[group[0].product_id].line_id for group in groups.values())
    single_lines = [PRODUCTS[group[0].product_id].line_id for group in groups.values() if len(group) == 1]
    with_sisters = sum(lines[line] > 1 for line in single_lines)
    assert with_sisters >= 90
    assert len(single_lines) - with_sisters >= 130


def test_photos_show_their_listing_s_product_but_for_a_few_of_its_line():
    wrong = 0
    for listing in PLAN.listings:
        shown = SHOTS[PHOTOS[listing.image].shot_id].product_id
        if shown != listing.product_id:
            wrong += 1
            assert PRODUCTS[shown].line_id == PRODUCTS[listing.product_id].line_id
    assert 0.003 <= wrong / len(PLAN.listings) <= 0.007


def test_every_shot_and_photo_is_used():
    used = {shot for photo in PLAN.photos for shot in (photo.shot_id, photo.other_shot_id)} - {""}
    assert used == set(SHOTS)
    shown = {row.image for row in (*PLAN.listings, *PLAN.queries)}
    assert shown == set(PHOTOS)
    assert len(PHOTOS) == len(PLAN.photos)


def test_copied_photos_carry_known_edits_and_collages_another_picture_of_the_product():
    edited = [photo for photo in PLAN.photos if photo.edits]
    assert len(edited) > 500
    for photo in edited:
        assert {edit.kind for edit in photo.edits} <= {*KEEPING, *CHANGING}
        collage = any(edit.kind == "collage" for edit in photo.edits)
        assert bool(photo.other_shot_id) == collage
        if collage:
            assert SHOTS[photo.other_shot_id].product_id == SHOTS[photo.shot_id].product_id


def test_without_copying_every_photo_is_new():
    product = make_products(1, 3)[0]
    photographer = Photographer(PhotoMix(same=0, keeping=0, changing=0))
    photos = photographer.photograph_group(product, ["Rp 1.000"] * 6)
    assert len({photo.shot_id for photo in photos}) == len(photographer.shots) == 6


def test_with_copying_only_one_photo_is_taken():
    product = make_products(1, 3)[0]
    photographer = Photographer(PhotoMix(same=0.5, keeping=0.5, changing=0))
    photos = photographer.photograph_group(product, ["Rp 1.000"] * 30)
    assert len(photographer.shots) == 1
    assert any(photo == photos[0] for photo in photos[1:])
    assert any(photo.edits for photo in photos)


def test_other_titles_or_another_photo_mix_leave_rendered_shots_good():
    other = make_plan(7, Settings(mix=PhotoMix(changing=0.1), style=TitleStyle(copied=0.0)))
    assert {shot.shot_id for shot in PLAN.shots} != {shot.shot_id for shot in other.shots}
    assert all(SHOTS.get(shot.shot_id, shot) == shot for shot in other.shots)
    assert [listing.label_group for listing in other.listings] == [listing.label_group for listing in PLAN.listings]


def test_queries_are_unseen_photos_of_every_kind_with_and_without_a_match():
    assert len(PLAN.queries) == 40
    assert sum(query.label_group is None for query in PLAN.queries) == 12
    assert {query.kind for query in PLAN.queries} == {kind.name for kind in KINDS}
    listed = {PHOTOS[listing.image].shot_id for listing in PLAN.listings}
    listed |= {PHOTOS[listing.image].other_shot_id for listing in PLAN.listings}
    groups = members()
    for query in PLAN.queries:
        assert PHOTOS[query.image].shot_id not in listed
        if query.label_group is None:
            assert query.product_id not in {listing.product_id for listing in PLAN.listings}
        else:
            assert {listing.product_id for listing in groups[query.label_group]} == {query.product_id}
            assert len(groups[query.label_group]) > 1


def test_the_seed_decides():
    assert make_plan(7) == PLAN
    assert make_plan(8).listings != PLAN.listings


def test_too_few_products_are_an_error():
    with pytest.raises(ValueError, match="products are left for 937 roles"):
        choose_roles(make_products(400, 0), Counts(), random.Random(0))


def test_fewer_variants_of_a_line_where_asked():
    plan = make_plan(7, Settings(counts=Counts(groups=200, variant_singles=0, variant_unseen=0, variants=1)))
    lines = Counter({listing.product_id: listing for listing in plan.listings})
    of_line = Counter(product.line_id for product in plan.products if product.product_id in lines)
    assert max(of_line.values()) == 1


def test_larger_variants_cost_more():
    jar = next(product for product in make_products(200, 0) if product.kind == "jar")
    small, large = (replace(jar, attributes={**jar.attributes, "size": size}) for size in ("50 g", "250 g"))
    assert draw_price(large, random.Random(0)) > 1.8 * draw_price(small, random.Random(0))


def test_prices_are_plausible_and_written_as_sellers_do():
    assert all(2_000 <= listing.price <= 900_000 and listing.price % 500 == 0 for listing in PLAN.listings)
    assert format_price(89_000) == "Rp 89.000"
    assert format_price(1_250_500) == "Rp 1.250.500"


def test_tables_hold_every_row(tmp_path):
    write_listings(PLAN, tmp_path / "listings.csv")
    write_queries(PLAN, tmp_path / "queries.csv")
    with (tmp_path / "listings.csv").open(encoding="utf-8", newline="") as file:
        listings = list(csv.DictReader(file))
    with (tmp_path / "queries.csv").open(encoding="utf-8", newline="") as file:
        queries = list(csv.DictReader(file))
    assert list(listings[0]) == ["posting_id", "image", "title", "label_group", "part", "kind", "price"]
    assert [row["title"] for row in listings] == [listing.title for listing in PLAN.listings]
    assert sum(row["label_group"] == "" for row in queries) == 12
    assert list(queries[0]) == ["query_id", "image", "title", "label_group", "kind"]


def test_the_shipped_tables_are_those_of_the_plan(tmp_path):
    shipped = make_plan(SEED)
    write_listings(shipped, tmp_path / "listings.csv")
    write_queries(shipped, tmp_path / "queries.csv")
    for name in ("listings.csv", "queries.csv"):
        assert (tmp_path / name).read_bytes() == (CATALOGUE / name).read_bytes()
