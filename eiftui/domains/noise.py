"""What is done to an image before it is learned or probed: pixelwise Gaussian noise, clipped or not."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from eiftui.domains.digits import Digits
from eiftui.errors import InputError
from eiftui.settings import Frozen

Images = NDArray[np.float32]


class Noise(Frozen):
    """Gaussian noise of one strength. The paper does not say whether it clips, and answers differ."""

    sigma: float = 0.0
    """Standard deviation of each pixel, where 1 is from black to white; 0 leaves the image as it is."""
    clipped: bool = False
    """Whether the sum is clipped to 0 to 1."""
    pure: bool = False
    """Noise alone, in place of the image."""

    @property
    def name(self) -> str:
        if not self.sigma:
            return "clean"
        return ("pure noise" if self.pure else f"noise {self.sigma:g}") + (" clipped" if self.clipped else "")


CLEAN = Noise()


def noises(text: str, clip: str, option: str = "--noise") -> tuple[Noise, ...]:
    """The kinds of noise in a list such as `0.5,1,pure`, given by `option`; `clip` is one of `no`, `yes` and `both`.

    Raises:
        InputError: there is no such kind.
    """
    kinds: list[Noise] = []
    for word in filter(None, (part.strip() for part in text.split(","))):
        if word == "clean":
            continue
        try:
            sigma = 1.0 if word == "pure" else float(word)
        except ValueError:
            sigma = math.nan
        if not 0 < sigma < 1000:
            raise InputError(f"{option} {word}: give standard deviations above 0, or pure, such as 0.5,1,pure")
        for clipped in {"no": (False,), "yes": (True,), "both": (False, True)}[clip]:
            kinds.append(Noise(sigma=sigma, clipped=clipped, pure=word == "pure"))
    return tuple(dict.fromkeys(kinds))


def with_noise(digits: Digits, noise: Noise, draw: int, seed: int) -> Images:
    """The images as a network sees them: (images, 28, 28).

    Every kind of noise of a draw is made of the same random numbers, so that kinds can be compared image by image.
    """
    images = digits.pixels.astype(np.float32) / np.float32(255)
    if not noise.sigma:
        return images
    field = np.random.default_rng([seed, draw]).standard_normal(images.shape, dtype=np.float32)
    seen = field * np.float32(noise.sigma) + (0 if noise.pure else images)
    return np.clip(seen, 0, 1) if noise.clipped else seen
