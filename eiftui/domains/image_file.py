"""An image of one's own: read from a file, and made to look like MNIST's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from eiftui.domains.digits import SIDE, Pixels
from eiftui.domains.files import open_regular
from eiftui.errors import InputError

FORMATS = ("PNG", "PPM", "JPEG", "BMP", "GIF")
"""As Pillow calls them; PPM has PGM in it."""
INNER = 20
"""The box that MNIST fits a digit in, before it centres it by its mass."""
MOST_PIXELS = 50_000_000
INK = 16
"""Grey from which on a pixel counts as written on."""


def read_image(path: Path) -> Pixels:
    """The image in a file as white on black, (28, 28): fitted into 20×20 and centred by its mass, as MNIST's are.

    One of 28×28 keeps its size and place. Raises InputError if there is none, or it is blank or too large.
    """
    try:
        with open_regular(path) as file, Image.open(file, formats=FORMATS) as image:
            if image.width * image.height > MOST_PIXELS:
                raise InputError(f"{path}: {image.width}×{image.height} pixels are too many")
            grey = _white_on_black(_grey(image))
    except Image.DecompressionBombError as error:
        raise InputError(f"{path}: its pixels are too many") from error
    except (UnidentifiedImageError, SyntaxError, ValueError) as error:
        raise InputError(f"{path} is no image of a kind that is known ({', '.join(FORMATS)})") from error
    except OSError as error:
        raise InputError(f"cannot read {path} ({error.strerror or 'it is cut off'})") from error
    if np.ptp(grey) < INK:
        raise InputError("the image is blank")
    return grey if grey.shape == (SIDE, SIDE) else _like_mnist(grey)


def _grey(image: Image.Image) -> Pixels:
    """On white paper where it is transparent, in 8 bits."""
    if image.has_transparency_data:
        seen = image.convert("RGBA")
        image = Image.new("RGBA", seen.size, "white")
        image.alpha_composite(seen)
    if image.mode.startswith("I"):
        return (np.asarray(image) // 257).astype(np.uint8)
    return np.asarray(image.convert("L"))


def _white_on_black(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Turned over if its edge, which is background, is bright."""
    edge = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    return 255 - grey if np.median(edge) > 127 else grey


def _like_mnist(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    written = np.argwhere(grey >= INK)
    (top, left), (bottom, right) = written.min(axis=0), written.max(axis=0) + 1
    cut = Image.fromarray(grey[top:bottom, left:right])
    scale = INNER / max(cut.size)
    small = np.asarray(cut.resize([max(1, round(scale * side)) for side in cut.size], Image.Resampling.LANCZOS))
    rows, columns = (np.arange(side) + 0.5 for side in small.shape)
    mass = max(1.0, float(small.sum()))
    centre = float(small.sum(1) @ rows) / mass, float(small.sum(0) @ columns) / mass
    start = [int(np.clip(round(SIDE / 2 - at), 0, SIDE - side)) for at, side in zip(centre, small.shape, strict=True)]
    page = np.zeros((SIDE, SIDE), np.uint8)
    page[start[0] : start[0] + small.shape[0], start[1] : start[1] + small.shape[1]] = small
    return page
