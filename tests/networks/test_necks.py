import pytest
import torch

from product_matching.errors import InputError
from product_matching.networks.necks import create_neck


def trained(kind: str, dimension: int | None = None) -> torch.nn.Module:
    """A neck with the statistics of two batches."""
    torch.manual_seed(0)
    neck = create_neck(kind, 6, dimension)
    for _ in range(2):
        neck(3 * torch.randn(16, 6) + 1)
    return neck


def test_in_use_a_batchnorm_applies_the_statistics_of_training() -> None:
    neck = trained("batchnorm")
    state = neck.state_dict()
    features = torch.randn(5, 6)
    expected = (features - state["normalisation.running_mean"]) / (state["normalisation.running_var"] + 1e-5).sqrt()
    neck.eval()
    torch.testing.assert_close(neck(features), expected)
    torch.testing.assert_close(neck(features[:1]), neck(features)[:1])  # one photo alone
    assert not torch.allclose(neck.train()(features), expected)


def test_a_linear_layer_brings_the_features_to_the_dimension() -> None:
    neck = trained("linear-batchnorm", 4).eval()
    state = neck.state_dict()
    features = torch.randn(5, 6)
    projected = features @ state["projection.weight"].T
    expected = (projected - state["normalisation.running_mean"]) / (state["normalisation.running_var"] + 1e-5).sqrt()
    torch.testing.assert_close(neck(features), expected)


def test_no_neck_changes_nothing() -> None:
    features = torch.randn(5, 6)
    assert torch.equal(create_neck("none", 6)(features), features)


@pytest.mark.parametrize(
    ("kind", "dimension", "sentence"),
    [
        ("dropout", None, "The neck 'dropout' is unknown: give none, batchnorm or linear-batchnorm"),
        ("linear-batchnorm", None, "has dimension None: give a whole number above 0"),
        ("linear-batchnorm", 0, "has dimension 0: give a whole number above 0"),
        ("batchnorm", 4, "The neck 'batchnorm' keeps the 6 features of its backbone, not 4"),
        ("none", 4, "The neck 'none' keeps the 6 features of its backbone, not 4"),
    ],
)
def test_what_does_not_go_together_is_refused(kind: str, dimension: int | None, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        create_neck(kind, 6, dimension)
