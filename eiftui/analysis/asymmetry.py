"""Where asymmetry comes from: the update rule, gradient norms, or the size of the step (METHODS §6, §2).

To first order, plain SGD is symmetric by construction: −η⟨gᵢ, gⱼ⟩. What the prediction with the optimiser's own update
lacks in symmetry is therefore the update rule's doing, and what the measured matrix lacks beyond that comes from steps
that are too large for a first-order account. Sets of several sentences are left out: they are trained on one by one and
read as one text, which is no symmetric thing to do.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from eiftui.analysis.estimates import Estimate, Floats, estimate
from eiftui.analysis.symmetry import square, symmetric_share, without_diagonal
from eiftui.session.readings import Readings


@dataclass(frozen=True)
class Asymmetry:
    """1 − S of the trained condition as a sum of three parts, any of which may be negative: a number a draw each."""

    whole: Estimate
    rule: Estimate
    """What stays of the prediction's asymmetry when each row may be scaled: the optimiser's change of direction."""
    norms: Estimate
    """What scaling each row takes away: gradients that are longer teach more."""
    rest: Estimate
    """What the prediction does not have."""


def asymmetry(session: Readings) -> Asymmetry:
    """The decomposition, from the draws of which both the trained and the predicted condition are measured whole.

    Raises NoAnswer as `symmetry` does.
    """
    _, (trained, predicted) = square(session, "trained", "predicted", single=True)
    measured = np.array([symmetric_share(matrix) for matrix in trained])
    foretold = np.array([symmetric_share(matrix) for matrix in predicted])
    evened = np.array([symmetric_share(even_rows(matrix)) for matrix in predicted])
    return Asymmetry(
        whole=estimate(1 - measured),
        rule=estimate(1 - evened),
        norms=estimate(evened - foretold),
        rest=estimate(foretold - measured),
    )


def even_rows(matrix: Floats) -> Floats:
    """`matrix` (texts, texts) with the positive scale of each row that brings it closest to its transpose.

    The scales w have length 1 and minimise Σᵢⱼ (wᵢMᵢⱼ − wⱼMⱼᵢ)² off the diagonal: the eigenvector of the smallest
    eigenvalue of that quadratic form. Where its signs are mixed, no positive scales do so, and the matrix stays.
    """
    off = without_diagonal(matrix)
    form = np.diag((off**2).sum(axis=1)) - off * off.T
    scales = np.linalg.eigh(form)[1][:, 0]
    scales = scales * np.sign(scales.sum())
    return matrix * scales[:, None] if (scales > 0).all() else matrix
