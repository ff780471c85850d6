"""A training of any task: saved after each epoch, and continued where it was interrupted."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from product_matching.errors import InputError, said
from product_matching.progress import Progress
from product_matching.training.checkpoint import (
    optimizer_tensors,
    read_state,
    restore_checkpoint,
    task_tensors,
    write_checkpoint,
)
from product_matching.training.failures import explained
from product_matching.training.loop import EpochBatches, EpochResult, Machinery, train_epoch
from product_matching.training.recipe_base import TrainingRecipe
from product_matching.training.task import BatchT

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

log = logging.getLogger(__name__)
LAST, BEST = "last.safetensors", "best.safetensors"
RecordT = TypeVar("RecordT", bound="DataclassInstance")


class TrainingHooks(Protocol[BatchT, RecordT]):
    """The parts that differ between trainings: the batches of an epoch, and the work after it."""

    def draw(self, epoch: int) -> EpochBatches[BatchT]:
        """Draw the batches of an epoch (from 0), the same for the same epoch."""

    def measure(self, result: EpochResult) -> RecordT:
        """Measure the network after an epoch; what is returned goes into the history."""

    def is_best(self, history: Sequence[RecordT]) -> bool:
        """Whether the last epoch of the history is to be kept beside later ones."""

    def report(self, history: Sequence[RecordT]) -> None:
        """Show how far the training is, once the last epoch of the history is saved."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Session(Generic[BatchT, RecordT]):
    """A training under way; only the machinery's tensors and the history change.

    Attributes
    ----------
    machinery
        Recipe, task, optimizer and device.
    folder
        Where the checkpoints are.
    data_sha256
        Of the training data: a checkpoint is continued only with the same.
    details
        Plain values for JSON that every checkpoint holds, too.
    history
        One record for each finished epoch.
    """

    machinery: Machinery[BatchT]
    folder: Path
    data_sha256: str
    details: Mapping[str, Any]
    history: list[RecordT]

    @property
    def finished(self) -> bool:
        """Whether all epochs of the recipe are done."""
        return len(self.history) >= self.machinery.recipe.epochs

    def train(self, hooks: TrainingHooks[BatchT, RecordT], progress: Progress) -> None:
        """Train the epochs that are left, and save after each.

        Raises
        ------
        InputError
            The loss is no longer finite, the memory does not suffice, or a checkpoint cannot be written.
        Cancelled
            The work should stop. The checkpoint of the last finished epoch is kept, as it is after any other error.
        """
        recipe = self.machinery.recipe
        for epoch in range(len(self.history), recipe.epochs):
            with explained(recipe, epoch, self.folder / LAST):
                result = train_epoch(self.machinery, hooks.draw(epoch), epoch, progress)
                self.history.append(hooks.measure(result))
                self._save(best=hooks.is_best(self.history))
                hooks.report(self.history)

    def _save(self, *, best: bool) -> None:
        """Write the best epoch before the last: killed in between, the last epoch is run again and writes it again."""
        machinery = self.machinery
        state = {
            "recipe": asdict(machinery.recipe),
            "data_sha256": self.data_sha256,
            **self.details,
            "history": [asdict(record) for record in self.history],
            "scaler": machinery.scaler.state_dict(),
        }
        tensors = task_tensors(machinery.task)
        if best:
            write_checkpoint(self.folder / BEST, tensors, state)
        write_checkpoint(self.folder / LAST, {**tensors, **optimizer_tensors(machinery.optimizer)}, state)


def read_last(folder: Path, recipe: TrainingRecipe, data_sha256: str) -> dict[str, Any] | None:
    """Read the state of the last checkpoint in a folder; None where there is none.

    Raises
    ------
    InputError
        The checkpoint is damaged, or was made by another recipe or with other data.
    """
    path = folder / LAST
    if not path.exists():
        return None
    state = read_state(path)
    made_by, now = state.get("recipe"), asdict(recipe)
    if made_by != now:
        changed = [name for name in now if not isinstance(made_by, dict) or made_by.get(name) != now[name]]
        was = made_by.get(changed[0]) if isinstance(made_by, dict) and changed else None
        raise InputError(
            f"The checkpoint {path} was made by another recipe: {', '.join(changed[:1])} was {was!r:.60} and is "
            f"{now.get(changed[0] if changed else '')!r:.60}. Train into another folder, or restore the recipe."
        )
    if state.get("data_sha256") != data_sha256:
        raise InputError(f"The checkpoint {path} was made with other listings: train into another folder.")
    return state


def restore(
    machinery: Machinery[BatchT], folder: Path, state: Mapping[str, Any] | None, record: type[RecordT]
) -> list[RecordT]:
    """Set a machinery as the last checkpoint in a folder has it.

    Parameters
    ----------
    machinery
        Task, optimizer and scaler are filled.
    folder
        Of the checkpoint.
    state
        Of `read_last`; with None nothing is changed.
    record
        Kind of the records in the history.

    Returns
    -------
    list
        The history: a record for each epoch that is done.

    Raises
    ------
    InputError
        The checkpoint is damaged, of another architecture, or holds no history.
    """
    if state is None:
        return []
    path = folder / LAST
    restore_checkpoint(path, machinery.task, machinery.optimizer)
    try:
        machinery.scaler.load_state_dict(state["scaler"])
        history = [record(**entry) for entry in state["history"]]
    except (KeyError, TypeError, RuntimeError) as error:
        raise InputError(f"The checkpoint {path} holds no history of a training ({said(error, 80)}).") from error
    log.info("Going on after epoch %d of %d.", len(history), machinery.recipe.epochs)
    return history


def make_folder(path: Path) -> None:
    """Make the folder of a training, if it is not there yet.

    Raises
    ------
    InputError
        It cannot be made.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"The folder {path} cannot be made ({error.strerror}).") from error
