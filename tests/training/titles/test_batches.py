import numpy as np
import pytest

from product_matching.training.titles.batches import drop_tokens, title_batches
from product_matching.training.titles.recipe import TitleRecipe

RECIPE = TitleRecipe(name="r", epochs=1, batch_size=4, learning_rate=0.1)
RNG = np.random.default_rng(0)
TOKENS = [[1] * int(length) for length in RNG.integers(3, 40, 203)]
LABELS = np.repeat(np.arange(29), 7)


def test_every_title_comes_once_an_epoch_in_batches_of_like_length() -> None:
    batches = title_batches(TOKENS, LABELS, RECIPE, 0)
    assert np.sort(np.concatenate(batches)).tolist() == list(range(203))
    lengths = [[len(TOKENS[row]) for row in rows] for rows in batches]
    padded = sum(max(part) * len(part) for part in lengths)
    assert padded < 1.15 * sum(map(sum, lengths))
    assert max(part[0] for part in lengths[:10]) > min(part[0] for part in lengths[:10]) + 5  # not sorted as a whole


def test_the_order_is_of_seed_and_epoch() -> None:
    first, again, other = (title_batches(TOKENS, LABELS, RECIPE, epoch) for epoch in (0, 0, 1))
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not all(np.array_equal(a, b) for a, b in zip(first, other, strict=True))


@pytest.mark.parametrize("chance", [0.0, 0.3, 0.6])
def test_tokens_are_dropped_between_the_ends(chance: float) -> None:
    tokens = [[101, *range(1000, 1000 + n), 102] for n in range(1, 60)]
    dropped = drop_tokens(tokens, chance, np.random.default_rng(1))
    assert all(ids[0] == 101 and ids[-1] == 102 and len(ids) > 2 for ids in dropped)
    assert all(ids == [token for token in own if token in set(ids)] for ids, own in zip(dropped, tokens, strict=True))
    share = 1 - sum(map(len, dropped)) / sum(map(len, tokens))
    assert share == pytest.approx(chance, abs=0.07)  # the ends stay
