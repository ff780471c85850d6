"""The print on the photo of a search: read, shown as words, and drawn on the photo."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import streamlit as st
from PIL import Image, ImageDraw

from product_matching.app.address import Address
from product_matching.app.find.query import Asked
from product_matching.app.resources import print_on, print_reader
from product_matching.app.shared.controls import draw_switch
from product_matching.app.shared.pictures import shown_picture
from product_matching.app.shared.uploads import Upload
from product_matching.app.shared.wording import plain
from product_matching.encoders.photo_views import Wanted
from product_matching.encoders.photo_workers import shared_workers
from product_matching.encoders.print_reader import why_no_reader
from product_matching.errors import InputError
from product_matching.listings.photos import decode_photo
from product_matching.listings.prints import PhotoPrint
from product_matching.matching.candidates import RowArray
from product_matching.store.bundle import Bundle
from product_matching.workflows.find import Finder
from product_matching.workflows.find_print import add_print, matched_words

#: Longer side of the photo with the boxes of its print.
_EDGE = 512
#: Width at which it is shown, in pixels.
_SHOWN = 200
_MATCHED, _READ = (22, 163, 74), (130, 130, 130)
_HELP = (
    "The words on the photo are read and searched for in the titles, together with the photo. It takes about a second."
)


def read_print(asked: Asked, address: Address, finder: Finder) -> Asked:
    """Add to a search what is printed on its photo, if the address wants it; problems are added, never raised."""
    if not address.read_print or not can_read(finder.bundle, asked):
        return asked
    try:
        printed, took = _read(asked, finder.bundle)
        query = add_print(finder, asked.query, printed)
    except InputError as error:
        return replace(asked, problems=(*asked.problems, str(error)))
    return replace(asked, query=query, key=f"{asked.key} read", printed=printed, read_ms=took)


def can_read(bundle: Bundle, asked: Asked) -> bool:
    """Whether there is a photo to read, titles to compare it with, and a reader or print that is kept."""
    if bundle.title_encoder is None or asked.query.photo is None:
        return False
    return not why_no_reader() or _kept(bundle, asked) is not None


def _kept(bundle: Bundle, asked: Asked) -> PhotoPrint | None:
    if asked.part is not None:
        return None
    if asked.sample is not None:
        return bundle.print_of_sample(asked.sample.query_id)
    return None if asked.query.row is None else bundle.print_of(asked.query.row)


def _read(asked: Asked, bundle: Bundle) -> tuple[PhotoPrint, float]:
    kept = _kept(bundle, asked)
    if kept is not None:
        return kept, 0.0
    return print_on(_photo_key(asked, bundle), _reading(asked, bundle))


def _photo_key(asked: Asked, bundle: Bundle) -> str:
    """Names the photo of a search, whatever the title beside it."""
    upload = asked.part or asked.upload
    if upload is not None:
        return f"upload {upload.key}"
    kind, name = ("listing", asked.query.row) if asked.sample is None else ("sample", asked.sample.query_id)
    return f"{bundle.fingerprint} {kind} {name}"


def _reading(asked: Asked, bundle: Bundle) -> Callable[[], PhotoPrint]:
    """Read the photo of a search: the uploaded file as long as it is kept, else its picture."""
    upload = asked.part or asked.upload
    if upload is not None and (upload.whole or upload).data is not None:
        return lambda: print_reader().read(_readable(upload))
    picture = asked.picture(bundle)
    if picture is None:
        raise InputError("The photo of this search is no longer kept: upload it again.")
    return lambda: print_reader().read(decode_photo(picture))


def _readable(upload: Upload) -> Image.Image:
    """An upload at the size at which its print is read."""
    readable = upload.views(Wanted(readable=True), shared_workers().view).readable
    if readable is None:
        raise LookupError("The view that is read was not made.")
    return Image.fromarray(readable)


def words_by_row(bundle: Bundle, asked: Asked, rows: RowArray) -> dict[int, tuple[str, ...]]:
    """Words of the print that the title of each listing holds; only the listings that hold any."""
    if asked.query.print is None:
        return {}
    held = zip(rows.tolist(), matched_words(bundle, asked.query.print, rows), strict=True)
    return {row: words for row, words in held if words}


def draw_print_switch(bundle: Bundle, address: Address, asked: Asked) -> None:
    """Draw the switch that has the print read, and why it cannot be."""
    if bundle.title_encoder is None or asked.query.photo is None:
        return
    readable = can_read(bundle, asked)
    draw_switch(
        "read_print",
        "Read the print",
        value=address.read_print and readable,
        says=_HELP,
        disabled=not readable,
    )
    if not readable:
        st.caption(plain(why_no_reader()))


def draw_print(bundle: Bundle, asked: Asked, matched: Mapping[int, tuple[str, ...]]) -> None:
    """Draw what was read: the photo with its boxes beside the words, those in matching titles marked.

    Parameters
    ----------
    bundle, asked
        What is searched for, and where.
    matched
        Words of the print by row of the listings that match.
    """
    if asked.printed is None or asked.query.print is None:
        return
    query, found = asked.query.print, frozenset(word for words in matched.values() for word in words)
    picture = asked.picture(bundle)
    with st.container(horizontal=True, wrap=False, gap="small"):
        if asked.printed.lines and picture is not None:
            boxed = with_boxes(picture, asked.printed, query.lines_of(found))
            st.image(shown_picture(boxed), width=_SHOWN, alt=_alt(asked.printed))
        with st.container(gap="xsmall"):
            _draw_words(query.known, query.unknown, found)


def _draw_words(known: Sequence[str], unknown: Sequence[str], found: frozenset[str]) -> None:
    if not known and not unknown:
        st.caption("No print was read on this photo.")
    elif known:
        st.markdown(" ".join(_chip(word, found=word in found) for word in known))
        st.caption("Words read. Green: in the title of a match.")
    if unknown:
        st.caption(f"In no title of this catalogue: {plain(' '.join(unknown))}")


def _chip(word: str, *, found: bool) -> str:
    return f":green-badge[:material/check: {plain(word)}]" if found else f":gray-badge[{plain(word)}]"


def _alt(printed: PhotoPrint) -> str:
    return f"The photo with a box around each line of print: {', '.join(line.text for line in printed.lines)}"


def with_boxes(picture: bytes, printed: PhotoPrint, found: frozenset[int]) -> bytes:
    """Draw the box of each line on a picture: thick and green for the given lines, thin and grey for the others.

    Parameters
    ----------
    picture
        JPEG of the photo, at any size.
    printed
        What was read on it.
    found
        Numbers of the lines that matched.

    Returns
    -------
    bytes
        JPEG whose longer side is 512 pixels.
    """
    photo = decode_photo(picture)
    scale = _EDGE / max(photo.size)
    canvas = photo.resize((max(1, round(photo.width * scale)), max(1, round(photo.height * scale))))
    draw = ImageDraw.Draw(canvas)
    across, down = canvas.width / max(1, printed.size[0]), canvas.height / max(1, printed.size[1])
    for number, line in enumerate(printed.lines):
        corners = [(x * across, y * down) for x, y in line.box]
        colour, width = (_MATCHED, 4) if number in found else (_READ, 2)
        draw.line([*corners, corners[0], corners[1]], fill=colour, width=width, joint="curve")
    buffer = io.BytesIO()
    canvas.save(buffer, "JPEG", quality=88)
    return buffer.getvalue()
