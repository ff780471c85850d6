"""The doors of the project: what comes in from outside, damaged, and what is then done with it."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random
from zipfile import ZipFile

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from tests.fuzz.mutations import ODD_VALUES, damage, damage_json, odd_text
from tests.fuzz.samples import Samples, copy_linked, photo_bytes, replace_file
from tests.store.forgery import name_new_sizes

#: Tries one case in an empty folder: returns where it works, raises an InputError where it is refused.
Case = Callable[[Samples, Random, Path], None]


@dataclass(frozen=True)
class Door:
    """One way into the project.

    Attributes
    ----------
    name
        For reports and for `--door`.
    case
        Tries one case.
    share
        Of all cases, relative to the other doors.
    """

    name: str
    case: Case
    share: float = 1.0


def photos(samples: Samples, rng: Random, folder: Path) -> None:
    """A damaged photo."""
    from product_matching.listings.photos import decode_photo, phash, thumbnail

    kind = rng.choice(("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF"))
    options = {"progressive": True} if kind == "JPEG" and rng.random() < 0.5 else {}
    image = decode_photo(damage(photo_bytes(kind, **options), rng), name="photo")
    assert len(phash(image)) == 16
    assert thumbnail(image).startswith(b"\xff\xd8")


def uploads(samples: Samples, rng: Random, folder: Path) -> None:
    """A damaged photo from outside, decoded in a process of its own, or a part of it."""
    from product_matching.encoders.photo_views import Wanted
    from product_matching.encoders.photo_workers import shared_workers
    from product_matching.listings.regions import Region

    data = damage(photo_bytes(rng.choice(("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF"))), rng)
    region = Region(0.1, 0.2, 0.6, 0.7) if rng.random() < 0.3 else None
    wanted = Wanted(region=region, keypoints=rng.random() < 0.3, preview=rng.choice((0, 200)))
    views = shared_workers().view(data, wanted, name=odd_text(rng))
    assert views.thumbnail.startswith(b"\xff\xd8")


def tables(samples: Samples, rng: Random, folder: Path) -> None:
    """A damaged CSV or Parquet file, or one with odd columns; what is accepted is built, searched and exported."""
    from product_matching.listings.catalogue import read_catalogue

    path = folder / f"c{rng.choice(('.csv', '.parquet'))}"
    table = _odd_table(rng)
    stream = io.BytesIO()
    if path.suffix == ".csv":
        texts = [name for name in table.column_names if table[name].type == pa.string()]
        cells = [texts, *zip(*(table[name].to_pylist() for name in texts), strict=True)]
        text = io.StringIO(newline="")
        csv.writer(text).writerows(cells)
        stream.write(text.getvalue().encode("utf-8", errors="surrogatepass"))
    else:
        pq.write_table(table, stream)
    path.write_bytes(damage(stream.getvalue(), rng) if rng.random() < 0.5 else stream.getvalue())
    _use_catalogue(read_catalogue(path), folder)


def _use_catalogue(catalogue: object, folder: Path) -> None:
    from product_matching.store.bundle import open_bundle
    from product_matching.workflows.build import build_bundle
    from product_matching.workflows.find import Finder, default_thresholds, describe_matches
    from product_matching.workflows.table_file import TableFormat, table_bytes

    build_bundle(catalogue, folder / "bundle")  # type: ignore[arg-type]
    finder = Finder(open_bundle(folder / "bundle"))
    found = finder.matches(finder.listing_query(0), default_thresholds(finder.bundle))
    described = describe_matches(finder.bundle, found, default_thresholds(finder.bundle))
    for kind in TableFormat:
        table_bytes(pd.DataFrame(described), kind)


_NAMES = ("by", "title", "posting_id", "label_group", "part", "price", "", "photo_sha256", "image", "é", "score")


def _odd_table(rng: Random) -> pa.Table:
    n = rng.randint(1, 6)
    columns: dict[str, pa.Array] = {
        "posting_id": pa.array([f"p{row}" for row in range(n)]),
        "title": pa.array([_sound(odd_text(rng)) or "lamp" for _ in range(n)]),
    }
    for _ in range(rng.randint(0, 4)):
        name = rng.choice(
            ("by", "title", "posting_id", "label_group", "part", "price", "", "photo_sha256", "image", "é")
        )
        columns[name if rng.random() < 0.8 else _sound(odd_text(rng, 3))] = rng.choice(_ODD_COLUMNS)(rng, n)
    return pa.table(columns)


def _sound(text: str) -> str:
    return text.encode("utf-8", errors="replace").decode()


_ODD_COLUMNS: tuple[Callable[[Random, int], pa.Array], ...] = (
    lambda rng, n: pa.array([_sound(odd_text(rng)) for _ in range(n)]),
    lambda rng, n: pa.array([rng.choice((None, rng.randrange(-(2**40), 2**40))) for _ in range(n)], pa.int64()),
    lambda rng, n: pa.array([rng.choice((0.5, 1e308, float("nan"), float("inf"))) for _ in range(n)]),
    lambda rng, n: pa.array([{"a": 1}] * n, pa.map_(pa.string(), pa.int64())),
    lambda rng, n: pa.array([["a", None]] * n),
    lambda rng, n: pa.array([{"a": {"b": 1}}] * n),
    lambda rng, n: pa.array([b"\xff\x00"] * n),
    lambda rng, n: pa.array([None] * n),
    lambda rng, n: pa.array([rng.randrange(-(2**50), 2**50)] * n, pa.timestamp(rng.choice(("s", "ms", "us", "ns")))),
    lambda rng, n: pa.array([rng.randrange(-(2**31), 2**31)] * n, pa.date32()),
    lambda rng, n: pa.array([rng.randrange(2**62)] * n, pa.duration("s")),
    lambda rng, n: pa.array([1] * n, pa.decimal128(38, 10)),
    lambda rng, n: pa.array([rng.random() < 0.5] * n),
    lambda rng, n: pa.array(["a"] * n).dictionary_encode(),
    lambda rng, n: pa.array([5] * n, pa.time64("us")),
    lambda rng, n: pa.array([2**63 + 5] * n, pa.uint64()),
    lambda rng, n: pa.array(["0"] * n, pa.large_string()),
)


def zips(samples: Samples, rng: Random, folder: Path) -> None:
    """A damaged zip of photos, or a damaged table beside it, as a browser uploads them."""
    from product_matching.listings.uploaded_catalogue import UploadedFiles, read_uploaded_catalogue

    stream = io.BytesIO()
    with ZipFile(stream, "w", compression=rng.choice((0, 8, 12, 14))) as archive:
        for path in sorted((samples.catalogue / "images").iterdir()):
            name = rng.choice(
                (path.name, path.name, f"images/{path.name}", f"../{path.name}", _sound(odd_text(rng, 3)))
            )
            archive.writestr(name.replace("\0", "") or "x", path.read_bytes()[: rng.choice((20, 3000))])
    content = stream.getvalue()
    table = (samples.catalogue / "listings.csv").read_bytes()
    content = damage(content, rng) if rng.random() < 0.7 else content
    table = damage(table, rng) if rng.random() < 0.3 else table
    (folder / "upload").mkdir()
    read = read_uploaded_catalogue(
        UploadedFiles(table=table, name="c.csv", photos=io.BytesIO(content)), folder / "upload", look=True
    )
    read.catalogue()
    outside = [path for path in folder.rglob("*") if folder / "upload" not in (path, *path.parents)]
    assert not outside, f"written outside of the folder: {outside}"


def bundles(samples: Samples, rng: Random, folder: Path) -> None:
    """A bundle one of whose files is damaged or replaced, with sizes in the manifest that fit it; it is used then."""
    bundle = copy_linked(samples.bundle, folder / "bundle")
    path = rng.choice(sorted(bundle.iterdir()))
    content = path.read_bytes()
    if path.suffix == ".json" and rng.random() < 0.7:
        content = damage_json(content, rng)
    elif path.suffix == ".npy" and rng.random() < 0.4:
        content = _odd_array(np.load(path), rng)
    elif path.suffix == ".parquet" and rng.random() < 0.6:
        content = _odd_parquet(path, rng)
    else:
        content = damage(content, rng)
    manifest = bundle / "manifest.json"
    replace_file(manifest, manifest.read_bytes())
    replace_file(path, content)
    if path != manifest:
        with suppress(KeyError):  # kept beside the bundle
            name_new_sizes(bundle, path.name)
    _use_bundle(bundle)


def _odd_array(array: np.ndarray, rng: Random) -> bytes:
    odd = rng.choice(
        (
            lambda: array[:-1],
            lambda: array.astype(np.float64),
            lambda: array * 0,
            lambda: -array,
            lambda: np.full_like(array, 2**31 if array.dtype.kind == "i" else np.nan),
            lambda: array[::-1],
            lambda: array.T,
            lambda: array.reshape(-1),
            lambda: array.astype(">f4"),
            lambda: array.astype(object),
            lambda: np.array([{"a": 1}]),
        )
    )()
    stream = io.BytesIO()
    np.save(stream, odd, allow_pickle=True)
    return stream.getvalue()


def _odd_parquet(path: Path, rng: Random) -> bytes:
    table = pq.read_table(path)
    name = rng.choice(table.column_names)
    place = table.column_names.index(name)
    kind = rng.randrange(4)
    if kind == 0:
        table = table.drop_columns([name])
    elif kind == 1:
        table = table.slice(rng.randint(0, 1), rng.randint(0, len(table)))
    elif kind == 2:
        table = pa.concat_tables([table, table])
    else:
        table = table.set_column(place, name, rng.choice(_ODD_COLUMNS)(rng, len(table)))
    stream = io.BytesIO()
    pq.write_table(table.replace_schema_metadata(None) if rng.random() < 0.5 else table, stream)
    return stream.getvalue()


def _use_bundle(folder: Path) -> None:
    from product_matching.matching.thresholds import Thresholds
    from product_matching.store.bundle import open_bundle
    from product_matching.workflows.find import Finder, default_thresholds, describe_matches
    from product_matching.workflows.match import match_by_defaults
    from product_matching.workflows.verify import verify_bundle

    verify_bundle(folder)
    bundle = open_bundle(folder)
    finder = Finder(bundle)
    finder.load()
    row = min(2, len(bundle) - 1)
    found = finder.candidates(finder.listing_query(row), 5)
    describe_matches(bundle, found, default_thresholds(bundle))
    finder.matches(finder.listing_query(row), default_thresholds(bundle))
    if bundle.thumbnails is not None:
        bundle.thumbnails.get(row)
        bundle.keypoints(row)
    if bundle.samples is not None:
        query = bundle.samples[0].query_id
        finder.matches(finder.sample_query(query, with_title=True), default_thresholds(bundle))
        bundle.keypoints_of_sample(query)
    bundle.print_of(row)
    match_by_defaults(bundle, Thresholds())


def models(samples: Samples, rng: Random, folder: Path) -> None:
    """A model folder with damaged settings or weights; a photo is embedded if it loads."""
    from product_matching.encoders.photo import PhotoEncoder
    from product_matching.listings.photos import decode_photo

    model = copy_linked(samples.model, folder / "model")
    settings, weights = model / "model.json", next(model.glob("*.safetensors"))
    if rng.random() < 0.75:
        damaged = damage_json if rng.random() < 0.7 else damage
        replace_file(settings, damaged(settings.read_bytes(), rng))
    else:
        content = damage(weights.read_bytes()[: rng.choice((None, 4000))], rng)
        replace_file(weights, content)
        named = json.loads(settings.read_bytes()) | {"weights_sha256": hashlib.sha256(content).hexdigest()}
        replace_file(settings, json.dumps(named).encode())
    encoder = PhotoEncoder.load(model, device="cpu")
    encoder.encode(decode_photo(photo_bytes("PNG")))


def scorers(samples: Samples, rng: Random, folder: Path) -> None:
    """A pair scorer with damaged settings or trees; it scores pairs if it is read."""
    from product_matching.matching.second_stage.scorer_file import read_scorer

    scorer = copy_linked(samples.scorer, folder / "scorer")
    settings = scorer / "scorer.json"
    if rng.random() < 0.5:
        damaged = damage_json if rng.random() < 0.7 else damage
        replace_file(settings, damaged(settings.read_bytes(), rng))
    else:
        path = rng.choice(sorted(scorer.glob("trees_*.txt")))
        content = _odd_trees(path.read_text(), rng).encode()
        replace_file(path, content)
        named = json.loads(settings.read_bytes())
        entry = named["models"][path.stem.removeprefix("trees_")]
        entry["trees_sha256"] = hashlib.sha256(content).hexdigest()
        replace_file(settings, json.dumps(named).encode())
    for model in read_scorer(scorer).models.values():
        features = np.random.default_rng(3).normal(size=(3, len(model.names)))
        model.trees.probabilities(features)
        model.trees.contributions(features)


def _odd_trees(text: str, rng: Random) -> str:
    lines = text.split("\n")
    for _ in range(rng.randint(1, 3)):
        place = rng.randrange(len(lines))
        name, sign, values = lines[place].partition("=")
        numbers = values.split(" ")
        kind = rng.randrange(5)
        if kind == 0 and sign:
            numbers[rng.randrange(len(numbers))] = rng.choice(("-1", "99999", "2147483648", "nan", "1e999", "", "x"))
            lines[place] = f"{name}={' '.join(numbers)}"
        elif kind == 1 and sign:
            lines[place] = f"{name}={' '.join(numbers[:-1])}"
        elif kind == 2:
            del lines[place]
        elif kind == 3:
            lines.insert(place, lines[rng.randrange(len(lines))])
        else:
            return damage("\n".join(lines).encode(), rng).decode("utf-8", errors="replace")
    return "\n".join(lines)


def decisions(samples: Samples, rng: Random, folder: Path) -> None:
    """A damaged file of decisions that is imported, or a damaged database of them."""
    from product_matching.store.bundle import open_bundle
    from product_matching.store.decisions import DecisionStore
    from product_matching.workflows.decisions import read_decisions
    from product_matching.workflows.decisions_file import import_decisions, write_decisions

    bundle, store = open_bundle(samples.bundle), DecisionStore(folder / "decisions.sqlite")
    sound = "first,second,decision,time,who,score\np0,p1,same,2026-01-01T00:00:00+00:00,Ann,0.5\np2,p3,different,,,\n"
    path = folder / "d.csv"
    path.write_text(sound)
    if rng.random() < 0.5:
        cells = [[rng.choice(("p0", "p1", "same", "different", odd_text(rng, 2))) for _ in range(6)] for _ in range(3)]
        text = io.StringIO(newline="")
        csv.writer(text).writerows([sound.partition("\n")[0].split(","), *cells])
        path.write_bytes(damage(text.getvalue().encode("utf-8", errors="replace"), rng))
    elif rng.random() < 0.3:
        path.write_bytes(damage(sound.encode(), rng))
    else:
        import_decisions(bundle, path, store)
        with sqlite3.connect(store.path) as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        database.close()
        store.path.write_bytes(damage(store.path.read_bytes(), rng))
    import_decisions(bundle, path, store)
    write_decisions(folder / "out.csv", read_decisions(bundle, store))


def titles(samples: Samples, rng: Random, folder: Path) -> None:
    """An odd text that is searched for, as a title and as words."""
    from product_matching.listings.titles import normalise_title
    from product_matching.store.bundle import open_bundle
    from product_matching.workflows.find import Finder, Query, default_thresholds, describe_matches
    from product_matching.workflows.find_words import WordFinder, describe_found

    finder = Finder(open_bundle(samples.bundle))
    text = odd_text(rng, rng.choice((3, 30, 300)))
    once = normalise_title(text)
    assert normalise_title(once) == once
    query = Query(title=finder.title_query(text), text=text)
    found = finder.matches(query, default_thresholds(finder.bundle))
    describe_matches(finder.bundle, found, default_thresholds(finder.bundle))
    finder.explain(query, 0)
    words = WordFinder(finder.bundle)
    held = words.find(text)
    describe_found(finder.bundle, held, held.titles.rows)
    assert len(held.corrections) <= 3


def addresses(samples: Samples, rng: Random, folder: Path) -> None:
    """An odd address of a page: what cannot be used is said, and what is left reads the same once written."""
    from product_matching.app.address import PARAMETERS, read_address, write_address

    page = rng.choice(sorted({page for parameter in PARAMETERS for page in parameter.pages}))
    values = ("0.5", "-1", "1e999", "nan", "12", "1", "true", "pairs", "p0", "0.1-0.2-0.3-0.4", "shop:Ann", "a" * 64)
    params = {
        parameter.name: rng.choice((*values, odd_text(rng, 5), str(rng.choice(ODD_VALUES))))
        for parameter in rng.sample(PARAMETERS, rng.randint(1, 12))
    }
    address, problems = read_address(params, page)
    assert all("\n" not in problem for problem in problems)
    again, further = read_address(write_address(address, page), page)
    assert (again, further) == (address, [])


def exports(samples: Samples, rng: Random, folder: Path) -> None:
    """A table with formulas that is exported: no cell of the CSV is one, and a catalogue reads it back."""
    from product_matching.listings.catalogue import read_catalogue
    from product_matching.workflows.table_file import TableFormat, table_bytes

    formulas = ("=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "'=1", "-5.2", "+3")
    cells = [_sound(rng.choice((*formulas, odd_text(rng, 4)))).replace("\0", "") for _ in range(8)]
    table = pd.DataFrame({"posting_id": [f"p{row}" for row in range(8)], "title": cells, rng.choice(formulas): cells})
    for kind in TableFormat:
        content = table_bytes(table, kind)
        if kind is TableFormat.csv:
            rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
            formula = [cell for row in rows for cell in row if cell[:1] in ("=", "@", "\t", "\r")]
            assert not formula, f"a cell is a formula: {formula[0]!r}"
            (folder / "c.csv").write_bytes(content)
    read_catalogue(folder / "c.csv")


DOORS = (
    Door("photos", photos, 1.5),
    Door("uploads", uploads, 1),
    Door("tables", tables, 1),
    Door("zips", zips, 1),
    Door("bundles", bundles, 2),
    Door("models", models, 0.5),
    Door("scorers", scorers, 1),
    Door("decisions", decisions, 1),
    Door("titles", titles, 1),
    Door("addresses", addresses, 1.5),
    Door("exports", exports, 1),
)


def empty(folder: Path) -> Path:
    """A folder without anything in it."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
