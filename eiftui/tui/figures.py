"""Findings as plots in characters, for the screen and for printed reports."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from rich.text import Text

from eiftui.analysis.cells import own_cells
from eiftui.analysis.contrasts import COMPARED
from eiftui.analysis.distributions import Histogram
from eiftui.analysis.rates import Rate, Sweep
from eiftui.session.readings import Readings
from eiftui.show.numbers import compact
from eiftui.tui.plots import Points, curves


def distribution(found: Histogram, size: tuple[int, int], coloured: bool) -> Text:
    """Shares of cells over EIF, a curve a condition."""
    shares = {name: (found.middles, counts / max(1, counts.sum())) for name, counts in found.counts.items()}
    return curves(shares, size, "EIF, nats per token", "share of cells", coloured)


def semantics(session: Readings, size: tuple[int, int], coloured: bool) -> Text | None:
    """EIF over the cosine of embeddings in the first draw, own texts left out; None where texts are not embedded."""
    cosine, others = session.likeness(0), ~own_cells(session)
    known = np.isfinite(cosine) & others
    points: dict[str, Points] = {
        which: (cosine[known], session.matrix(which)[0][known])
        for which in COMPARED
        if session.measured(which)[0].any()
    }
    if not known.any() or not points:
        return None
    label = "cosine of embeddings, first draw"
    return curves(points, size, label, "EIF, nats per token", coloured, join=False)


def rates(found: Sweep, size: tuple[int, int], coloured: bool) -> Text:
    """Sizes over rates, both on log scales, whose ticks are written by us: plotext's own are not to be had."""
    series = {"other texts": _points((one, one.others.mean) for one in found.rates)}
    if found.rates[0].own is not None:
        series["own texts"] = _points((one, abs(one.own.mean)) for one in found.rates if one.own is not None)
    ticks = {math.log10(one.rate): compact(one.rate) for one in found.rates[:: max(1, len(found.rates) // 8)]}
    return curves(series, size, "learning rate", "log10 of abs EIF, nats per token", coloured, ticks)


def _points(sizes: Iterable[tuple[Rate, float]]) -> tuple[list[float], list[float]]:
    found = [(math.log10(one.rate), math.log10(size)) for one, size in sizes if 0 < size < math.inf]
    return [x for x, _ in found], [y for _, y in found]
