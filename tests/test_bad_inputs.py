"""What users get wrong: each bad input is one clear sentence, the right exit status, and no half-written file."""

import io
import json
import re
import shutil
import sys
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from product_matching.cli import main
from product_matching.listings.catalogue import Catalogue
from product_matching.workflows.build import build_bundle

TITLES = "posting_id,title\na,Red lamp\nb,Red lamp big\n"

LABELLED = "posting_id,title,label_group\na,Red lamp,1\nb,Red lamp big,1\nc,Chair,2\n"

PHOTO = "posting_id,image\na,good.png\n"

QUERIES = "query_id,image\nq1,good.png\n"


@dataclass(frozen=True)
class Given:
    """What a case can use: an empty folder to prepare its input in, a bundle to spoil, photos and a model."""

    folder: Path
    bundle: Path
    photo: Path
    model: Path
    sampled: Path

    def write(self, name: str, content: str | bytes) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def build(self, content: str | bytes, *more: object, name: str = "c.csv") -> list[object]:
        return ["build", self.write(name, content), "--out", self.folder / "out", *more]

    def with_images(self, content: str, *, bad: str | None = None) -> list[object]:
        """A catalogue with a photo, and a second one, `bad.png`, of the given content."""
        self.write("images/good.png", self.photo.read_bytes())
        if bad is not None:
            self.write("images/bad.png", bad)
        return self.build(content, "--images", self.folder / "images", "--model", self.model)

    def with_model(self, **settings: object) -> list[object]:
        """The model with other settings."""
        shutil.copytree(self.model, self.folder / "model")
        path = self.folder / "model" / "model.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), **settings}))
        return [*self.with_images(PHOTO)[:-1], self.folder / "model"]

    def find(self, content: bytes, name: str = "query.png") -> list[object]:
        return ["find", self.bundle, "--photo", self.write(name, content)]

    def spoil(self, name: str, content: bytes) -> list[object]:
        (self.bundle / name).write_bytes(content)
        return ["find", self.bundle, "--title", "lamp"]

    def with_queries(self, name: str, content: bytes | None) -> list[object]:
        """The bundle with samples, one of their files replaced by other bytes, or gone, and the manifest says so."""
        shutil.copytree(self.sampled, self.folder / "sampled")
        path, manifest = self.folder / "sampled" / name, self.folder / "sampled" / "manifest.json"
        path.unlink()
        if content is not None:
            path.write_bytes(content)
        said = json.loads(manifest.read_text())
        said["files"][name] |= {"bytes": len(content or b""), "spots": None}
        manifest.write_text(json.dumps(said))
        return ["find", self.folder / "sampled", "--title", "speaker"]


def titles_only(given: Given) -> Path:
    """A bundle of titles that knows no photo."""
    listings = pd.DataFrame({"posting_id": ["a", "b"], "title": ["Red lamp", "Red lamp big"]})
    build_bundle(Catalogue(listings, None), given.folder / "titles")
    return given.folder / "titles"


def array(values: np.ndarray) -> bytes:
    """An array as a .npy file; one of objects, which only a pickle can hold, too: it must be refused."""
    stream = io.BytesIO()
    np.save(stream, values, allow_pickle=True)
    return stream.getvalue()


def png_of(width: int, height: int) -> bytes:
    """A PNG that says it has many pixels, in few bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    header = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([8, 2, 0, 0, 0])
    pixels = zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


Case = tuple[str, Callable[[Given], list[object]], int, str]
CATALOGUES: list[Case] = [
    ("no file", lambda g: ["build", g.folder / "no.csv", "--out", g.folder / "out"], 1, "no.csv"),
    ("a folder", lambda g: ["build", g.folder, "--out", g.folder / "out"], 1, "cannot be used"),
    ("empty file", lambda g: g.build(""), 1, "empty"),
    ("header only", lambda g: g.build("posting_id,title\n"), 1, "no listings|no rows"),
    ("no id column", lambda g: g.build("id,title\na,Lamp\n"), 1, "no column 'posting_id'"),
    ("no title or image", lambda g: g.build("posting_id,price\na,3\n"), 1, "title"),
    ("id twice", lambda g: g.build("posting_id,title\na,Lamp\na,Chair\n"), 1, "'a'.*rows? (1|2)"),
    ("empty id", lambda g: g.build("posting_id,title\n,Lamp\n"), 1, "row 1"),
    ("space in id", lambda g: g.build('posting_id,title\n"a b",Lamp\n'), 1, "row 1"),
    ("column twice", lambda g: g.build("posting_id,title,title\na,Lamp,Chair\n"), 1, "'title'"),
    ("too many fields", lambda g: g.build("posting_id,title\na,Lamp,big,red\n"), 1, "row 1|line 2"),
    ("too few fields", lambda g: g.build("posting_id,title,price\na,Lamp,3\nb\n"), 1, "row 2|line 3"),
    ("not UTF-8", lambda g: g.build("posting_id,title\na,Caf\xe9\n".encode("latin-1")), 1, "UTF-8"),
    ("UTF-16", lambda g: g.build(TITLES.encode("utf-16")), 1, "UTF-8"),
    ("nothing to compare", lambda g: g.build("posting_id,title\na,\n"), 1, "row 1|title"),
    ("spreadsheet", lambda g: g.build(b"PK\x03\x04", name="c.xlsx"), 1, "xlsx|CSV"),
    ("no parquet", lambda g: g.build(b"PAR1 not really", name="c.parquet"), 1, "Parquet|parquet"),
    ("missing photo", lambda g: g.with_images("posting_id,image\na,good.png\nb,no.png\n"), 1, "row 2"),
    ("path upwards", lambda g: g.with_images("posting_id,image\na,../c.csv\n"), 1, "row 1"),
    ("absolute path", lambda g: g.with_images("posting_id,image\na,/etc/passwd\n"), 1, "row 1"),
    ("backslashes", lambda g: g.with_images("posting_id,image\na,..\\c.csv\n"), 1, "row 1"),
    ("images, no column", lambda g: g.with_images(TITLES), 1, "no column 'image'"),
    ("no image folder", lambda g: g.build(TITLES.replace("title", "image"), "--images", g.folder / "no", "--model", g.model), 1, "no"),
    ("pHash", lambda g: g.build("posting_id,title,image_phash\na,Lamp,94974f937d4c2433\nb,Lamp,xyz\n"), 1, "image_phash is not 16 hexadecimal digits.*row 2.*xyz"),
    ("queries without images", lambda g: g.build(TITLES, "--queries", g.write("q.csv", QUERIES)), 2, "below --images: give their folder"),
    ("queries missing", lambda g: [*g.with_images(PHOTO), "--queries", g.folder / "q.csv"], 1, "list of queries .*q.csv.*no such file"),
    ("query without id", lambda g: [*g.with_images(PHOTO), "--queries", g.write("q.csv", "id,image\na,good.png\n")], 1, "no column 'query_id'"),
    ("query id twice", lambda g: [*g.with_images(PHOTO), "--queries", g.write("q.csv", QUERIES + "q1,good.png\n")], 1, "duplicate query_id: row 2 .'q1' as in row 1"),
    ("query without photo", lambda g: [*g.with_images(PHOTO), "--queries", g.write("q.csv", QUERIES + "q2,\n")], 1, "no photo: row 2"),
    ("query photo upwards", lambda g: [*g.with_images(PHOTO), "--queries", g.write("q.csv", QUERIES + "q2,../c.csv\n")], 1, "not a path inside the image folder: row 2"),
    ("query photo is text", lambda g: [*g.with_images(PHOTO, bad="text"), "--queries", g.write("q.csv", QUERIES + "q2,bad.png\n")], 1, "The query 'q2' cannot be used: The photo bad.png"),
    ("queries for titles", lambda g: [*g.with_images("posting_id,title,image\na,Red lamp,\n")[:-2], "--queries", g.write("q.csv", QUERIES)], 1, "the catalogue has none to compare them with"),
    ("label column", lambda g: g.build(TITLES, "--label-column", "sku"), 1, "'sku'"),
]  # fmt: skip
PHOTOS: list[Case] = [
    ("no photo file", lambda g: ["find", g.bundle, "--photo", g.folder / "no.jpg"], 1, "no.jpg"),
    ("photo is a folder", lambda g: ["find", g.bundle, "--photo", g.folder], 1, "it is not a file"),
    ("zero bytes", lambda g: g.find(b""), 1, "query.png.*empty"),
    ("text", lambda g: g.find(b"hello, I am a photo"), 1, "query.png"),
    ("svg", lambda g: g.find(b"<svg xmlns='http://www.w3.org/2000/svg'/>", "query.svg"), 1, "JPEG, PNG"),
    ("pdf", lambda g: g.find(b"%PDF-1.7\n", "query.pdf"), 1, "JPEG, PNG"),
    ("truncated", lambda g: g.find(g.photo.read_bytes()[:900]), 1, "query.png"),
    ("decompression bomb", lambda g: g.find(png_of(20_000, 20_000)), 1, "20000 x 20000|20,000|pixels"),
    ("no width", lambda g: g.find(png_of(0, 10)), 1, "query.png"),
    ("too many bytes", lambda g: g.find(g.photo.read_bytes() + bytes(21 * 2**20)), 1, "query.png.*bytes|MB|MiB"),
    ("all unreadable", lambda g: [
        "build", g.write("c.csv", "posting_id,image\na,bad.png\n"), "--images", g.write("images/bad.png", b"no").parent,
        "--model", g.model, "--out", g.folder / "out"], 1, "None of the 1 photos can be read"),
]  # fmt: skip
BUNDLES: list[Case] = [
    ("no bundle", lambda g: ["find", "nowhere", "--title", "lamp"], 1, "There is no bundle at nowhere"),
    ("a folder, no bundle", lambda g: ["verify", g.folder], 1, "There is no bundle"),
    ("manifest is text", lambda g: g.spoil("manifest.json", b"hello"), 1, "is not JSON"),
    ("manifest is a list", lambda g: g.spoil("manifest.json", b"[]"), 1, "bundle format None"),
    ("newer format", lambda g: g.spoil("manifest.json", b'{"format": 99}'), 1, "bundle format 99"),
    ("vectors cut", lambda g: g.spoil("photo_vectors.npy", b"\x93NUMPY"), 1, "photo_vectors.npy has 6 bytes"),
    ("listings cut", lambda g: g.spoil("listings.parquet", b""), 1, "listings.parquet has 0 bytes"),
    ("no model here", lambda g: ["find", g.bundle, "--photo", g.photo], 1, "Photos of your own cannot be searched .*tiny, the model .* Titles, .* can be searched without it"),
    ("queries are text", lambda g: g.with_queries("queries.parquet", b"hello"), 1, "sampled is damaged .*: build it anew"),
    ("queries missing in the bundle", lambda g: g.with_queries("queries.parquet", None), 1, "queries.parquet is missing"),
    ("query vectors are a pickle", lambda g: g.with_queries("query_vectors.npy", array(np.array([{"a": 1}]))), 1, "is damaged .*Python objects"),
    ("query vectors of another length", lambda g: g.with_queries("query_vectors.npy", array(np.ones((5, 256), "f4"))), 1, "query_vectors.npy holds vectors without unit norm"),
    ("too few query vectors", lambda g: g.with_queries("query_vectors.npy", array(np.ones((4, 256), "f4"))), 1, "query_vectors.npy has shape .4, 256."),
    ("query photos cut", lambda g: g.with_queries("query_photos.bin", b"\xff\xd8"), 1, "query_photo_offsets.npy does not fit query_photos.bin"),
    ("query offsets", lambda g: g.with_queries("query_photo_offsets.npy", array(np.zeros(3, "i8"))), 1, "query_photo_offsets.npy has shape .3,."),
    ("unknown sample", lambda g: ["find", g.sampled, "--sample", "nobody"], 1, "has no sample photo 'nobody'"),
    ("no samples", lambda g: ["find", g.bundle, "--sample", "q3"], 1, "has no sample photos"),
    ("sample and photo", lambda g: ["find", g.sampled, "--sample", "q3", "--photo", g.photo], 2, "leave one of them out"),
    ("unknown listing", lambda g: ["find", g.bundle, "--listing", "nobody"], 1, "has no listing 'nobody'"),
    ("out is a file", lambda g: g.build(TITLES, "--out", g.write("taken", "x")), 1, "taken exists and is not a bundle"),
    ("out is my folder", lambda g: g.build(TITLES, "--out", g.write("mine/x", "x").parent, "--overwrite"), 1, "is not a bundle"),
    ("out is a bundle", lambda g: g.build(TITLES, "--out", g.bundle), 1, "is a bundle already: give --overwrite to replace it."),
    ("below a file", lambda g: g.build(TITLES, "--out", g.write("taken", "x") / "out"), 1, "taken"),
    ("matches nowhere", lambda g: ["match", g.bundle, "--out", g.folder / "no" / "m.csv"], 1, "cannot be written"),
]  # fmt: skip
ARGUMENTS: list[Case] = [
    ("no command", lambda g: ["frobnicate"], 2, "No such command 'frobnicate'"),
    ("unknown option", lambda g: ["verify", g.bundle, "--fast"], 2, "No such option"),
    ("nothing to find", lambda g: ["find", g.bundle], 2, "give --photo, --title, --sample or --listing"),
    ("listing and title", lambda g: ["find", g.bundle, "--listing", "0a", "--title", "x"], 2, "leave --photo, --title and --sample out"),
    ("threshold is a word", lambda g: ["find", g.bundle, "--title", "x", "--title-threshold", "low"], 2, "'low' is not a distance from 0 to below 1"),
    ("threshold too large", lambda g: ["find", g.bundle, "--title", "x", "--title-threshold", "1.2"], 2, "'1.2' is not a distance from 0 to below 1"),
    ("threshold negative", lambda g: ["match", g.bundle, "--out", "m", "--photo-threshold", "-1"], 2, "'-1' is not a distance"),
    ("threshold nan", lambda g: ["match", g.bundle, "--out", "m", "--photo-threshold", "nan"], 2, "'nan' is not a distance"),
    ("limit", lambda g: ["match", g.bundle, "--out", "m", "--limit", "0"], 2, "'0' is not a whole number from 1 upwards"),
    ("nothing to write", lambda g: ["match", g.bundle], 2, "give --out, --groups or both"),
    ("bits", lambda g: ["find", g.bundle, "--title", "x", "--phash-bits", "99"], 2, "'99' is not a whole number of bits from 0 to 64"),
    ("blend", lambda g: ["match", g.bundle, "--groups", "g.csv", "--blend", "2"], 2, "'2' is not a distance from 0 to 1"),
    ("expansion", lambda g: ["match", g.bundle, "--groups", "g.csv", "--expansion", "0"], 2, "'0' is not a whole number from 1"),
    ("unknown method", lambda g: ["evaluate", g.write("c.csv", LABELLED), "--method", "bm25", "--protocol", "full"], 2, "'bm25' is not one of phash, photo, idf"),
    ("unknown protocol", lambda g: ["evaluate", g.write("c.csv", LABELLED), "--method", "idf", "--protocol", "loo"], 2, "'loo' is not one of full, fold, dense, half, parts"),
    ("too few groups", lambda g: ["evaluate", g.write("c.csv", LABELLED), "--method", "idf", "--protocol", "fold"], 1, "has 2 label groups, but folds need at least 5"),
    ("no labels", lambda g: ["evaluate", g.write("c.csv", TITLES), "--method", "idf", "--protocol", "full"], 1, "'label_group'"),
    ("no known word", lambda g: ["find", g.bundle, "--title", "zzqqx", "--mode", "duplicates"], 1, "None of these words is in a title of small: try other words"),
    ("no pHash to compare", lambda g: ["match", titles_only(g), "--out", "m.csv", "--phash-bits", "4"], 1, "has no image_phash: leave --phash-bits out"),
    ("mode without a title", lambda g: ["find", g.bundle, "--listing", "0a", "--mode", "words"], 2, "--mode is for --title without a photo: leave it out"),
    ("words beside a threshold", lambda g: ["find", g.bundle, "--title", "x", "--mode", "words", "--title-threshold", "0.3"], 2, "words are found without thresholds, rules and pair scorers"),
    ("sureness beside distances", lambda g: ["find", g.bundle, "--title", "x", "--decide", "distances", "--sure", "90"], 2, "belong to --decide sureness"),
    ("sureness", lambda g: ["find", g.bundle, "--title", "x", "--sure", "120"], 2, "'120' is neither a percentage"),
    ("parts without a scorer", lambda g: ["evaluate", g.write("c.csv", LABELLED), "--method", "idf", "--protocol", "parts"], 2, "the protocol parts is for --pairs"),
    ("no word", lambda g: ["find", g.bundle, "--title", "!!"], 1, "The text '!!' holds no word to search for"),
    ("pair scorer is a file", lambda g: ["find", g.bundle, "--title", "speaker", "--pairs", g.write("p.txt", "hello")], 1, "There is no pair scorer at .*p.txt"),
    ("rules beside a pair scorer", lambda g: ["find", g.bundle, "--title", "speaker", "--pairs", g.folder, "--min2", "0.5"], 2, "leave the other rules and thresholds out"),
    ("thresholds beside a pair scorer", lambda g: ["match", g.bundle, "--out", "m.csv", "--pairs", g.folder, "--title-threshold", "0.5"], 2, "leave the other rules and thresholds out"),
    ("pair scorer missing", lambda g: ["match", g.bundle, "--out", "m.csv", "--pairs", g.folder / "no.npz"], 1, "no.npz"),
    ("decisions missing", lambda g: ["decisions", "import", g.bundle, g.folder / "no.csv"], 1, "no.csv.* it cannot be read"),
    ("decisions without a file", lambda g: ["decisions", "export", g.bundle], 2, "Missing option '--out'"),
    ("decisions that are wrong", lambda g: ["decisions", "import", g.bundle, g.write("d.csv", "first,second,decision\n0a,0b,same\n0b,0a,different\n0a,x,same\n")], 1, r"because of 2 problems: - another decision on the same pair: line 3 .* - no listing of this catalogue: line 4 \('x'\)"),
    ("decisions to a folder", lambda g: ["decisions", "export", g.bundle, "--out", g.folder], 1, "cannot be written"),
    ("explain nobody", lambda g: ["explain", g.bundle, "0a", "nobody"], 1, "has no listing 'nobody'"),
    ("train to a file", lambda g: ["train-pairs", g.write("c.csv", LABELLED), "--out", g.write("p.txt", "x")], 1, "exists and is not a pair scorer"),
    ("empty title", lambda g: ["find", g.bundle, "--title", "  "], 1, "cannot be searched with an empty title"),
    ("out is a folder", lambda g: ["match", g.bundle, "--out", g.folder], 1, "cannot be written"),
    ("no out", lambda g: ["build", g.write("c.csv", TITLES)], 2, "Missing option '--out'"),
    ("weighting", lambda g: g.build(TITLES, "--title-weighting", "bm25"), 2, "Invalid value for '--title-weighting': 'bm25' is not one of"),
    ("device", lambda g: ["find", g.bundle, "--title", "x", "--device", "tpu"], 2, "Invalid value for '--device': 'tpu' is not one of"),
    ("model without photos", lambda g: g.build(TITLES, "--model", g.model), 2, "there are no photos"),
    ("photos without model", lambda g: g.with_images("posting_id,image\na,good.png\n")[:-2], 2, "give --model"),
    ("unknown model", lambda g: [*g.with_images("posting_id,image\na,good.png\n")[:-1], "resnet5000"], 1, "The model 'resnet5000' is unknown"),
    ("weights missing", lambda g: [*g.with_images("posting_id,image\na,good.png\n")[:-1], "test_resnet", "--weights", g.folder / "no.safetensors"], 1, "no.safetensors do not exist"),
    ("weights of another", lambda g: [*g.with_images("posting_id,image\na,good.png\n")[:-1], "test_resnet", "--weights", g.model / "weights.safetensors"], 1, "are not of the backbone test_resnet"),
    ("weights are a pickle", lambda g: [*g.with_images("posting_id,image\na,good.png\n")[:-1], "test_resnet", "--weights", g.write("w.pth", b"PK\x03\x04\x80\x02.")], 1, "cannot be read as safetensors"),
    ("image size", lambda g: [*g.with_images("posting_id,image\na,good.png\n"), "--image-size", "5"], 2, "5 is not in the range|greater than or equal to 32"),
    ("neck without weights", lambda g: g.with_model(neck="batchnorm"), 1, "are of a backbone alone, but the model has pooling avg and neck batchnorm"),
    ("unknown pooling", lambda g: g.with_model(pooling="max"), 1, "pooling is 'max', but must be 'avg' or 'gem'"),
    ("model names a checkpoint", lambda g: g.with_model(backbone_arguments={"checkpoint_path": "w.pth"}), 1, "checkpoint_path is no argument of an architecture"),
    ("model from a hub", lambda g: g.with_model(backbone="hf-hub:someone/something"), 1, "timm cannot build the backbone 'hf-hub:someone/something'"),
]  # fmt: skip
CASES = [*CATALOGUES, *PHOTOS, *BUNDLES, *ARGUMENTS]


def files_below(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def given(
    small_bundle: Path,
    sampled_bundle: Path,
    small_catalogue: Path,
    tiny_model: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Given:
    (tmp_path / "given").mkdir()
    shutil.copytree(small_bundle, tmp_path / "bundle")
    monkeypatch.chdir(tmp_path / "given")
    monkeypatch.setenv("PRODUCT_MATCHING_MODELS", str(tmp_path / "no-models"))
    monkeypatch.setenv("PRODUCT_MATCHING_EMBEDDINGS", str(tmp_path / "no-bundles"))
    photo = small_catalogue / "images" / "0a.png"
    return Given(tmp_path / "given", tmp_path / "bundle", photo, tiny_model, sampled_bundle)


@pytest.mark.parametrize(
    ("prepare", "status", "sentence"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_a_bad_input_is_one_sentence_and_leaves_nothing_behind(
    given: Given,
    prepare: Callable[[Given], list[object]],
    status: int,
    sentence: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys, "argv", ["product-matching", *map(str, prepare(given))])
    before = files_below(given.folder.parent)
    with pytest.raises(SystemExit) as stopped:
        main()
    err = capsys.readouterr().err
    assert stopped.value.code == status, err
    assert re.search(sentence, err.replace("\n", " ")), err
    assert "Traceback" not in err
    after = files_below(given.folder.parent)
    assert after == before


def test_there_are_at_least_forty() -> None:
    assert len({case[0] for case in CASES}) == len(CASES) >= 40
