"""How alike images are: to a network, by what they do to each other, or in their pixels."""

from __future__ import annotations

import math

import numpy as np

from eiftui.analysis.estimates import Floats
from eiftui.domains.noise import Noise
from eiftui.session.images import ImageSession
from eiftui.settings import RELATIVE_ERROR


def cosine(matrix: Floats) -> Floats:
    """Teaching over the geometric mean of what both images do to themselves: to first order, a cosine of gradients.

    `matrix` is (images, images). nan for an image that does nothing to itself, as one that the base network is sure of.
    """
    own = np.sqrt(np.abs(matrix.diagonal()))
    own = np.where(own**2 > RELATIVE_ERROR["float32"] * np.abs(matrix).max(), own, math.nan)
    return np.asarray(-matrix / own[:, None] / own[None, :])


def closeness(session: ImageSession, draw: int) -> Floats:
    """Minus the distance of the pixels of each two clean images of a draw: (images, images)."""
    flat = session.images(draw, Noise()).reshape(-1, 28 * 28).astype(np.float64)
    squares = (flat**2).sum(1)
    return -np.sqrt(np.maximum(squares[:, None] + squares[None, :] - 2 * flat @ flat.T, 0))
