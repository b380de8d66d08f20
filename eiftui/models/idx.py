"""The file format of MNIST and its kin: a big-endian header, then bytes."""

from __future__ import annotations

import gzip
import struct
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from eiftui.errors import InputError

_BYTES = 0x08
"""The type code of unsigned bytes, the only type that images and labels come in."""


def content(path: Path) -> bytes:
    """What the file holds, unpacked if its name ends in `.gz`. Raises InputError if it cannot be read."""
    try:
        return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(
            f"cannot read {path} ({getattr(error, 'strerror', None) or 'not a whole gzip file'})"
        ) from error


def decode(file: bytes) -> NDArray[np.uint8]:
    """The array in the content of a file. Raises ValueError if it is no such file."""
    if len(file) < 4 or file[:3] != bytes((0, 0, _BYTES)):
        raise ValueError("not an idx file of bytes")
    axes = file[3]
    shape = struct.unpack_from(f">{axes}I", file, 4)
    return np.frombuffer(file, np.uint8, offset=4 + 4 * axes).reshape(shape)


def encode(array: NDArray[np.uint8]) -> bytes:
    """The content of the file that holds `array`."""
    return struct.pack(f">HBB{array.ndim}I", 0, _BYTES, array.ndim, *array.shape) + array.tobytes()
