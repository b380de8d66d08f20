"""A session's numbers as a heatmap in characters: the mean over draws, of what is measured."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from eiftui.session.readings import Array, Flags, Quantity, Readings
from eiftui.session.safetext import visible
from eiftui.settings import Condition
from eiftui.show.heatmap import Heatmap, heatmap
from eiftui.show.summary import mean_and_interval

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
    """The mean over draws of (draws, rows, columns), with its intervals where there are several."""
    with np.errstate(invalid="ignore"):
        mean, half = mean_and_interval(values)
    several = len(values) > 1
    return heatmap(
        np.ma.masked_array(mean, ~measured.any(axis=0)),
        rows,
        columns,
        f"{title}, mean of {len(values)} draws" if several else title,
        floor=floor or 0.0,
        interval=half if several else None,
        legend=legend,
    )


def known_floor(session: Readings, condition: Condition) -> float | None:
    """The session's floor, but None beside cells that are not finite: what they leave uncertain, nobody knows."""
    return None if session.not_finite(condition) else session.floor(condition)
