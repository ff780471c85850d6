"""Whether published weights can be had, known within seconds."""

from __future__ import annotations

import os
import ssl
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import timm

from product_matching.errors import InputError

#: Patience with a hub that does not answer; its own client tries for more than a minute.
PATIENCE_SECONDS = 5.0


def check_weights_in_reach(name: str) -> None:
    """Check that the hub answers which the weights of a timm architecture are downloaded from, if they are not here.

    Raises
    ------
    InputError
        It does not answer.
    """
    published = timm.get_pretrained_cfg(name)
    repository = published.hf_hub_id if published is not None else None
    if not repository or _is_kept(str(repository)):
        return
    hub = os.environ.get("HF_ENDPOINT") or "https://huggingface.co"
    if not _answers(hub):
        raise InputError(
            f"The pretrained weights of {name!r} could not be had ({hub} does not answer): connect to the model hub, "
            "or give a file with --weights or a folder of models/."
        )


def _is_kept(repository: str) -> bool:
    """Whether the hub's client holds files of a repository."""
    from huggingface_hub.constants import HF_HUB_CACHE

    return (Path(HF_HUB_CACHE) / f"models--{repository.replace('/', '--')}" / "snapshots").is_dir()


def _answers(hub: str) -> bool:
    try:
        with urlopen(Request(hub, method="HEAD"), timeout=PATIENCE_SECONDS):
            return True
    except HTTPError:  # it refuses the page, but is there
        return True
    except URLError as error:  # certificates are the client's own matter
        return isinstance(error.reason, ssl.SSLError)
    except (OSError, ValueError):
        return False
