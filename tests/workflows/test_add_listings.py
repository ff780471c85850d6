"""Listings added to a bundle and removed from it: all that reads it finds what it finds in one built at once."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from PIL import Image

from product_matching.errors import InputError
from product_matching.listings.catalogue import Catalogue, read_catalogue
from product_matching.matching.thresholds import Thresholds
from product_matching.store.bundle import Bundle, open_bundle
from product_matching.store.manifest import GROWN_FORMAT, MANIFEST_FILE, read_manifest
from product_matching.workflows.add_listings import add_listings, fit_columns
from product_matching.workflows.build import build_bundle
from product_matching.workflows.find import Finder, Query, default_thresholds
from product_matching.workflows.match import match_catalogue, submission_rows, write_submission
from product_matching.workflows.remove_listings import remove_listings
from product_matching.workflows.verify import verify_bundle
from tests.store.grown import FIRST, Growing, draw_broken, growing

__all__ = ["growing"]


def add(growing: Growing, folder: Path, catalogue: Catalogue, **options: bool) -> None:
    add_listings(folder, catalogue, open_encoder=lambda _: growing.encoder, cache=growing.cache, **options)


def found(bundle: Bundle, thresholds: Thresholds) -> list[list[tuple[str, float, float]]]:
    """Matches of every listing as a query by photo, by title, and by both: ids and distances."""
    finder = Finder(bundle)
    ids = bundle.listings["posting_id"].tolist()
    answers = []
    for row in range(len(bundle)):
        whole = finder.listing_query(row)
        for query in (whole, Query(photo=whole.photo), Query(title=whole.title)):
            if query.photo is None and query.title is None:
                continue
            matches = finder.matches(query, thresholds)
            numbers = (np.nan_to_num(matches.photo, nan=-1).tolist(), np.nan_to_num(matches.title, nan=-1).tolist())
            answers.append(list(zip([ids[each] for each in matches.rows], *numbers, strict=True)))
    return answers


def exported(bundle: Bundle, out: Path) -> str:
    matches = match_catalogue(bundle, default_thresholds(bundle)).matches
    write_submission(out, bundle.listings["posting_id"].tolist(), submission_rows(matches))
    return out.read_text(encoding="utf-8")


def assert_same(grown: Path, rebuilt: Path, work: Path) -> None:
    """All that readers see of two bundles is the same."""
    one, other = open_bundle(grown), open_bundle(rebuilt)
    pd.testing.assert_frame_equal(one.listings, other.listings)
    assert np.array_equal(one.photo_vectors, other.photo_vectors)
    assert (one.title_matrix != other.title_matrix).nnz == 0
    assert [one.thumbnails.get(row) for row in range(len(one))] == [
        other.thumbnails.get(row) for row in range(len(one))
    ]
    assert one.thumbnails.sizes().tolist() == other.thumbnails.sizes().tolist()
    for row in range(len(one)):
        ours, theirs = one.keypoints(row), other.keypoints(row)
        assert (ours is None) == (theirs is None)
        assert ours is None or ours.to_bytes() == theirs.to_bytes()
    counts = ("n_listings", "n_photos", "n_titles", "unreadable_photos")
    assert [getattr(one.manifest, name) for name in counts] == [getattr(other.manifest, name) for name in counts]
    for thresholds in (default_thresholds(one), Thresholds(0.9, 0.95)):
        assert found(one, thresholds) == found(other, thresholds)
    assert exported(one, work / "one.csv") == exported(other, work / "other.csv")
    assert verify_bundle(grown) == []


def test_a_bundle_that_grew_is_the_one_built_at_once_under_the_same_weights(growing: Growing, tmp_path: Path) -> None:
    folder = growing.copy(tmp_path)
    before = {path.name: path.read_bytes() for path in folder.iterdir() if path.name != MANIFEST_FILE}
    old = open_bundle(folder)
    add(growing, folder, growing.rows(FIRST, 20))
    add(growing, folder, growing.rows(20))
    parts = (growing.rows(FIRST, 20), growing.rows(20))
    assert_same(folder, growing.rebuild(growing.whole, tmp_path / "rebuilt", *parts), tmp_path)
    new = open_bundle(folder)
    assert new.title_matrix[FIRST:].nnz > 0
    assert new.fingerprint != old.fingerprint
    assert new.content != old.content
    assert new.manifest.catalogue_id == old.manifest.catalogue_id
    assert {name: (folder / name).read_bytes() for name in before} == before
    assert json.loads((folder / MANIFEST_FILE).read_text())["format"] == GROWN_FORMAT
    assert len(old) == FIRST
    assert old.photo_vectors is not None
    assert len(old.thumbnails.get(3) or b"") > 0


def test_removed_listings_are_seen_by_nothing_and_their_ids_are_free_again(growing: Growing, tmp_path: Path) -> None:
    folder = growing.copy(tmp_path)
    add(growing, folder, growing.rows(FIRST))
    ids = growing.whole.listings["posting_id"]
    gone = [ids[0], ids[5], ids[18], ids[24]]
    manifest = remove_listings(folder, [*gone, gone[0]])
    left = growing.whole.listings[~ids.isin(gone)]
    assert manifest.n_listings == len(left)
    assert_same(folder, growing.rebuild(growing.of(left), tmp_path / "rebuilt", growing.rows(FIRST)), tmp_path)
    again = growing.whole.listings[ids.isin(gone[1:3])]
    add(growing, folder, growing.of(again))
    both = growing.of(pd.concat([left, again]))
    assert_same(folder, growing.rebuild(both, tmp_path / "again", growing.rows(FIRST)), tmp_path)


def test_known_ids_are_refused_by_name_or_replaced_in_one_change(growing: Growing, tmp_path: Path) -> None:
    folder = growing.copy(tmp_path)
    text = (folder / MANIFEST_FILE).read_bytes()
    late = growing.rows(14, 18).listings.assign(title="Sabun Cuci Piring Jeruk")
    with pytest.raises(InputError, match=r"The catalogue small has '4c', '5a' already: leave out what is there"):
        add(growing, folder, growing.of(late))
    assert (folder / MANIFEST_FILE).read_bytes() == text
    add(growing, folder, growing.of(late), replace_known=True)
    whole = growing.of(pd.concat([growing.rows(0, 14).listings, late]))
    assert_same(folder, growing.rebuild(whole, tmp_path / "rebuilt", growing.of(late)), tmp_path)


def test_listings_without_photos_or_with_unreadable_ones_are_added(
    growing: Growing, tmp_path: Path, make_photo: Callable[..., Image.Image]
) -> None:
    folder = growing.copy(tmp_path)
    titles = Catalogue(pd.DataFrame({"posting_id": ["t1"], "title": ["Jam Tangan Wanita"]}), None)
    add(growing, folder, titles)
    draw_broken(tmp_path, make_photo)
    (tmp_path / "n.csv").write_text("posting_id,image,colour\np1,good.png,red\np2,broken.png,blue\n")
    add(growing, folder, read_catalogue(tmp_path / "n.csv", images=tmp_path))
    bundle = open_bundle(folder)
    assert bundle.has_photo[-3:].tolist() == [False, True, False]
    assert bundle.has_title[-3:].tolist() == [True, False, False]
    assert bundle.labels[-3:].tolist() == ["", "", ""]
    assert bundle.listings["colour"].fillna("none").tolist()[-3:] == ["none", "red", "blue"]
    assert bundle.manifest.unreadable_photos.keys() == {"p2"}
    assert verify_bundle(folder) == []
    remove_listings(folder, ["p2"])
    assert open_bundle(folder).manifest.unreadable_photos == {}
    assert verify_bundle(folder) == []


def test_what_does_not_fit_the_bundle_is_one_sentence(growing: Growing, tmp_path: Path) -> None:
    titles = tmp_path / "titles"
    build_bundle(Catalogue(growing.whole.listings[:10].reset_index(drop=True), None), titles)
    with pytest.raises(
        InputError, match=r"^The catalogue titles has no photos: leave those of the new listings out\.$"
    ):
        add(growing, titles, growing.rows(FIRST))
    with pytest.raises(InputError, match=r"has no listing 'x', 'y', 'z' and 1 more: nothing is removed\.$"):
        remove_listings(titles, ["0a", "x", "y", "z", "w"])
    with pytest.raises(InputError, match=r"all listings of the catalogue titles: delete its folder instead"):
        remove_listings(titles, growing.whole.listings["posting_id"][:10].tolist())
    assert read_manifest(titles).growth is None
    assert [path.name for path in titles.iterdir() if path.name.startswith(("segments", "removed"))] == []


def test_columns_take_the_kind_of_the_catalogue_or_are_refused() -> None:
    types = {"sku": pa.string(), "price": pa.int64()}
    new = pd.DataFrame({"sku": [12, 13], "price": [1.5, None], "own": ["a", "b"]})
    assert fit_columns(new, types, "c")["sku"].tolist() == ["12", "13"]
    with pytest.raises(InputError, match="The column 'price' of the new listings holds"):
        fit_columns(pd.DataFrame({"price": ["cheap"]}), types, "c")
