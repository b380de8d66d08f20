"""How influence is spread over the cells: sparse or everywhere (METHODS §6; M Figs. 5A and 6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eiftui.analysis.cells import finite_draws
from eiftui.analysis.estimates import Estimate, Floats, estimate
from eiftui.session.readings import Quantity, Readings

BINS = 40


@dataclass(frozen=True)
class Sparsity:
    """Of one condition. Each estimate has a number a draw."""

    hoyer: Estimate
    """0 where all cells are equally strong, 1 where only one is not zero (Hoyer 2004)."""
    gini: Estimate
    """Gini's coefficient of abs(EIF): likewise."""
    below_floor: Estimate | None
    """Share of cells that cannot be told from zero; None where no null floor is measured."""


def sparsity(session: Readings, condition: Quantity) -> Sparsity:
    """The sparsity of the draws that are measured whole. Raises NoAnswer if there is none."""
    (whole,) = finite_draws(session, condition)
    draws = np.abs(whole).reshape(-1, len(session.rows) * len(session.probes))
    floor = None if condition == "gap" else session.floor(condition)
    return Sparsity(
        hoyer=estimate([hoyer(sizes) for sizes in draws]),
        gini=estimate([gini(sizes) for sizes in draws]),
        below_floor=None if floor is None else estimate((draws <= floor).mean(axis=1)),
    )


def hoyer(sizes: Floats) -> float:
    """(√n − ‖x‖₁/‖x‖₂) / (√n − 1) of `sizes` (n,), not negative; nan for zeros or a single one."""
    root, norm = np.sqrt(sizes.size), float(np.linalg.norm(sizes))
    return float((root - sizes.sum() / norm) / (root - 1)) if norm > 0 and sizes.size > 1 else float("nan")


def gini(sizes: Floats) -> float:
    """Gini's coefficient of `sizes` (n,), not negative; nan for zeros."""
    total = float(sizes.sum())
    weights = 2 * np.arange(1, sizes.size + 1) - sizes.size - 1
    return float((weights * np.sort(sizes)).sum()) / (sizes.size * total) if total > 0 else float("nan")


@dataclass(frozen=True)
class Histogram:
    """Counts of cells over one axis of EIF that several conditions share."""

    edges: Floats
    """Nats per token: (bins + 1,)"""
    counts: dict[str, NDArray[np.int64]]
    """By condition: (bins,)"""

    @property
    def middles(self) -> Floats:
        return np.asarray((self.edges[1:] + self.edges[:-1]) / 2)


def histogram(values: Mapping[str, Floats], bins: int = BINS) -> Histogram:
    """How the finite ones of some values are distributed; zero is an edge, so that signs stay apart."""
    finite = {name: numbers[np.isfinite(numbers)] for name, numbers in values.items()}
    together = np.concatenate([np.zeros(1), *(numbers.ravel() for numbers in finite.values())])
    width = (together.max() - together.min()) / (bins - 1) or 1.0
    below, above = (int(np.ceil(abs(end) / width)) for end in (together.min(), together.max()))
    edges = np.arange(-below, max(above, 1) + 1) * width
    return Histogram(edges, {name: np.histogram(numbers, edges)[0] for name, numbers in finite.items()})
