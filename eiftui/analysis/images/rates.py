"""What becomes of influence between images at each learning rate, and where steps diverge."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from eiftui.analysis.estimates import Estimate
from eiftui.analysis.first_order import Agreement, compare
from eiftui.analysis.images.pairs import each, of_each, off_diagonals, over_pairs
from eiftui.analysis.symmetry import symmetric_share
from eiftui.session.image_records import Treatment
from eiftui.session.images import ImageSession


@dataclass(frozen=True)
class AtRate:
    """One learning rate of the optimiser, clean images."""

    lr: float
    own: Estimate
    """Mean EIF of images on themselves, nats."""
    others: Estimate
    """Mean abs(EIF) on others, nats."""
    share: Estimate
    """S."""
    agreement: Agreement
    """With the first-order prediction."""


@dataclass(frozen=True)
class Diverged:
    """A learning rate at which losses became no finite numbers."""

    lr: float
    cells: int
    """That are not finite, of how many that were measured, whatever the noise and the labels."""
    measured: int


def by_rate(session: ImageSession) -> list[AtRate]:
    """How far the first-order prediction goes, at each learning rate that was measured, in order."""
    found = []
    for optimizer in sorted(session.settings.optimizers, key=lambda one: one.lr):
        how = Treatment(optimizer=optimizer)
        trained, predicted = each(session, "trained", how), each(session, "predicted", how)
        if np.isfinite(trained).any():
            found.append(
                AtRate(
                    lr=optimizer.lr,
                    own=of_each(session, trained, lambda matrix: float(matrix.diagonal().mean())),
                    others=over_pairs(session, np.abs(off_diagonals(trained)).mean(1)),
                    share=of_each(session, trained, symmetric_share),
                    agreement=compare(trained, predicted, partial(over_pairs, session)),
                )
            )
    return found


def diverged(session: ImageSession) -> list[Diverged]:
    """The learning rates at which any cell of the trained condition is no finite number."""
    finite: dict[float, list[NDArray[np.bool_]]] = {}
    for how in session.settings.treatments():
        matrix = session.matrix("trained", how)
        finite.setdefault(how.optimizer.lr, []).extend(np.isfinite(matrix[at]) for at in session.pairs("trained", how))
    counted = [
        Diverged(lr, sum(int((~one).sum()) for one in of), sum(one.size for one in of)) for lr, of in finite.items()
    ]
    return [one for one in counted if one.cells]
