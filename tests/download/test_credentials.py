"""Where Kaggle credentials are found, and that they are never shown."""

import base64
import json
from pathlib import Path

import pytest

from product_matching.download.credentials import find_credentials
from product_matching.errors import InputError


def basic(username: str, key: str) -> str:
    return f"Basic {base64.b64encode(f'{username}:{key}'.encode()).decode()}"


@pytest.fixture
def everything(tmp_path: Path) -> dict[str, str]:
    """An environment in which credentials are in every place."""
    (tmp_path / "access_token").write_text("KGAT_file\n")
    (tmp_path / "access_token.txt").write_text("KGAT_txt")
    (tmp_path / "kaggle.json").write_text(json.dumps({"username": "from", "key": "json"}))
    variables = {"KAGGLE_API_TOKEN": "KGAT_variable", "KAGGLE_USERNAME": "me", "KAGGLE_KEY": "k1"}
    return {**variables, "KAGGLE_CONFIG_DIR": str(tmp_path)}


def test_they_are_taken_in_the_order_of_kaggles_own_tools(everything: dict[str, str], tmp_path: Path) -> None:
    assert find_credentials(everything).authorization == "Bearer KGAT_variable"
    del everything["KAGGLE_API_TOKEN"]
    assert find_credentials(everything).authorization == basic("me", "k1")
    del everything["KAGGLE_KEY"]
    for name in ("access_token", "access_token.txt"):
        found = find_credentials(everything)
        assert found.authorization == f"Bearer KGAT_{'txt' if name.endswith('txt') else 'file'}"
        assert found.origin == str(tmp_path / name)
        (tmp_path / name).unlink()
    assert find_credentials(everything).authorization == basic("from", "json")
    (tmp_path / "kaggle.json").unlink()
    with pytest.raises(InputError, match=r"no Kaggle credentials: make a token at https://www\.kaggle\.com/settings"):
        find_credentials(everything)


def test_the_folder_is_in_the_home_of_the_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".kaggle").mkdir()
    (tmp_path / ".kaggle" / "access_token").write_text("KGAT_home")
    assert find_credentials({}).authorization == "Bearer KGAT_home"


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("kaggle.json", b"{", "holds no Kaggle credentials: expected is JSON with 'username' and 'key'"),
        ("kaggle.json", b'["secret"]', "holds no Kaggle credentials"),
        ("kaggle.json", b'{"username": "me"}', "holds no Kaggle credentials"),
        ("kaggle.json", b"[" * 100_000, "holds no Kaggle credentials"),
        ("kaggle.json", b'{"username": "me", "key": "secret\\nX-Other: 1"}', "hold spaces or other than ASCII"),
        ("access_token", b"secret secret", "are empty or hold spaces"),
        ("access_token", b"\n", "are empty"),
        ("access_token", b"\xff", "are not text in UTF-8"),
    ],
)
def test_what_cannot_be_used_is_named_and_not_shown(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=said) as caught:
        find_credentials({"KAGGLE_CONFIG_DIR": str(tmp_path)})
    assert str(tmp_path / name) in str(caught.value)
    assert "secret" not in str(caught.value)


def test_they_are_not_shown_with_the_object() -> None:
    assert "KGAT" not in repr(find_credentials({"KAGGLE_API_TOKEN": "KGAT_secret"}))
