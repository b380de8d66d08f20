"""What the draws of a matrix say together: mean, 95 % interval, and the strongest influences as sentences."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtrit

from eiftui.session.readings import mean_over_draws
from eiftui.show.numbers import estimate

Floats = NDArray[np.float64]


def mean_and_interval(draws: ArrayLike) -> tuple[Floats, Floats]:
    """Mean over draws and half-width of its 95 % interval (Student's t, n − 1 degrees of freedom).

    `draws` is (draws, ...), nan where not measured; both results are (...). A cell counts the draws of which it has a
    finite number: with one, its half-width is nan; with none, its mean is that of `mean_over_draws`.
    """
    values = np.asarray(draws, dtype=np.float64)
    counted = np.isfinite(values)
    count = counted.sum(axis=0)
    mean = mean_over_draws(values, ~np.isnan(values))
    with np.errstate(invalid="ignore", divide="ignore"):
        squares = np.where(counted, (values - mean) ** 2, 0.0).sum(axis=0)
        error = np.sqrt(squares / np.maximum(count - 1, 0) / count)
        half = np.asarray(stdtrit(count - 1, 0.975) * error)
    return mean, np.asarray(np.where(count > 1, half, np.nan))


def over_draws(draws: ArrayLike) -> tuple[Floats, Floats]:
    """The same, but where all draws have one number, nothing is told of others: no slot is filled, and half is nan."""
    values = np.asarray(draws, dtype=np.float64)
    mean, half = mean_and_interval(values)
    same = np.fmin.reduce(values, axis=0) == np.fmax.reduce(values, axis=0)
    return mean, np.asarray(np.where(same, np.nan, half))


def strongest(
    matrix_draws: ArrayLike,
    row_labels: Sequence[str],
    column_labels: Sequence[str],
    n: int,
    how: str = "after learning",
) -> list[str]:
    """Sentences for the `n` cells with the largest absolute mean, largest first; ties in reading order.

    `matrix_draws` is (draws, rows, columns), in nats per token. Cells without a finite mean are left out, and those
    whose interval holds zero come last. `how` is what a sentence says of its row.
    """
    mean, half = over_draws(matrix_draws)
    size = np.where(np.isfinite(mean), np.abs(mean), -1.0)
    ranks = np.lexsort((-size.ravel(), (np.abs(mean) <= half).ravel()))  # stable, the last key first
    order = [divmod(int(cell), mean.shape[1]) for cell in ranks if size.flat[cell] >= 0]
    return [
        f"{how} “{row_labels[row]}”, “{column_labels[column]}” moved "
        f"{estimate(float(mean[row, column]), float(half[row, column]))} nats per token"
        for row, column in order[:n]
    ]
