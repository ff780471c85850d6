import torch
from torch.nn import functional as F

from product_matching.networks.softmax import SoftmaxHead


def test_the_loss_is_the_cross_entropy_of_the_linear_scores() -> None:
    torch.manual_seed(0)
    head = SoftmaxHead(6, 4, label_smoothing=0.1)
    embeddings, labels = torch.randn(8, 6), torch.arange(8) % 4
    scores = embeddings @ head.classifier.weight.T + head.classifier.bias
    torch.testing.assert_close(head.logits(embeddings), scores)
    smoothed = 0.9 * F.one_hot(labels, 4) + 0.1 / 4
    expected = -(smoothed * scores.log_softmax(1)).sum(1).mean()
    torch.testing.assert_close(head(embeddings, labels), expected)


def test_autocast_does_not_lower_the_precision() -> None:
    torch.manual_seed(0)
    head, embeddings = SoftmaxHead(6, 4), torch.randn(8, 6)
    with torch.autocast("cpu", torch.bfloat16):
        narrow = head.logits(embeddings)
    assert torch.equal(narrow, head.logits(embeddings))
