"""Images to measure with: grey pixels with labels, and which of them a draw takes."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from eiftui.errors import InputError

SIDE = 28
CLASSES = 10
Pixels = NDArray[np.uint8]
Labels = NDArray[np.int64]


@dataclass(frozen=True)
class Digits:
    """Images of handwritten digits, or of clothes."""

    pixels: Pixels
    """(images, 28, 28), 0 to 255."""
    labels: Labels
    """(images,): the class of each, 0 to 9."""
    numbers: Labels
    """(images,): where each stands in the collection that it comes from."""

    def __len__(self) -> int:
        return len(self.labels)

    def firsts(self) -> NDArray[np.intp]:
        """Where the first image of each class stands: (classes,)."""
        return np.unique(self.labels, return_index=True)[1]

    def take(self, places: NDArray[np.intp]) -> Digits:
        """Those at `places`, in that order."""
        return Digits(self.pixels[places], self.labels[places], self.numbers[places])

    def shuffled(self, draw: int, seed: int) -> Digits:
        """The same images, with each other's labels: a control, in which a label says nothing about the image."""
        return Digits(self.pixels, np.random.default_rng([seed, draw]).permutation(self.labels), self.numbers)


def image_names(labels: Labels) -> list[str]:
    """How the images of a draw, by their classes, are called wherever people read: `7 #15`, counted from 1."""
    return [f"{label} #{number}" for number, label in enumerate(labels.tolist(), start=1)]


def builtin_digits() -> Digits:
    """Fifty digits of each class from MNIST's training images, which come with eiftui (benchmarks/vision_files.py)."""
    with (resources.files("eiftui.domains") / "builtin" / "digits.npz").open("rb") as file:
        arrays = np.load(file, allow_pickle=False)
        return Digits(arrays["pixels"], arrays["labels"].astype(np.int64), arrays["numbers"].astype(np.int64))


def draw_digits(pool: Digits, per_class: int, draw: int, seed: int) -> Digits:
    """The images of one draw: `per_class` of each class, ordered by class. Draws of a seed share no image.

    Raises:
        InputError: the pool has too few of a class for so many draws.
    """
    shuffled = np.random.default_rng(seed).permutation(len(pool))
    start, stop = draw * per_class, (draw + 1) * per_class
    places = []
    for label in range(CLASSES):
        of_class = shuffled[pool.labels[shuffled] == label]
        if len(of_class) < stop:
            raise InputError(
                f"draws {draw + 1} of {per_class} digits a class need {stop} of each, and there are {len(of_class)} of "
                f"class {label}: fewer draws or digits, or --digits mnist"
            )
        places.append(of_class[start:stop])
    return pool.take(np.concatenate(places))
