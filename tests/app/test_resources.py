"""What the server keeps is told apart by fingerprints, not by samples of arrays."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from product_matching.app import resources
from product_matching.encoders import model_sources
from product_matching.encoders.model_folder import PhotoModel
from product_matching.store.bundle import Bundle, open_bundle


def test_starts_are_chosen_once_for_each_fingerprint_and_count(
    small_bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, int]] = []

    def choose(bundle: Bundle, count: int) -> list[int]:
        asked.append((bundle.fingerprint, count))
        return [0]

    monkeypatch.setattr(resources, "starting_rows", choose)
    bundle = open_bundle(small_bundle)
    rebuilt = replace(bundle, fingerprint="rebuilt")
    for one, count in ((bundle, 3), (open_bundle(small_bundle), 3), (rebuilt, 3), (bundle, 4), (rebuilt, 3)):
        assert resources.starts_of(one, count) == [0]
    assert asked == [(bundle.fingerprint, 3), ("rebuilt", 3), (bundle.fingerprint, 4)]


def test_a_network_is_loaded_once_for_each_fingerprint_whatever_it_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded: list[str] = []

    def load(model: PhotoModel) -> str:
        loaded.append(model.name)
        return model.fingerprint

    monkeypatch.setattr(model_sources, "open_photo_encoder", load)
    monkeypatch.setattr(torch, "set_num_threads", lambda count: None)  # it is of the whole process of the tests
    model = PhotoModel(name="m", backbone="b", weights_sha256="1" * 64, dimension=3)
    other = replace(model, image_size=96)
    found = [resources.encoder_of(one) for one in (model, replace(model, name="n"), other)]
    assert found == [model.fingerprint, model.fingerprint, other.fingerprint]
    assert loaded == ["m", "m"]
    resources.encoder_of.clear()
