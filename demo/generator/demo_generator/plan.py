"""Lays the demo catalogue out: its products, the shots to take, every listing and every query. Nothing is drawn yet."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from demo_generator.groups import Counts, Part, Roles, assign_parts, choose_roles, group_sizes
from demo_generator.photo_plan import Photo, Photographer, PhotoMix
from demo_generator.plan_rows import Listing, Plan, Query
from demo_generator.prices import draw_price, format_price
from demo_generator.products import Product, make_products
from demo_generator.titles import TitleStyle, make_titles

LISTING_COLUMNS = ("posting_id", "image", "title", "label_group", "part", "kind", "price")
QUERY_COLUMNS = ("query_id", "image", "title", "label_group", "kind")
_N_PRODUCTS = 3000
_N_MATCHED_QUERIES = 28
#: Share of the listings whose seller shows a photo of another variant of the line.
_WRONG_VARIANT = 0.005


@dataclass(frozen=True)
class Settings:
    """What the catalogue is made of and how hard it is to match."""

    counts: Counts = field(default_factory=Counts)
    mix: PhotoMix = field(default_factory=PhotoMix)
    style: TitleStyle = field(default_factory=TitleStyle)


@dataclass(frozen=True)
class _Draft:
    """A listing before it has its place, its ids and its image name."""

    product: Product
    title: str
    photo: Photo
    price: int


def make_plan(seed: int, settings: Settings | None = None) -> Plan:
    """Lay out the demo catalogue; the same seed and settings give the same one."""
    settings = settings or Settings()
    rng = random.Random(f"{seed} plan")
    roles = choose_roles(make_products(_N_PRODUCTS, seed), settings.counts, rng)
    sizes = group_sizes(len(roles.grouped))
    rng.shuffle(sizes)
    members = [*zip(roles.grouped, sizes, strict=True), *((product, 1) for product in roles.single)]
    photographer = Photographer(settings.mix)
    drafts = [draft for member in members for draft in _draft_group(*member, photographer, settings.style)]
    drafts = _show_wrong_variants(drafts, rng)
    parts = assign_parts(members, rng)
    labels = dict(zip((product.product_id for product, _ in members), _numbers(len(members), rng), strict=True))
    listings, photos = _number_listings(_spread(drafts, rng), labels, parts)
    queries, seen = _make_queries(roles, labels, photographer, settings.style, rng)
    photos += seen
    used = {shot for photo in photos for shot in (photo.shot_id, photo.other_shot_id)}
    shown = (*roles.grouped, *roles.single, *roles.unseen)
    shots = tuple(shot for shot in photographer.shots if shot.shot_id in used)
    return Plan(seed, shown, shots, tuple(photos), tuple(listings), tuple(queries))


def write_listings(plan: Plan, path: Path) -> None:
    """Write the listings as CSV, one row each, with the columns `LISTING_COLUMNS`."""
    _write(path, LISTING_COLUMNS, plan.listings)


def write_queries(plan: Plan, path: Path) -> None:
    """Write the queries as CSV; `label_group` is empty where the catalogue holds no match."""
    _write(path, QUERY_COLUMNS, plan.queries)


def _write(path: Path, columns: Sequence[str], rows: Iterable[object]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([getattr(row, column) for column in columns] for row in rows)


def _draft_group(product: Product, size: int, photographer: Photographer, style: TitleStyle) -> list[_Draft]:
    rng = random.Random(f"{product.seed} prices")
    prices = [draw_price(product, rng) for _ in range(size)]
    titles = make_titles(product, size, style, random.Random(f"{product.seed} titles"))
    photos = photographer.photograph_group(product, [format_price(price) for price in prices])
    return [_Draft(product, *rest) for rest in zip(titles, photos, prices, strict=True)]


def _show_wrong_variants(drafts: Sequence[_Draft], rng: random.Random) -> list[_Draft]:
    """Let a few sellers use the photo of another variant of the line, as some do."""
    drafts, changed = list(drafts), 0
    lines: dict[str, list[_Draft]] = {}
    for draft in drafts:
        lines.setdefault(draft.product.line_id, []).append(draft)
    for place in rng.sample(range(len(drafts)), len(drafts)):
        draft = drafts[place]
        others = [other for other in lines[draft.product.line_id] if other.product != draft.product]
        if others and changed < _WRONG_VARIANT * len(drafts):
            drafts[place] = replace(draft, photo=rng.choice(others).photo)
            changed += 1
    return drafts


def _spread(drafts: Sequence[_Draft], rng: random.Random) -> list[_Draft]:
    """Shuffle; a listing that follows one of the same product moves to a random other place."""
    order = list(drafts)
    rng.shuffle(order)
    place = 1
    while place < len(order):
        if order[place].product == order[place - 1].product:
            order.insert(rng.randrange(len(order)), order.pop(place))
            place = 1
        else:
            place += 1
    return order


def _numbers(count: int, rng: random.Random) -> list[int]:
    """Numbers of label groups that say nothing about the line."""
    numbers = list(range(1, count + 1))
    rng.shuffle(numbers)
    return numbers


def _number_listings(
    drafts: Iterable[_Draft], labels: dict[str, int], parts: dict[str, Part]
) -> tuple[list[Listing], list[Photo]]:
    """Give every listing its id, and every photo the name of the first listing that shows it."""
    listings: list[Listing] = []
    images: dict[Photo, str] = {}
    for number, draft in enumerate(drafts, start=1):
        posting_id, product = f"demo_{number:04d}", draft.product
        image = images.setdefault(draft.photo, f"{posting_id}.jpg")
        place = (labels[product.product_id], draft.title, image, parts[product.line_id], product.kind, draft.price)
        listings.append(Listing(posting_id, product.product_id, *place))
    return listings, [replace(photo, image=image) for photo, image in images.items()]


def _make_queries(
    roles: Roles, labels: dict[str, int], photographer: Photographer, style: TitleStyle, rng: random.Random
) -> tuple[list[Query], list[Photo]]:
    wanted = [*_over_kinds(roles.grouped, _N_MATCHED_QUERIES, rng), *roles.unseen]
    rng.shuffle(wanted)
    queries, photos = [], []
    for number, product in enumerate(wanted, start=1):
        query_id = f"query_{number:02d}"
        photos.append(replace(photographer.take(product, "query"), image=f"{query_id}.jpg"))
        title = make_titles(product, 1, style, random.Random(f"{product.seed} query"))[0]
        label = labels.get(product.product_id)
        queries.append(Query(query_id, product.product_id, label, title, photos[-1].image, product.kind))
    return queries, photos


def _over_kinds(products: Iterable[Product], count: int, rng: random.Random) -> list[Product]:
    """Products at random, each kind as often as the others."""
    pools: dict[str, list[Product]] = {}
    for product in rng.sample(list(products), len(list(products))):
        pools.setdefault(product.kind, []).append(product)
    rounds = [list(pool) for pool in zip(*pools.values(), strict=False)]
    return [product for chosen in rounds for product in chosen][:count]
