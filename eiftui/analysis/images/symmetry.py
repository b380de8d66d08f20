"""Whether one image does to another what the other does to it."""

from __future__ import annotations

from dataclasses import dataclass

from eiftui.analysis.asymmetry import even_rows
from eiftui.analysis.estimates import Estimate
from eiftui.analysis.images.pairs import each, of_each
from eiftui.analysis.symmetry import correlation, symmetric_share
from eiftui.session.images import ImageSession


@dataclass(frozen=True)
class ImageSymmetry:
    """Of clean images; each is 1 for a symmetric matrix, and chance is ½ for S."""

    share: Estimate
    """S of the trained condition, and of its first-order prediction."""
    foretold: Estimate
    evened: Estimate
    """S of the prediction with its rows scaled: what it lacks is the optimiser's change of direction."""
    transpose: Estimate
    """Pearson's correlation of the trained matrix with its transpose."""


def image_symmetry(session: ImageSession) -> ImageSymmetry:
    """The symmetry of the trained condition beside what explains it."""
    trained, predicted = each(session, "trained"), each(session, "predicted")
    return ImageSymmetry(
        share=of_each(session, trained, symmetric_share),
        foretold=of_each(session, predicted, symmetric_share),
        evened=of_each(session, predicted, lambda matrix: symmetric_share(even_rows(matrix))),
        transpose=of_each(session, trained, correlation),
    )
