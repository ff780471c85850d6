"""``serve``: the app and its HTTP service."""

from __future__ import annotations

import os
import re
import sys
from typing import Annotated

import typer

from product_matching.errors import InputError
from product_matching.places import service_file


def read_prefix(text: str) -> str:
    """Read a path prefix from the command line; returns it without the slashes at its ends."""
    prefix = text.strip("/")
    if not re.fullmatch(r"[A-Za-z0-9._~-]+(/[A-Za-z0-9._~-]+)*", prefix):
        raise typer.BadParameter(f"{text!r} is not a path such as /matching.")
    return prefix


def serve(
    address: Annotated[
        str, typer.Option(help="Address that is listened on; 0.0.0.0 opens it to a network.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port that is listened on.")] = 8501,
    prefix: Annotated[
        str | None, typer.Option(parser=read_prefix, help="Path that all addresses begin with, as behind a proxy.")
    ] = None,
) -> None:
    """Start the app with its HTTP service: POST /match with a photo, a title or both, GET /health and /openapi.json."""
    script = service_file()
    if not script.is_file():
        raise InputError(f"There is no {script}: serve needs the project's folder, not the package alone.")
    options = {"address": address, "port": str(port), "baseUrlPath": prefix or "", "headless": "true"}
    command = [sys.executable, "-m", "streamlit", "run", str(script)]
    os.execv(sys.executable, [*command, *(f"--server.{name}={value}" for name, value in options.items() if value)])
