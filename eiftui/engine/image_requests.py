"""What a worker is asked about images, and what it answers. Needs no torch."""

from __future__ import annotations

import base64
import binascii
import zlib
from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import model_validator

from eiftui.domains.digits import SIDE
from eiftui.domains.noise import Images
from eiftui.session.floats import NumberLists
from eiftui.settings import Frozen, Optimizer


class ImageSet(Frozen):
    """Images as a network sees them, and the class that each is given."""

    pixels: str
    """Of (images, 28, 28) numbers of 32 bits, the base 64 of what zlib makes of them."""
    labels: tuple[int, ...]

    @classmethod
    def of(cls, images: Images, labels: NDArray[np.int64]) -> Self:
        """Pack images (images, 28, 28) and labels (images,)."""
        content = zlib.compress(images.astype("<f4").tobytes(), 1)
        return cls(pixels=base64.b64encode(content).decode(), labels=tuple(labels.tolist()))

    def images(self) -> Images:
        """(images, 28, 28)"""
        content = zlib.decompress(base64.b64decode(self.pixels))
        return np.frombuffer(content, "<f4").reshape(-1, SIDE, SIDE).astype(np.float32)

    @model_validator(mode="after")
    def _holds_images(self) -> Self:
        try:
            count = len(self.images())
        except (ValueError, zlib.error, binascii.Error) as error:
            raise ValueError("the pixels cannot be read") from error
        if not count == len(self.labels) >= 1:
            raise ValueError("there is not one label for each image")
        return self


class LookAtImages(Frozen):
    """What a base network makes of probes before and after it learned each of some images, as `LookedAt`."""

    kind: Literal["look_at_images"] = "look_at_images"
    network: str
    """A built-in name, or a file."""
    optimizer: Optimizer
    dtype: Literal["float32", "float64"] = "float32"
    train: ImageSet
    probes: ImageSet


class LookedAt(Frozen):
    """The answer to `LookAtImages`."""

    kind: Literal["looked_at"] = "looked_at"
    before: NumberLists
    """Probability of each class: (probes, classes)."""
    after: NumberLists
    """After learning each training image, one after the other: (training images · probes, classes)."""
    eif: NumberLists
    """Nats: (training images, probes)."""


class RunImages(Frozen):
    """Measure what the session of images in a file lacks, as records to be kept in it: the worker only reads it."""

    kind: Literal["run_images"] = "run_images"
    path: str
