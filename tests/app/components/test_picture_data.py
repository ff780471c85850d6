"""What the browser sends as a picture: read as the file that it was, or refused in one sentence."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from product_matching.app.components import picture_data
from product_matching.app.components.card import data_url
from product_matching.app.components.picture_data import PASTED_NAME, Picture, read_picture
from product_matching.errors import InputError


def test_a_data_url_is_read_as_its_bytes_and_name() -> None:
    url = "data:image/png;base64," + base64.b64encode(b"\x89PNG\x00\xff").decode()
    assert read_picture({"url": url, "name": " shot\n.png "}) == Picture(b"\x89PNG\x00\xff", "shot.png")
    assert read_picture({"url": data_url(b"jpeg")}) == Picture(b"jpeg", PASTED_NAME)


@pytest.mark.parametrize("name", ["", None, 7, "\x00\n", ["a"]])
def test_a_picture_without_a_name_is_called_a_pasted_one(name: Any) -> None:
    assert read_picture({"url": data_url(b"x"), "name": name}).name == PASTED_NAME
    assert len(read_picture({"url": data_url(b"x"), "name": "a" * 10_000}).name) <= 120


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (None, "no picture"),
        ("data:image/png;base64,AAAA", "no picture"),
        ({"url": 5}, "no picture"),
        ({"url": "https://example.org/a.png"}, "no picture"),
        ({"url": "data:text/html;base64,AAAA"}, "no picture"),
        ({"url": "data:image/png;base64"}, "damaged"),
        ({"url": "data:image/png,AAAA"}, "damaged"),
        ({"url": "data:image/" + "x" * 200 + ";base64,AAAA"}, "damaged"),
        ({"url": "data:image/png;base64,AAA*"}, "damaged"),
        ({"url": "data:image/png;base64,é"}, "damaged"),
        ({"url": "data:image/png;base64,AAAAA"}, "damaged"),
        ({"url": "data:image/png;base64,"}, "has 0 bytes"),
    ],
)
def test_what_is_no_picture_is_refused_in_one_sentence(sent: Any, said: str) -> None:
    with pytest.raises(InputError, match=rf"^The pasted picture .*{said}.*\.$|^What was pasted is {said}.*\.$"):
        read_picture(sent)


def test_a_picture_above_the_limit_is_refused_before_it_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture_data, "MAX_PHOTO_BYTES", 3_000)
    assert read_picture({"url": data_url(bytes(3_000))}).data == bytes(3_000)
    with pytest.raises(InputError, match="3,001 bytes"):
        read_picture({"url": data_url(bytes(3_001))})
    monkeypatch.setattr(picture_data.base64, "b64decode", lambda *_, **__: pytest.fail("decoded"))
    with pytest.raises(InputError, match="too large"):
        read_picture({"url": data_url(bytes(3_010))})
