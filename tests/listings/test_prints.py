"""What was read on a photo: its words, and its written form."""

import pytest

from product_matching.errors import InputError
from product_matching.listings.prints import PhotoPrint, PrintLine, parse_print, write_print

BOX = ((0.0, 0.5), (90.0, 0.0), (90.0, 20.0), (0.0, 20.5))


def read_of(*texts: str) -> PhotoPrint:
    return PhotoPrint(size=(96, 64), lines=tuple(PrintLine(text=text, confidence=0.75, box=BOX) for text in texts))


def test_words_are_those_of_titles_each_once() -> None:
    assert read_of("Hand CREAM", "50 ML", "cream!").words == ("hand", "cream", "50ml")
    assert read_of().words == ()
    assert read_of("A b", "c").text == "A b c"


def test_what_is_written_is_read_the_same() -> None:
    read = read_of("Crème № 5", "")
    assert parse_print(write_print(read)) == read
    assert "\n" not in write_print(read)
    assert "Crème" in write_print(read)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("no json", "is not JSON"),
        ("{}", "size is missing"),
        ('{"size": [4, 4], "lines": [{"text": "a", "confidence": 2, "box": []}]}', r"lines\[0\].confidence is 2"),
        ('{"size": [4, -4], "lines": []}', r"size\[1\] is -4, but must be at least 0"),
    ],
)
def test_something_else_is_one_sentence(text: str, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        parse_print(text)
