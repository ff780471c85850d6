"""Addresses of Milvus, connections to them, and one sentence for each way in which Milvus does not answer."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from product_matching.errors import InputError
from product_matching.extras import import_extra

#: Milvus for every bundle of this machine, whatever address each was published to; ``off`` for none.
ADDRESS_VARIABLE = "PRODUCT_MATCHING_MILVUS"
#: What a server with accounts asks for: ``USER:PASSWORD`` or an API key.
TOKEN_VARIABLE = "PRODUCT_MATCHING_MILVUS_TOKEN"
#: Ending of a file of Milvus Lite.
LITE_ENDING = ".db"
#: Seconds that one question may take; a server that is down is found out by them.
TIMEOUT = 10.0
#: What is said after a problem, where the vectors are at hand.
LOCAL_ANSWERS = "The local index answers instead."
#: Seconds to wait for a server that does not answer at all.
_CONNECT_TIMEOUT = 4.0
_PURPOSE = "Searches in Milvus"
_clients: dict[str, Any] = {}
_connecting = threading.Lock()


class MilvusError(InputError):
    """Milvus cannot be used for a search or a change; the message is one sentence with the address and the reason."""


def check_address(text: str) -> str:
    """Bring an address into its one form: ``http://HOST:PORT``, or the absolute path of a Milvus Lite file.

    Raises
    ------
    InputError
        It is neither.

    Examples
    --------
    >>> check_address(" http://milvus.example:19530/ ")
    'http://milvus.example:19530'
    """
    address = text.strip().rstrip("/")
    if "://" not in address and address.endswith(LITE_ENDING):
        return str(Path(address).expanduser().absolute())
    try:
        parts = urlsplit(address)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:  # a port that is no number
        usable = False
    if not usable:
        raise InputError(
            f"{text!r:.120} is no address of Milvus: give http://HOST:PORT, or a file that ends in {LITE_ENDING} for "
            "Milvus Lite."
        )
    if parts.username is not None or parts.password is not None:
        raise InputError(f"The address of Milvus must hold no password: set {TOKEN_VARIABLE}=USER:PASSWORD instead.")
    return address


def is_lite(address: str) -> bool:
    """Whether an address is a file of Milvus Lite, which one program at a time can open."""
    return "://" not in address


def connect(address: str, *, create: bool = False) -> Any:
    """Connect to Milvus, once for each address and process.

    Parameters
    ----------
    address
        As `check_address` returns it.
    create
        Whether a Milvus Lite file that is not there is made.

    Returns
    -------
    pymilvus.MilvusClient
        The connection; threads can share it.

    Raises
    ------
    InputError
        The extra ``milvus`` is not installed.
    MilvusError
        Nothing answers at the address, or the file is missing or open elsewhere.
    """
    pymilvus = import_extra("pymilvus", "milvus", _PURPOSE)
    with _connecting:
        if address not in _clients:
            _be_quiet()
            if is_lite(address):
                import_extra("milvus_lite", "milvus", _PURPOSE)
                _check_lite(Path(address), create=create)
            with answers(address):
                token = os.environ.get(TOKEN_VARIABLE, "")
                _clients[address] = pymilvus.MilvusClient(uri=address, token=token, timeout=_CONNECT_TIMEOUT)
        return _clients[address]


def disconnect(address: str) -> None:
    """Close the connection to an address, which frees a Milvus Lite file for other programs."""
    with _connecting:
        client = _clients.pop(address, None)
        if client is not None:
            client.close()
        if client is not None and is_lite(address):
            import_extra("milvus_lite.server_manager", "milvus", _PURPOSE).server_manager_instance.release_server(
                address
            )


@contextmanager
def answers(address: str) -> Iterator[None]:
    """Turn every way in which Milvus fails inside this block into one sentence.

    Raises
    ------
    MilvusError
        It failed.
    """
    pymilvus = import_extra("pymilvus", "milvus", _PURPOSE)
    grpc = import_extra("grpc", "milvus", _PURPOSE)
    try:
        yield
    except (pymilvus.exceptions.MilvusException, grpc.RpcError, OSError) as error:
        reason = " ".join(str(getattr(error, "message", error)).split())
        what = "The Milvus Lite file" if is_lite(address) else "Milvus at"
        raise MilvusError(f"{what} {address} does not answer ({reason:.160}).") from error


def _check_lite(path: Path, *, create: bool) -> None:
    """Refuse a file that is missing, or that another program has open."""
    if not path.parent.is_dir():
        raise MilvusError(f"The Milvus Lite file {path} cannot be made: there is no folder {path.parent}.")
    if not path.exists() and not create:
        raise MilvusError(f"There is no Milvus Lite file {path}: publish a bundle to it first.")
    if _is_locked(path / "LOCK"):
        raise MilvusError(
            f"The Milvus Lite file {path} is open in another program, and Milvus Lite serves one at a time: close that "
            "one, or run a Milvus server."
        )


def _is_locked(lock: Path) -> bool:
    """Whether another process holds a lock file; false where the system has no such locks."""
    try:
        import fcntl
    except ImportError:
        return False
    if not lock.is_file():
        return False
    with lock.open("rb+") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return True
    return False


def _be_quiet() -> None:
    """Keep the tracebacks off the screen that both packages log for errors that they raise as well."""
    for name in ("pymilvus", "milvus_lite"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
