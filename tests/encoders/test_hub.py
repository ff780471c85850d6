"""Whether the hub of pretrained weights answers is known within seconds."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from product_matching.encoders import hub
from product_matching.encoders.model_sources import resolve_model
from product_matching.errors import InputError


def test_a_hub_that_does_not_answer_is_one_sentence_within_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    started = time.monotonic()
    with pytest.raises(InputError) as raised:
        resolve_model("multilingual")
    assert time.monotonic() - started < 10
    assert str(raised.value) == (
        "The pretrained weights of 'vit_base_patch16_siglip_256.v2_webli' could not be had (http://127.0.0.1:9 does "
        "not answer): connect to the model hub, or give a file with --weights or a folder of models/."
    )


def test_weights_that_the_client_keeps_need_no_hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    (tmp_path / "models--timm--test_efficientnet.r160_in1k" / "snapshots").mkdir(parents=True)
    hub.check_weights_in_reach("test_efficientnet")
    with pytest.raises(InputError, match="does not answer"):
        hub.check_weights_in_reach("mobilenetv2_100")
