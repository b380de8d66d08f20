"""Means over networks crossed with draws: every network saw every draw, so that pairs of them are not independent."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from eiftui.analysis.estimates import Estimate
from eiftui.show.summary import mean_and_interval


def crossed(values: ArrayLike) -> Estimate:
    """The estimate from `values` (networks, draws), for other networks and other draws than these; its p is not told.

    A value is taken as level + network's effect + draw's effect + rest, all of them random. The mean over draws of each
    network has a 95 % t interval over networks, and the mean over networks of each draw one over draws; the half-width
    here is the root of the sum of the squares of the two (as Zou and Donner 2008 add variances by their intervals). The
    rest is in both, so that it is somewhat too large rather than too small. With one network (one draw) it is that of
    the draws (networks) alone, and says nothing of others.

    Networks of which nothing is measured do not count, and then no draw that any of the others lacks.
    """
    found = np.asarray(values, dtype=np.float64)
    found = found[np.isfinite(found).any(axis=1)]
    points = found[:, np.isfinite(found).all(axis=0)] if len(found) else found
    if not points.size:
        return Estimate(points=(), dropped=0, mean=math.nan, half=math.nan, p=math.nan, dz=math.nan)
    halves = [float(mean_and_interval(points.mean(axis=axis))[1]) for axis in (0, 1) if points.shape[1 - axis] > 1]
    mean = float(points.mean())
    deviation = float(points.std(ddof=1)) if points.size > 1 else math.nan
    return Estimate(
        points=tuple(points.ravel().tolist()),
        dropped=int((~np.isnan(found)).sum()) - points.size,
        mean=mean,
        half=math.hypot(*halves) if halves else math.nan,
        p=math.nan,
        dz=mean / deviation if deviation > 0 else math.nan,
    )
