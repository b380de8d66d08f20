"""A session's numbers as a heatmap in characters: the mean over draws, of what is measured."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from eiftui.session.readings import Array, Flags, Quantity, Readings
from eiftui.session.safetext import visible
from eiftui.settings import Condition
from eiftui.show.heatmap import Heatmap, heatmap
from eiftui.show.summary import over_draws

UNITS = "change of loss, nats per token"
"""Of every matrix of a session."""


def session_heatmap(
    session: Readings, quantity: Quantity, title: str, draws: Sequence[int] | None = None, legend: bool = True
) -> Heatmap:
    """The mean over some draws, or all, with the texts in full below if `legend`. `title` goes before how many."""
    chosen = list(range(session.draws) if draws is None else draws)
    rows, columns = ([visible(text.label) for text in texts] for texts in (session.rows, session.probes))
    floor = None if quantity == "gap" else known_floor(session, quantity)
    values, measured = session.matrix(quantity)[chosen], session.measured(quantity)[chosen]
    return mean_heatmap(values, measured, rows, columns, title, floor, legend)


def mean_heatmap(
    values: Array,
    measured: Flags,
    rows: Sequence[str],
    columns: Sequence[str],
    title: str,
    floor: float | None,
    legend: bool = True,
) -> Heatmap:
    """The mean over draws of (draws, rows, columns), with intervals where there are several."""
    with np.errstate(invalid="ignore"):
        mean, half = over_draws(values)
    return heatmap(
        np.ma.masked_array(mean, ~measured.any(axis=0)),
        rows,
        columns,
        f"{title}, {mean_of(values)}" if len(values) > 1 else title,
        floor=floor or 0.0,
        interval=half if len(values) > 1 else None,
        legend=legend,
    )


def mean_of(values: Array) -> str:
    """Of how many draws a mean of (draws, rows, columns) is: those with a finite number, over the cells that have any.

    `mean of 20 draws`, `mean of 2 of 20 draws`, `mean of 2 to 4 of 20 draws`. Cells that all draws share do not count.
    """
    counts, draws = np.isfinite(values).sum(axis=0), len(values)
    shared = (counts == draws) & (np.fmin.reduce(values, axis=0) == np.fmax.reduce(values, axis=0))
    counted = counts[(counts > 0) & ~shared]
    least, most = counted.min(initial=draws), counted.max(initial=0)
    if least == draws:
        return f"mean of {draws} draws"
    return f"mean of {least if least == most else f'{least} to {most}'} of {draws} draws"


def known_floor(session: Readings, condition: Condition) -> float | None:
    """The session's floor, but None beside cells that are not finite: what they leave uncertain, nobody knows."""
    return None if session.not_finite(condition) else session.floor(condition)
