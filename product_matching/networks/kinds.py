"""Names of the poolings and necks, which a model's settings hold; importing them loads no torch."""

from __future__ import annotations

from typing import Literal

Pooling = Literal["avg", "gem"]
Neck = Literal["none", "batchnorm", "linear-batchnorm"]
