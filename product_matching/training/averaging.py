"""The mean of several trainings' weights: one network that is better than each, at no cost when it embeds."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from product_matching.errors import InputError, said
from product_matching.files import file_sha256, read_json
from product_matching.training.session import BEST
from product_matching.training.tasks import ClassTask
from product_matching.training.trained import TrainedTask, load_trained

#: Cosine of the weights of two networks from which on they are taken to have a common start.
_SAME_START = 0.5
_MAX_REPORT_BYTES = 10_000_000


@dataclass(frozen=True, eq=False)
class OtherTraining:
    """A finished training that goes into the mean.

    Attributes
    ----------
    recipe, checkpoint_sha256
        Name of its recipe, and SHA-256 of the checkpoint of its kept epoch.
    tensors
        Of its network, by name.
    """

    recipe: str
    checkpoint_sha256: str
    tensors: Mapping[str, Tensor]


def load_others(trained: TrainedTask, folders: Sequence[Path]) -> list[OtherTraining]:
    """Load the kept epochs of finished trainings and check that their weights can be averaged with this one's.

    Raises
    ------
    InputError
        A folder holds no finished training, or one of another network, start or preparation of photos; or this is an
        autoencoder.
    """
    if folders and not isinstance(trained.task, ClassTask):
        raise InputError("An autoencoder is not averaged with others: it starts from random weights.")
    return [_load_other(trained, folder) for folder in folders]


def check_same_mean(report: Path, others: Sequence[OtherTraining]) -> None:
    """Refuse to write a single training's model over a mean that was exported before, as ``--resume`` would.

    Parameters
    ----------
    report
        ``report.json`` of the training, which may not be there yet.
    others
        What is to be averaged with now.

    Raises
    ------
    InputError
        The report names other trainings in the mean; or it cannot be read.
    """
    if not report.is_file():
        return
    try:
        content = read_json(report, max_bytes=_MAX_REPORT_BYTES)
        before = [dict(entry) for entry in content.get("averaged_with", [])]
    except (ValueError, AttributeError, TypeError) as error:
        raise InputError(f"The report {report} is damaged ({said(error, 80)}): delete it to go on.") from error
    now = [{"recipe": other.recipe, "checkpoint_sha256": other.checkpoint_sha256} for other in others]
    if before and before != now:
        names = " and ".join(str(entry.get("recipe")) for entry in before)
        raise InputError(
            f"The model beside {report} is the mean with {names}: give the same --average-with again, in this order, "
            "or delete the report for another mean."
        )


def average_with(network: nn.Module, others: Sequence[OtherTraining]) -> None:
    """Replace the weights of a network by the mean of them and those of others; each counts the same.

    Trainings that start from the same weights stay close to each other, where the mean of the weights does about what
    the mean of the predictions would. The heads play no part: the classes may differ.

    References
    ----------
    M. Wortsman et al. "Model soups: averaging weights of multiple fine-tuned models improves accuracy without
    increasing inference time." ICML, 2022. arXiv:2203.05482
    """
    with torch.no_grad():
        for name, tensor in network.state_dict().items():
            total = sum((other.tensors[name].to(tensor.device).double() for other in others), tensor.double())
            tensor.copy_((total / (len(others) + 1)).to(tensor.dtype))


def _load_other(trained: TrainedTask, folder: Path) -> OtherTraining:
    other = load_trained(folder)
    tensors = other.task.network.state_dict()
    own = trained.task.network.state_dict()
    alike = _shapes(tensors) == _shapes(own) and other.recipe.backbone == trained.recipe.backbone
    if not alike or other.preparation != trained.preparation:
        raise InputError(
            f"The training {folder} cannot be averaged with this one: its network is {other.recipe.backbone} with "
            f"pooling {other.recipe.pooling} and neck {other.recipe.neck} from "
            f"{other.preparation.source or 'random weights'}, not the same."
        )
    if _likeness(tensors, own) < _SAME_START:
        raise InputError(
            f"The training {folder} cannot be averaged with this one: its weights have nothing in common with these, "
            "as where both started from different random weights. Start both from the same --weights."
        )
    return OtherTraining(other.recipe.name, file_sha256(folder / BEST), tensors)


def _likeness(first: Mapping[str, Tensor], second: Mapping[str, Tensor]) -> float:
    """Cosine of the convolutions and matrices of two networks: near 1 after a common start, near 0 without one."""
    pairs = [(first[name].double().cpu(), second[name].double().cpu()) for name in first if first[name].ndim > 1]
    product = sum(float((one * other).sum()) for one, other in pairs)
    lengths = [sum(float((tensor**2).sum()) for tensor in side) for side in zip(*pairs, strict=True)]
    return product / math.sqrt(max(lengths[0] * lengths[1], 1e-24))


def _shapes(tensors: Mapping[str, Tensor]) -> dict[str, torch.Size]:
    return {name: tensor.shape for name, tensor in tensors.items()}
