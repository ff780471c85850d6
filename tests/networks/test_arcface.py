"""ArcFace against a plain loop and pytorch-metric-learning, and where its angle has no gradient."""

import math
from collections.abc import Sequence

import pytest
import torch
from pytorch_metric_learning.losses import ArcFaceLoss
from torch import Tensor
from torch.nn import functional as F

from product_matching.errors import InputError
from product_matching.networks.arcface import ArcFaceHead

B, D, C = 12, 6, 5


def head_and_batch(*, double: bool = True, **options: object) -> tuple[ArcFaceHead, Tensor, Tensor]:
    """A head and a batch whose last third stands nearly opposite its class, where the fallback holds."""
    torch.manual_seed(0)
    head = ArcFaceHead(D, C, **options)  # type: ignore[arg-type]
    head = head.double() if double else head
    labels = torch.arange(B) % C
    embeddings = torch.randn(B, D, dtype=head.weight.dtype) * 3
    opposite = slice(2 * B // 3, B)
    embeddings[opposite] = -5 * head.weight.detach()[labels[opposite]] + 0.02 * embeddings[opposite]
    return head, embeddings.requires_grad_(), labels


def loop_loss(head: ArcFaceHead, embeddings: Tensor, labels: Tensor, margins: Sequence[float]) -> float:
    """The definition, photo by photo and class by class, in Python's own floats."""
    losses = []
    for embedding, label in zip(embeddings.tolist(), labels.tolist(), strict=True):
        logits = []
        for number, weight in enumerate(head.weight.tolist()):
            dot = sum(x * w for x, w in zip(embedding, weight, strict=True))
            cosine = dot / math.hypot(*embedding) / math.hypot(*weight)
            if number == label:
                m = margins[label]
                inside = cosine > math.cos(math.pi - m)
                cosine = math.cos(math.acos(cosine) + m) if inside else cosine - m * math.sin(math.pi - m)
            logits.append(head.scale * cosine)
        log_sum = max(logits) + math.log(sum(math.exp(logit - max(logits)) for logit in logits))
        smooth = head.label_smoothing
        losses.append(log_sum - (1 - smooth) * logits[label] - smooth * sum(logits) / len(logits))
    return sum(losses) / len(losses)


@pytest.mark.parametrize("margin", [0.0, 0.2, 0.5, 1.0, 2.0])
@pytest.mark.parametrize(("scale", "label_smoothing"), [(30.0, 0.0), (64.0, 0.0), (30.0, 0.1)])
def test_the_loss_is_that_of_a_plain_loop(margin: float, scale: float, label_smoothing: float) -> None:
    head, embeddings, labels = head_and_batch(scale=scale, margin=margin, label_smoothing=label_smoothing)
    expected = loop_loss(head, embeddings, labels, [margin] * C)
    assert head(embeddings, labels).item() == pytest.approx(expected, rel=1e-12)


def test_in_single_precision_it_is_the_same_to_rounding() -> None:
    head, embeddings, labels = head_and_batch(double=False)
    assert head(embeddings, labels).item() == pytest.approx(loop_loss(head, embeddings, labels, [0.5] * C), rel=1e-5)


@pytest.mark.parametrize("margin", [0.2, 0.5, 1.0])
def test_value_and_gradients_are_those_of_pytorch_metric_learning(margin: float) -> None:
    head, embeddings, labels = head_and_batch(margin=margin)
    theirs = ArcFaceLoss(C, D, margin=math.degrees(margin), scale=30)
    theirs.W.data = head.weight.detach().T.clone()
    their_embeddings = embeddings.detach().clone().requires_grad_()
    loss, their_loss = head(embeddings, labels), theirs(their_embeddings, labels)
    loss.backward()
    their_loss.backward()
    assert loss.item() == pytest.approx(their_loss.item(), rel=1e-10)
    assert embeddings.grad is not None
    torch.testing.assert_close(embeddings.grad, their_embeddings.grad, rtol=1e-8, atol=1e-10)
    torch.testing.assert_close(head.weight.grad, theirs.W.grad.T, rtol=1e-8, atol=1e-10)


def test_the_fallback_is_reached_by_the_batch_of_these_tests() -> None:
    head, embeddings, labels = head_and_batch()
    cosines = F.cosine_similarity(embeddings, head.weight[labels])
    assert (cosines < math.cos(math.pi - 0.5)).sum() == B // 3


@pytest.mark.parametrize("autocast", [False, True])
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_gradients_are_finite_at_cosine_one_and_minus_one(sign: float, autocast: bool) -> None:
    head = ArcFaceHead(4, 3)
    head.weight.data = torch.eye(4)[:3] * 2
    embeddings = (sign * 3 * torch.eye(4)[:3]).requires_grad_()
    assert torch.equal(F.cosine_similarity(embeddings, head.weight), torch.full((3,), sign))
    with torch.autocast("cpu", torch.bfloat16, enabled=autocast):
        given = embeddings.bfloat16() if autocast else embeddings
        loss = head(given, torch.arange(3))
    loss.backward()
    assert embeddings.grad is not None
    assert head.weight.grad is not None
    assert torch.isfinite(loss)
    assert torch.isfinite(embeddings.grad).all()
    assert torch.isfinite(head.weight.grad).all()


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_the_cosine_is_strictly_inside_its_range(sign: float) -> None:
    head = ArcFaceHead(4, 3, scale=1.0)
    head.weight.data = sign * torch.eye(4)[:3]
    own = head.logits(5 * torch.eye(4)[:3]).diagonal()
    assert (own.abs() < 1).all()
    torch.testing.assert_close(own, torch.full((3,), sign), rtol=0, atol=1e-5)


@pytest.mark.parametrize("angle", [1e-4, 1e-3, 1e-2, math.pi - 1e-3])
def test_gradients_stay_small_near_the_ends(angle: float) -> None:
    head = ArcFaceHead(2, 2)
    head.weight.data = torch.eye(2)
    embeddings = torch.tensor([[math.cos(angle), math.sin(angle)]], requires_grad=True)
    head(embeddings, torch.tensor([0])).backward()
    assert embeddings.grad is not None
    assert embeddings.grad.norm() < 2 * head.scale


def test_autocast_does_not_lower_the_precision() -> None:
    head, embeddings, labels = head_and_batch(double=False)
    with torch.autocast("cpu", torch.bfloat16):
        narrow_loss, narrow_logits = head(embeddings, labels), head.logits(embeddings)
    assert narrow_loss.dtype == narrow_logits.dtype == torch.float32
    assert narrow_loss.item() == head(embeddings, labels).item()
    assert torch.equal(narrow_logits, head.logits(embeddings))


def test_the_logits_are_scaled_cosines_and_the_loss_without_a_margin_theirs() -> None:
    head, embeddings, labels = head_and_batch(margin=0.0)
    cosines = F.cosine_similarity(embeddings[:, None], head.weight[None], dim=-1)
    torch.testing.assert_close(head.logits(embeddings), 30 * cosines, rtol=0, atol=1e-9)
    assert head(embeddings, labels).item() == pytest.approx(F.cross_entropy(30 * cosines, labels).item())


def test_the_margin_can_be_raised_while_training() -> None:
    head, embeddings, labels = head_and_batch(margin=0.2)
    losses = []
    for margin in (0.2, 0.5, 0.8, 1.0):
        head.margin = margin
        losses.append(head(embeddings, labels).item())
        assert losses[-1] == pytest.approx(loop_loss(head, embeddings, labels, [margin] * C))
    assert losses == sorted(losses)


def test_small_classes_have_the_larger_margin() -> None:
    sizes = torch.tensor([2, 3, 8, 20, 51])
    head, embeddings, labels = head_and_batch(class_sizes=sizes, class_margin_exponent=0.25)
    for margin in (0.5, 0.8):
        head.margin = margin
        margins = [margin * size**-0.25 for size in sizes.tolist()]
        expected = loop_loss(head, embeddings, labels, margins)
        assert head(embeddings, labels).item() == pytest.approx(expected, rel=1e-6)


def test_sizes_without_an_exponent_change_nothing() -> None:
    plain, embeddings, labels = head_and_batch()
    sized, _, _ = head_and_batch(class_sizes=torch.arange(1, C + 1))
    assert sized(embeddings, labels).item() == plain(embeddings, labels).item()


def test_a_state_is_the_class_weights_alone() -> None:
    head, _, _ = head_and_batch(class_sizes=torch.arange(1, C + 1), class_margin_exponent=0.1)
    assert list(head.state_dict()) == ["weight"]


@pytest.mark.parametrize("margin", [-0.1, math.pi, math.nan])
def test_a_margin_out_of_range_is_refused(margin: float) -> None:
    head = ArcFaceHead(D, C)
    with pytest.raises(InputError, match=r"margin .* is out of range: give 0 to below pi"):
        head.margin = margin
    assert head.margin == 0.5


@pytest.mark.parametrize("sizes", [None, torch.tensor([1, 2]), torch.tensor([1, 2, 3, 4, 0])])
def test_margins_by_class_size_need_a_size_for_each_class(sizes: Tensor | None) -> None:
    with pytest.raises(InputError, match="need 5 sizes of at least 1, one a class"):
        ArcFaceHead(D, C, class_sizes=sizes, class_margin_exponent=0.1)
