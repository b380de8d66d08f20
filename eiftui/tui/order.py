"""Which rows or columns are shown, and in which order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Order = Literal["number", "mean", "likeness"]
ORDERS: tuple[Order, ...] = ("number", "mean", "likeness")


def ordered(values: NDArray[np.float64], by: Order, like: int = 0) -> NDArray[np.intp]:
    """The order of the lines of `values` (lines, others), as places.

    By `mean`: the lowest first, which became more likely. By `likeness`: line `like` first, then those whose values
    have the greatest cosine with its. Lines that have no number come last; equal ones keep their order.
    """
    if by == "number" or not values.size:
        return np.arange(len(values))
    ranks = _means(values) if by == "mean" else -_cosines(values, like)
    return np.argsort(ranks, kind="stable")


def matching(labels: Sequence[str], wanted: str) -> NDArray[np.bool_]:
    """Which labels hold every word of `wanted`, in any case."""
    words = wanted.casefold().split()
    return np.array([all(word in label.casefold() for word in words) for label in labels], np.bool_)


def _means(values: NDArray[np.float64]) -> NDArray[np.float64]:
    known = np.isfinite(values)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(known, values, 0.0).sum(axis=1) / known.sum(axis=1))


def _cosines(values: NDArray[np.float64], like: int) -> NDArray[np.float64]:
    known = np.where(np.isfinite(values), values, 0.0)
    norms = np.linalg.norm(known, axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        cosines = known @ known[like] / (norms * norms[like])
    cosines[like] = 2.0
    return np.asarray(cosines)
