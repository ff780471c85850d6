"""Fixtures of the tests of title trainings."""

import pytest
import torch


@pytest.fixture(autouse=True)
def no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    """Train on the processor, where two trainings end in the same bits."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
