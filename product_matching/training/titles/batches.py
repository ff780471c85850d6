"""Training titles in batches of like length, the same for the same recipe and epoch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from torch import Tensor

from product_matching.search.neighbours import RowArray
from product_matching.training.sampler import Stream, epoch_order, random_stream
from product_matching.training.titles.recipe import TitleRecipe

#: Batches' worth of titles that are sorted by length together: few enough to stay random, enough to save padding.
_POOL = 20
Tokens = Sequence[Sequence[int]]


@dataclass(frozen=True, eq=False)
class TitleBatch:
    """One step's titles: tokens and their mask (B, T), 1 where there is a token, and their classes (B,)."""

    tokens: Tensor
    mask: Tensor
    labels: Tensor


def title_batches(tokens: Tokens, labels: RowArray, recipe: TitleRecipe, epoch: int) -> list[RowArray]:
    """Rows of each step of an epoch: batches of titles of like length, in random order.

    Parameters
    ----------
    tokens
        Of each training title.
    labels
        Class of each title, shape (N,).
    recipe
        Its batch size, sampling and seed are used.
    epoch
        From 0.
    """
    order = epoch_order(labels, recipe.sampler_exponent, seed=recipe.seed, epoch=epoch)
    lengths = np.array([len(ids) for ids in tokens], dtype=np.int64)
    pool, batches = _POOL * recipe.batch_size, []
    for start in range(0, len(order), pool):
        part = order[start : start + pool]
        part = part[np.argsort(lengths[part], kind="stable")]
        batches += [part[at : at + recipe.batch_size] for at in range(0, len(part), recipe.batch_size)]
    places = random_stream(recipe.seed, Stream.mixing, epoch).permutation(len(batches))
    return [batches[place] for place in places]


def drop_tokens(tokens: Tokens, chance: float, rng: np.random.Generator) -> list[list[int]]:
    """Leave tokens out at random, never those at both ends and never all of a title's."""
    return [_dropped(list(ids), chance, rng) for ids in tokens]


def _dropped(ids: list[int], chance: float, rng: np.random.Generator) -> list[int]:
    kept = rng.random(len(ids)) >= chance
    kept[[0, -1]] = True
    return [token for token, keeps in zip(ids, kept, strict=True) if keeps] if kept.sum() > 2 else ids
