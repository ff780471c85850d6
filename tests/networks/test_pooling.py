import pytest
import torch

from product_matching.errors import InputError
from product_matching.networks.pooling import AveragePooling, GeM, average_pool, create_pooling, gem_pool


@pytest.fixture
def features() -> torch.Tensor:
    return torch.rand(3, 5, 4, 6, generator=torch.Generator().manual_seed(0)) + 0.01


def test_the_average_is_the_mean_of_the_positions(features: torch.Tensor) -> None:
    expected = [
        [[channel[y][x] for y in range(4) for x in range(6)] for channel in photo] for photo in features.tolist()
    ]
    torch.testing.assert_close(average_pool(features), torch.tensor(expected).mean(-1))


@pytest.mark.parametrize("p", [0.5, 2.0, 3.0, 7.5])
def test_gem_is_the_generalised_mean_of_a_plain_loop(features: torch.Tensor, p: float) -> None:
    pooled = gem_pool(features, p)
    for photo in range(3):
        for channel in range(5):
            values = features[photo, channel].flatten().tolist()
            assert pooled[photo, channel].item() == pytest.approx((sum(v**p for v in values) / 24) ** (1 / p), rel=1e-5)


def test_gem_of_one_is_the_average_and_of_a_large_p_nearly_the_maximum(features: torch.Tensor) -> None:
    torch.testing.assert_close(gem_pool(features, 1), average_pool(features))
    maximum = features.amax((-2, -1))
    torch.testing.assert_close(gem_pool(features, 1000), maximum, rtol=0.005, atol=0)
    assert (gem_pool(features, 3) > average_pool(features)).all()
    assert (gem_pool(features, 3) < maximum).all()


def test_the_gradients_are_those_of_finite_differences() -> None:
    features = torch.rand(2, 3, 2, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(1)) + 0.1
    p = torch.tensor([3.0], dtype=torch.float64)
    assert torch.autograd.gradcheck(gem_pool, (features.requires_grad_(), p.requires_grad_()))


@pytest.mark.parametrize("scale", [0.0, 1e-5, 1e4])
@pytest.mark.parametrize("p", [1.0, 3.0, 60.0])
def test_gem_is_finite_for_dead_tiny_and_huge_features(p: float, scale: float) -> None:
    features = (scale * torch.rand(2, 3, 4, 4)).requires_grad_()
    pooling = GeM(p)
    pooled = pooling(features)
    pooled.sum().backward()
    assert features.grad is not None
    assert pooling.p.grad is not None
    assert torch.isfinite(pooled).all()
    assert torch.isfinite(features.grad).all()
    assert torch.isfinite(pooling.p.grad).all()


def test_the_exponent_is_trained(features: torch.Tensor) -> None:
    pooling = create_pooling("gem")
    pooling(features).sum().backward()
    (p,) = pooling.parameters()
    assert p.item() == 3
    assert p.grad is not None
    assert p.grad.item() > 0  # the generalised mean grows with p
    assert not list(create_pooling("avg").parameters())


def test_an_unknown_pooling_is_refused() -> None:
    with pytest.raises(InputError, match="The pooling 'max' is unknown: give avg or gem"):
        create_pooling("max")


@pytest.mark.parametrize("pooling", [AveragePooling(), GeM(3.0), GeM(1.0), GeM(0.7)])
def test_what_the_positions_add_sums_up_to_the_pooled_features(pooling: AveragePooling | GeM) -> None:
    features = torch.randn(3, 5, 4, 6, generator=torch.Generator().manual_seed(1)).square()
    parts = pooling.parts(features)
    assert parts.shape == features.shape
    torch.testing.assert_close(parts.sum(dim=(2, 3)), pooling(features))


def test_what_a_position_adds_is_its_value_times_its_derivative() -> None:
    features = torch.rand(1, 3, 2, 2, generator=torch.Generator().manual_seed(1), dtype=torch.float64) + 0.1
    derivative = torch.autograd.functional.jacobian(lambda x: gem_pool(x, 3.0).sum(), features)
    torch.testing.assert_close(GeM(3.0).parts(features), features * derivative)
