"""Rank correlations, plain and partial."""

from __future__ import annotations

import numpy as np

from eiftui.analysis.estimates import Floats


def ranks(values: Floats) -> Floats:
    """The rank of each value (n,), from 1; ties share their mean rank. As `scipy.stats.rankdata`, loaded sooner."""
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return np.asarray((last - (counts - 1) / 2)[places], dtype=np.float64)


def spearman(x: Floats, y: Floats) -> float:
    """Spearman's rank correlation of two (n,) arrays; nan where one is constant."""
    return pearson(ranks(x), ranks(y))


def pearson(x: Floats, y: Floats) -> float:
    """Pearson's correlation of two (n,) arrays; nan where one is constant."""
    x, y = x - x.mean(), y - y.mean()
    norm = float(np.sqrt((x**2).sum() * (y**2).sum()))
    return float((x * y).sum()) / norm if norm > 0 else float("nan")


def partial(xy: float, xz: float, yz: float) -> float:
    """The correlation of x and y with z held fixed, from the three plain ones; nan where z leaves nothing of one."""
    rest = (1 - xz**2) * (1 - yz**2)
    return float((xy - xz * yz) / np.sqrt(rest)) if rest > 1e-12 else float("nan")
