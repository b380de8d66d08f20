"""How far the first-order prediction goes: measured and predicted EIF side by side (METHODS §2, §6)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from eiftui.analysis.cells import NoAnswer
from eiftui.analysis.estimates import Estimate, Floats, estimate
from eiftui.analysis.ranks import pearson, spearman
from eiftui.session.readings import Readings

LEAST_CELLS = 3
GOOD = 0.1
"""A relative error up to which the prediction is called good."""


@dataclass(frozen=True)
class Agreement:
    """Of trained and predicted EIF over the cells of a draw: a number a draw each."""

    pearson: Estimate
    spearman: Estimate
    error: Estimate
    """‖trained − predicted‖ / ‖trained‖."""


def agreement(session: Readings) -> Agreement:
    """How well the prediction meets the measured matrix, from the cells that have both.

    Raises NoAnswer if no draw has three such cells.
    """
    return compare(session.matrix("trained"), session.matrix("predicted"))


def compare(trained: Floats, predicted: Floats) -> Agreement:
    """Likewise of two arrays (draws, rows, columns), NaN where not measured."""
    pairs = [_both(*draw) for draw in zip(trained, predicted, strict=True)]
    pairs = [pair for pair in pairs if len(pair[0]) >= LEAST_CELLS]
    if not pairs:
        raise NoAnswer("too few cells are both trained and predicted")
    return Agreement(
        pearson=estimate([pearson(*pair) for pair in pairs]),
        spearman=estimate([spearman(*pair) for pair in pairs]),
        error=estimate([_error(*pair) for pair in pairs]),
    )


def _both(trained: Floats, predicted: Floats) -> tuple[Floats, Floats]:
    known = np.isfinite(trained) & np.isfinite(predicted)
    return trained[known], predicted[known]


def _error(trained: Floats, predicted: Floats) -> float:
    norm = float(np.linalg.norm(trained))
    return float(np.linalg.norm(trained - predicted)) / norm if norm else float("nan")
