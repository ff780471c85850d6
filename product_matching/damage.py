"""What reading a damaged file may raise."""

from __future__ import annotations

import lzma
import tokenize
import zlib
from zipfile import BadZipFile

import pyarrow as pa

#: Errors of reading a file from outside: those of numpy, scipy, pyarrow, pandas, json and zipfile at damaged bytes.
#: A JSON nested too deeply is a RecursionError; a size that cannot be is an OverflowError or a MemoryError.
DAMAGES: tuple[type[Exception], ...] = (
    OSError,
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    AttributeError,
    EOFError,
    MemoryError,
    RuntimeError,
    SyntaxError,
    BadZipFile,
    lzma.LZMAError,
    tokenize.TokenError,
    zlib.error,
    pa.ArrowException,
)
