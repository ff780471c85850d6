import subprocess
import sys

import pytest
import timm
import torch

from product_matching.errors import InputError
from product_matching.networks.build import build_network, create_backbone, embedding_dimension


@pytest.mark.parametrize("backbone", ["test_efficientnet", "test_resnet", "mobilenetv3_small_050"])
@pytest.mark.parametrize(("pooling", "neck", "dimension"), [("avg", "none", None), ("gem", "linear-batchnorm", 24)])
def test_the_embedding_has_the_networks_dimension(
    backbone: str, pooling: str, neck: str, dimension: int | None
) -> None:
    network = build_network(backbone, pooling=pooling, neck=neck, dimension=dimension)  # type: ignore[arg-type]
    embeddings = network(torch.rand(2, 3, 64, 64))
    assert embeddings.shape == (2, network.dimension)
    assert embedding_dimension(network) == network.dimension
    assert dimension in {None, network.dimension}


@pytest.mark.parametrize("backbone", ["test_efficientnet", "test_resnet", "mobilenetv3_small_050"])
def test_a_bare_backbone_says_how_long_its_vectors_are(backbone: str) -> None:
    network = create_backbone(backbone).eval()
    assert network(torch.rand(1, 3, 64, 64)).shape == (1, embedding_dimension(network))


def test_average_pooling_without_a_neck_is_the_backbones_own_vector() -> None:
    network = build_network("test_efficientnet").eval()
    plain = timm.create_model("test_efficientnet", num_classes=0).eval()
    plain.load_state_dict(network.backbone.state_dict())
    pixels = torch.rand(2, 3, 64, 64)
    torch.testing.assert_close(network(pixels), plain(pixels))


def test_the_embedding_stays_single_precision_under_autocast() -> None:
    torch.manual_seed(0)
    network = build_network("test_efficientnet", pooling="gem", neck="linear-batchnorm", dimension=8).eval()
    maps = []
    network.backbone.register_forward_hook(lambda *called: maps.append(called[2]))
    pixels = torch.rand(2, 3, 64, 64)
    with torch.autocast("cpu", torch.bfloat16):
        embeddings = network(pixels)
    assert maps[0].dtype == torch.bfloat16
    assert embeddings.dtype == torch.float32
    assert torch.equal(embeddings, network.neck(network.pooling(maps[0].float())))


def test_the_tensors_are_named_after_the_parts() -> None:
    names = build_network("test_efficientnet", pooling="gem", neck="batchnorm").state_dict()
    assert {name.split(".")[0] for name in names} == {"backbone", "pooling", "neck"}


def test_arguments_reach_the_architecture() -> None:
    network = build_network("test_efficientnet", backbone_arguments={"bn_eps": 0.01})
    assert network.backbone.bn1.eps == 0.01


@pytest.mark.parametrize("backbone", ["test_vit", "test_mambaout"])
def test_features_that_are_no_map_of_channels_are_refused(backbone: str) -> None:
    network = build_network(backbone)
    with pytest.raises(InputError, match=r"not a map \(B, C, H, W\) that can be pooled: give a convolutional"):
        network(torch.rand(1, 3, 160, 160))


@pytest.mark.parametrize(
    ("name", "arguments", "reason"),
    [
        ("no_such_network", {}, "no such architecture"),
        ("hf-hub:someone/something", {}, "no such architecture"),
        ("local-dir:/somewhere", {}, "no such architecture"),
        ("test_efficientnet", {"checkpoint_path": "/somewhere/weights.pth"}, "checkpoint_path is no argument of an"),
        ("test_efficientnet", {"pretrained_cfg": "x"}, "pretrained_cfg is no argument of an"),
        ("test_efficientnet", {"no_such_argument": 1}, "no_such_argument"),
    ],
)
def test_a_backbone_that_cannot_be_built_is_one_sentence(name: str, arguments: dict[str, object], reason: str) -> None:
    with pytest.raises(InputError, match=f"timm cannot build the backbone '{name}' .*{reason}"):
        build_network(name, backbone_arguments=arguments)


def test_settings_of_a_model_are_read_without_torch() -> None:
    code = "import sys, product_matching.encoders.model_folder; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
