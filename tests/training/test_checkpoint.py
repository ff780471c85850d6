"""Checkpoints: whole or not there, and refused where they cannot be used."""

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from product_matching.errors import InputError
from product_matching.training.checkpoint import (
    optimizer_tensors,
    read_state,
    read_tensors,
    restore_optimizer,
    restore_task,
    task_tensors,
    write_checkpoint,
)


def trained(seed: int, width: int = 4) -> tuple[nn.Module, torch.optim.AdamW]:
    torch.manual_seed(seed)
    task = nn.Sequential(nn.Conv2d(3, width, 3), nn.BatchNorm2d(width), nn.Flatten(), nn.LazyLinear(2))
    task(torch.randn(2, 3, 5, 5))
    task = task.to(memory_format=torch.channels_last)
    optimizer = torch.optim.AdamW(task.parameters(), lr=0.1)
    task(torch.randn(4, 3, 5, 5)).square().sum().backward()
    optimizer.step()
    return task, optimizer


def written(path: Path, seed: int = 0) -> tuple[nn.Module, torch.optim.AdamW]:
    task, optimizer = trained(seed)
    write_checkpoint(path, {**task_tensors(task), **optimizer_tensors(optimizer)}, {"epoch": 3, "rate": 0.1})
    return task, optimizer


def read_whole(path: Path, task: nn.Module) -> None:
    """Read a checkpoint as resuming does."""
    read_state(path)
    read_tensors(path, task_tensors(task))


def test_everything_comes_back_bit_by_bit(tmp_path: Path) -> None:
    path = tmp_path / "last.safetensors"
    task, optimizer = written(path)
    other, other_optimizer = trained(seed=1)
    tensors = read_tensors(path, task_tensors(other))
    restore_task(other, tensors)
    restore_optimizer(other_optimizer, tensors, path)
    assert read_state(path) == {"epoch": 3, "rate": 0.1}
    assert all(
        torch.equal(a, b) for a, b in zip(task_tensors(task).values(), task_tensors(other).values(), strict=True)
    )
    first, second = optimizer_tensors(optimizer), optimizer_tensors(other_optimizer)
    assert first.keys() == second.keys()
    assert len(first) == 3 * 6
    assert all(torch.equal(first[name], second[name]) for name in first)
    weight = next(iter(other.parameters()))
    assert other_optimizer.state[weight]["exp_avg"].stride() == weight.stride()


def test_nothing_half_written_is_left_when_writing_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "last.safetensors"
    written(path)
    before = path.read_bytes()

    def full_disk(*args: object, **options: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("product_matching.training.checkpoint.save_file", full_disk)
    with pytest.raises(InputError, match="cannot be written \\(No space left on device\\)"):
        written(path, seed=5)
    assert path.read_bytes() == before


@pytest.mark.parametrize("position", [0, 9, 300, -1, -200])
def test_one_changed_byte_is_noticed(tmp_path: Path, position: int) -> None:
    path = tmp_path / "last.safetensors"
    task, _ = written(path)
    content = bytearray(path.read_bytes())
    content[position] ^= 0x21
    path.write_bytes(bytes(content))
    with pytest.raises(InputError, match=r"damaged|another architecture"):
        read_whole(path, task)


@pytest.mark.parametrize("content", [b"", b"not a checkpoint", b"\xff" * 64, (2**62).to_bytes(8, "little") + b"{}"])
def test_what_is_no_checkpoint_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "last.safetensors"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"last\.safetensors is damaged"):
        read_state(path)


def test_a_safetensors_file_without_a_state_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "weights.safetensors"
    save_file({"a": torch.zeros(2)}, path)
    with pytest.raises(InputError, match="damaged or no checkpoint"):
        read_state(path)
    save_file({"a": torch.zeros(2)}, path, metadata={"checkpoint": json.dumps({"format": 99})})
    with pytest.raises(InputError, match="its format is 99, not 1"):
        read_state(path)
    save_file({"a": torch.zeros(2)}, path, metadata={"checkpoint": "[" * 100_000})
    with pytest.raises(InputError, match="damaged or no checkpoint"):
        read_state(path)


def test_another_architecture_is_refused_with_the_first_tensor_that_differs(tmp_path: Path) -> None:
    path = tmp_path / "last.safetensors"
    written(path)
    other, _ = trained(0, width=5)
    with pytest.raises(InputError, match=r"another architecture: 7 of 9 tensors.*first: task\.0\.bias"):
        read_tensors(path, task_tensors(other))


def test_the_moments_of_another_optimizer_are_refused(tmp_path: Path) -> None:
    _, optimizer = trained(0)
    moments = optimizer_tensors(optimizer)
    for wrong in (
        {**moments, "optimizer.0.exp_avg": torch.zeros(7)},
        {**moments, "optimizer.99.step": torch.tensor(1.0)},
        {**moments, "optimizer.0.momentum": moments["optimizer.0.exp_avg"]},
        {name: tensor for name, tensor in moments.items() if name != "optimizer.1.exp_avg_sq"},
    ):
        with pytest.raises(InputError, match="of another optimizer"):
            restore_optimizer(optimizer, wrong, tmp_path)
    restore_optimizer(optimizer, moments, tmp_path)
