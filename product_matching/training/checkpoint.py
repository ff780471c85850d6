"""Checkpoints: tensors and a JSON state in one safetensors file, written at once and read without trusting it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from product_matching.errors import InputError, said
from product_matching.files import atomic_file

_FORMAT = 1
_OPTIMIZER = "optimizer."
_TASK = "task."
_CLASS_WEIGHTS = {f"{_TASK}head.weight", f"{_TASK}head.classifier.weight"}
_MOMENTS = {"step", "exp_avg", "exp_avg_sq"}


def write_checkpoint(path: Path, tensors: Mapping[str, Tensor], state: Mapping[str, Any]) -> None:
    """Write a checkpoint: at any moment there is a whole one or none.

    Parameters
    ----------
    path
        The file; an older checkpoint there is replaced.
    tensors
        By name.
    state
        Everything else, as plain values for JSON.

    Raises
    ------
    InputError
        The file cannot be written.
    """
    plain = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    text = json.dumps(state)
    header = {"format": _FORMAT, "tensors_sha256": _digest(plain), "state_sha256": _text_digest(text), "state": text}
    try:
        with atomic_file(path, what="checkpoint", durable=True) as partial:
            save_file(plain, partial, metadata={"checkpoint": json.dumps(header)})
    except SafetensorError as error:
        raise InputError(f"The checkpoint {path} cannot be written ({said(error, 100)}).") from error


def read_state(path: Path) -> dict[str, Any]:
    """Read the JSON state of a checkpoint.

    Raises
    ------
    InputError
        The file is missing, damaged, no checkpoint, or of another version.
    """
    try:
        header = _read_header(path)
        if _text_digest(header["state"]) != header["state_sha256"]:
            raise ValueError("SHA-256 differs")
        return dict(json.loads(header["state"]))
    except (OSError, SafetensorError, KeyError, ValueError, TypeError, AttributeError, RecursionError) as error:
        raise InputError(f"The checkpoint {path} is damaged or no checkpoint ({said(error, 80)}).") from error


def _read_header(path: Path) -> dict[str, Any]:
    with safe_open(path, "pt") as file:
        header = json.loads((file.metadata() or {})["checkpoint"])
    if header["format"] != _FORMAT:
        raise ValueError(f"its format is {header['format']!r:.20}, not {_FORMAT}")
    return dict(header)


def read_tensors(path: Path, expected: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Read the tensors of a checkpoint that are like some expected ones, before any of them is copied anywhere.

    Parameters
    ----------
    path
        The checkpoint.
    expected
        A tensor of the same shape and kind for each name; those of the optimizer may be missing in `expected`.

    Raises
    ------
    InputError
        The file is damaged, or its tensors are of another architecture.
    """
    try:
        digest = _read_header(path)["tensors_sha256"]
        with safe_open(path, "pt") as file:
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (no mapping)
    except (OSError, SafetensorError, KeyError, ValueError, TypeError) as error:
        raise InputError(f"The checkpoint {path} is damaged ({said(error, 80)}).") from error
    wrong = sorted(
        name
        for name in expected.keys() | {name for name in tensors if not name.startswith(_OPTIMIZER)}
        if name not in tensors or name not in expected or not _alike(tensors[name], expected[name])
    )
    if wrong:
        raise InputError(
            f"The checkpoint {path} is of another architecture: {len(wrong)} of {len(expected)} tensors are missing, "
            f"surplus or of another shape (first: {wrong[0]:.80})."
        )
    if _digest(tensors) != digest:
        raise InputError(f"The checkpoint {path} is damaged: its content is not what was written (SHA-256 differs).")
    return tensors


def restore_checkpoint(path: Path, task: nn.Module, optimizer: torch.optim.Optimizer | None = None) -> None:
    """Fill a task, and an optimizer if one is given, with the tensors of a checkpoint.

    Raises
    ------
    InputError
        The file is damaged, or of another architecture or optimizer.
    """
    tensors = read_tensors(path, task_tensors(task))
    restore_task(task, tensors)
    if optimizer is not None:
        restore_optimizer(optimizer, tensors, path)


def count_classes(path: Path) -> int:
    """Number of classes of the head of a checkpoint; 1 for an autoencoder, which has none.

    Raises
    ------
    InputError
        The file is missing, damaged, or its head has no shape that a head can have.
    """
    try:
        with safe_open(path, "pt") as file:
            shapes = [file.get_slice(name).get_shape() for name in file.keys() if name in _CLASS_WEIGHTS]  # noqa: SIM118
    except (OSError, SafetensorError) as error:
        raise InputError(f"The checkpoint {path} is damaged ({said(error, 80)}).") from error
    if any(len(shape) != 2 or shape[0] < 1 for shape in shapes):
        raise InputError(f"The checkpoint {path} is damaged: its class weights have the shape {shapes[0]}.")
    return int(shapes[0][0]) if shapes else 1


def task_tensors(task: nn.Module) -> dict[str, Tensor]:
    """Name the parameters and statistics of a task as they stand in a checkpoint."""
    return {_TASK + name: tensor for name, tensor in task.state_dict().items()}


def restore_task(task: nn.Module, tensors: Mapping[str, Tensor]) -> None:
    """Fill a task with the tensors of a checkpoint."""
    own = {name.removeprefix(_TASK): tensor for name, tensor in tensors.items() if name.startswith(_TASK)}
    task.load_state_dict(own, strict=True)


def optimizer_tensors(optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
    """Name the moments and step counts of an optimizer by the number of their parameter."""
    return {
        f"{_OPTIMIZER}{number}.{name}": value
        for number, entry in optimizer.state_dict()["state"].items()
        for name, value in entry.items()
    }


def restore_optimizer(optimizer: torch.optim.Optimizer, tensors: Mapping[str, Tensor], path: Path) -> None:
    """Fill an optimizer with the tensors of a checkpoint, in the memory layout of its parameters.

    Raises
    ------
    InputError
        They are not those of this optimizer.
    """
    parameters = [parameter for group in optimizer.param_groups for parameter in group["params"]]
    state: dict[int, dict[str, Tensor]] = {}
    for name, tensor in tensors.items():
        if name.startswith(_OPTIMIZER):
            number, _, entry = name.removeprefix(_OPTIMIZER).partition(".")
            fits = number.isascii() and number.isdigit() and int(number) < len(parameters)
            if not fits or (tensor.ndim and tensor.shape != parameters[int(number)].shape):
                raise InputError(f"The checkpoint {path} is of another optimizer (at {name:.80}).")
            like = parameters[int(number)].detach()
            state.setdefault(int(number), {})[entry] = torch.empty_like(like).copy_(tensor) if tensor.ndim else tensor
    incomplete = [number for number, entries in state.items() if entries.keys() != _MOMENTS]
    if incomplete:
        raise InputError(f"The checkpoint {path} is of another optimizer (at parameter {incomplete[0]}).")
    optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})


def _alike(tensor: Tensor, expected: Tensor) -> bool:
    return tensor.shape == expected.shape and tensor.dtype == expected.dtype


def _digest(tensors: Mapping[str, Tensor]) -> str:
    digest = hashlib.sha256()
    for name in sorted(tensors):
        digest.update(f"{name} {tensors[name].dtype} {tuple(tensors[name].shape)}\0".encode())
        digest.update(tensors[name].contiguous().reshape(-1).view(torch.uint8).numpy().data)
    return digest.hexdigest()


def _text_digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
