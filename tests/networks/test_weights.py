from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from product_matching.errors import InputError
from product_matching.networks.build import EmbeddingNetwork, build_network
from product_matching.networks.weights import are_of_network, load_weights, save_weights


def small_network(seed: int) -> EmbeddingNetwork:
    torch.manual_seed(seed)
    return build_network("test_efficientnet", pooling="gem", neck="batchnorm")


@pytest.mark.parametrize(("half", "tolerance"), [(False, 0.0), (True, 1e-3)])
def test_a_network_comes_back_as_it_was_written(tmp_path: Path, half: bool, tolerance: float) -> None:
    written, read = small_network(0), small_network(1)
    save_weights(written, tmp_path / "w.safetensors", half=half)
    load_weights(read, tmp_path / "w.safetensors", "test_efficientnet")
    expected = written.state_dict()
    for name, tensor in read.state_dict().items():
        assert tensor.dtype == expected[name].dtype
        torch.testing.assert_close(tensor, expected[name], rtol=tolerance, atol=tolerance / 10)


def test_half_precision_is_for_matrices_alone(tmp_path: Path) -> None:
    network = small_network(0)
    network.get_buffer("neck.normalisation.running_var").fill_(1e6)  # beyond float16
    save_weights(network, tmp_path / "half.safetensors")
    save_weights(network, tmp_path / "full.safetensors", half=False)
    tensors = load_file(tmp_path / "half.safetensors")
    assert are_of_network(tensors)
    assert all((tensor.dtype == torch.float16) == (tensor.ndim > 1) for tensor in tensors.values())
    assert tensors["neck.normalisation.running_var"].max() == 1e6
    assert (tmp_path / "half.safetensors").stat().st_size < 0.6 * (tmp_path / "full.safetensors").stat().st_size


def test_weights_of_a_network_are_read_strictly(tmp_path: Path) -> None:
    tensors = small_network(0).state_dict()
    save_file({**tensors, "head.weight": torch.zeros(3, 256)}, tmp_path / "surplus.safetensors")
    with pytest.raises(
        InputError, match=r"missing, surplus or of another shape: 1 of the tensors \(first: head\.weight\)"
    ):
        load_weights(small_network(1), tmp_path / "surplus.safetensors", "test_efficientnet")
    del tensors["pooling.p"]
    save_file(tensors, tmp_path / "missing.safetensors")
    with pytest.raises(InputError, match=r"first: pooling\.p"):
        load_weights(small_network(1), tmp_path / "missing.safetensors", "test_efficientnet")


def test_a_backbone_can_start_from_its_bare_weights(tmp_path: Path) -> None:
    source, network = small_network(0), small_network(1)
    save_weights(source.backbone, tmp_path / "bare.safetensors", half=False)
    load_weights(network.backbone, tmp_path / "bare.safetensors", "test_efficientnet")
    torch.testing.assert_close(network.backbone.state_dict(), source.backbone.state_dict())
