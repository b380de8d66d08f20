"""One number a draw: its mean, interval, sign-flip test and effect size. The draw is the unit of replication."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
from numpy.typing import ArrayLike, NDArray

from eiftui.show.summary import mean_and_interval

Floats = NDArray[np.float64]
LEVEL = 0.05
"""Of every test; intervals cover 95 %."""
MOST_EXACT = 36
"""With no more draws than this the sign-flip test is exact: 2^18 sums a half."""
RESAMPLES = 99_999


@dataclass(frozen=True)
class Estimate:
    """What the draws say of one quantity, in the quantity's own units."""

    points: tuple[float, ...]
    """A finite number for each draw that counts."""
    dropped: int
    """Draws that were measured, but not as finite numbers."""
    mean: float
    """nan where there is no draw."""
    half: float
    """Half-width of the 95 % t interval; nan with fewer than two draws."""
    p: float
    """Of the two-sided sign-flip test of mean 0; 1 with no more than one draw."""
    dz: float
    """Effect size: mean over standard deviation of the draws; nan with fewer than two."""

    @property
    def low(self) -> float:
        return self.mean - self.half

    @property
    def high(self) -> float:
        return self.mean + self.half


def estimate(values: ArrayLike, measured: ArrayLike | None = None) -> Estimate:
    """The estimate from `values` (draws,). Draws that are not `measured` (default: all but NaN) do not count."""
    found = np.asarray(values, dtype=np.float64)
    counted = ~np.isnan(found) if measured is None else np.asarray(measured, dtype=bool)
    points = found[counted & np.isfinite(found)]
    mean, half = mean_and_interval(points)
    deviation = float(points.std(ddof=1)) if len(points) > 1 else math.nan
    return Estimate(
        points=tuple(points.tolist()),
        dropped=int(counted.sum()) - len(points),
        mean=float(mean),
        half=float(half),
        p=sign_flip_p(points),
        dz=float(mean) / deviation if deviation > 0 else math.nan,
    )


def sign_flip_p(points: ArrayLike) -> float:
    """Two-sided p of mean 0, from all ways to flip the signs of `points` (draws,), as if none had a direction.

    It equals `scipy.stats.permutation_test(..., permutation_type="samples")`, which visits the 2^draws sums one by
    one (5 s for 20 draws); here each is one of a first half of the draws plus one of the second, and is found by
    search. Beyond `MOST_EXACT` draws scipy samples them, with a fixed seed.
    """
    sizes = np.abs(np.asarray(points, dtype=np.float64))
    if len(sizes) < 2 or not sizes.any():
        return 1.0
    if len(sizes) > MOST_EXACT:
        return _sampled_p(np.asarray(points, dtype=np.float64))
    middle = len(sizes) // 2
    first, second = (_signed_sums(part) for part in (sizes[:middle], sizes[middle:]))
    extreme = abs(float(np.sum(points))) - 1e-12 * float(sizes.sum())  # equal sums may differ by rounding
    second.sort()
    beyond = len(second) - np.searchsorted(second, extreme - first, side="left")
    return min(1.0, 2.0 * float(beyond.sum()) / 2.0 ** len(sizes))


def _signed_sums(sizes: Floats) -> Floats:
    """The sum under each choice of signs: (2^draws,)."""
    sums = np.zeros(1)
    for size in sizes:
        sums = np.concatenate([sums - size, sums + size])
    return sums


def _sampled_p(points: Floats) -> float:
    from scipy.stats import permutation_test

    found = permutation_test(
        (points,), np.mean, permutation_type="samples", n_resamples=RESAMPLES, batch=1000, vectorized=True, rng=0
    )
    return float(found.pvalue)


def least_draws(tests: int) -> int:
    """The fewest draws with which any of `tests` tests can come out below `LEVEL` after `holm`: p is 2^(1-draws)."""
    return math.floor(1 + math.log2(max(1, tests) / LEVEL)) + 1


def holm(p_values: Sequence[float]) -> list[float]:
    """The p values corrected for being several, by Holm's step-down method (Holm 1979)."""
    order = sorted(range(len(p_values)), key=lambda index: p_values[index])
    stepped = (min(1.0, p_values[index] * (len(order) - rank)) for rank, index in enumerate(order))
    corrected = dict(zip(order, accumulate(stepped, max), strict=True))
    return [corrected[index] for index in range(len(order))]
