"""Weights of networks as safetensors files, written in half precision and read without trusting them."""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from product_matching.errors import InputError, said

_PARTS = ("backbone.", "pooling.", "neck.")
_HEADS = ("classifier", "head", "fc")


def read_tensors(path: Path) -> dict[str, Tensor]:
    """Read a safetensors file.

    Raises
    ------
    InputError
        It is missing or not in safetensors format.
    """
    try:
        return load_file(path)
    except FileNotFoundError as error:
        raise InputError(f"The weights {path} do not exist.") from error
    except (SafetensorError, OSError, ValueError) as error:
        raise InputError(f"The weights {path} cannot be read as safetensors ({said(error, 100)}).") from error


def are_of_network(tensors: dict[str, Tensor]) -> bool:
    """Whether tensors are of an `EmbeddingNetwork` (``backbone.*``, ``pooling.*``, ``neck.*``), not of a backbone."""
    return any(name.startswith(_PARTS) for name in tensors)


def load_weights(network: nn.Module, path: Path, backbone: str) -> None:
    """Fill a network with a safetensors file; see `fill`, whose errors it raises beside those of `read_tensors`."""
    fill(network, read_tensors(path), path, backbone)


def fill(network: nn.Module, tensors: dict[str, Tensor], path: Path, backbone: str) -> None:
    """Fill a network with tensors, strictly; half precision is widened, a classifier of a bare backbone left out.

    Parameters
    ----------
    network
        An `EmbeddingNetwork`, or a backbone alone.
    tensors
        By name.
    path, backbone
        Where they come from and what they are to be of, for the sentences.

    Raises
    ------
    InputError
        They are of another architecture, or hold values that are not finite numbers.
    """
    expected = network.state_dict()
    heads = tuple(f"{name}." for name in _HEADS if not any(key.startswith(name) for key in expected))
    if not are_of_network(tensors):
        tensors = {name: tensor for name, tensor in tensors.items() if not name.startswith(heads)}
    wrong = sorted(
        name
        for name in expected.keys() | tensors.keys()
        if name not in tensors or name not in expected or tensors[name].shape != expected[name].shape
    )
    if wrong:
        raise InputError(
            f"The weights {path} are not of the backbone {backbone}: "
            f"missing, surplus or of another shape: {len(wrong)} of the tensors (first: {wrong[0]})."
        )
    network.load_state_dict({name: tensor.to(expected[name].dtype) for name, tensor in tensors.items()}, strict=True)
    if not all(bool(torch.isfinite(tensor).all()) for tensor in network.state_dict().values()):
        raise InputError(f"The weights {path} hold values that are not finite numbers.")


def save_weights(network: nn.Module, path: Path, *, half: bool = True) -> None:
    """Write the weights of a network as safetensors.

    Parameters
    ----------
    network
        An `EmbeddingNetwork`, whose tensors are named ``backbone.*``, ``pooling.*`` and ``neck.*``.
    path
        The file.
    half
        Write matrices and convolutions in float16. Vectors (biases, statistics of normalisations) stay in float32:
        they are few, and a variance can leave the range of float16.
    """
    tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in network.state_dict().items()}
    save_file({name: tensor.half() if half and tensor.ndim > 1 else tensor for name, tensor in tensors.items()}, path)
