"""The one place that calls plotext: curves as rich text, for the screen and for printed reports."""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from rich.text import Text

from eiftui.show.numbers import MINUS

Points = tuple[ArrayLike, ArrayLike]
COLOURS = (208, 39, 78, 170)
"""Of the 256: orange, blue, green and pink."""
MARKS = "ox+*"
LARGEST = 1e15
"""plotext cannot place greater magnitudes."""
_DRAWING = threading.Lock()
"""plotext has one canvas for all."""


def curves(
    series: Mapping[str, Points],
    size: tuple[int, int],
    x_label: str,
    y_label: str,
    coloured: bool,
    ticks: Mapping[float, str] | None = None,
    join: bool = True,
) -> Text:
    """Named curves over one pair of axes, or with `join` off scattered points, as text of `size` (columns, lines).

    A series is x and y, (points,) each; pairs that are not finite are left out. `ticks` are labels by their x.
    """
    import plotext

    with _DRAWING:
        figure: Any = plotext
        figure.clear_figure()
        figure.limit_size(False, False)
        figure.plot_size(*size)
        if coloured:  # on the background that the page has
            for paint in (figure.canvas_color, figure.axes_color, figure.ticks_color):
                paint("default")
        else:
            figure.theme("clear")
        for index, (name, points) in enumerate(series.items()):
            _draw(figure, name, _drawable(points), index, coloured, join)
        if ticks:
            figure.xticks(list(ticks), list(ticks.values()))
        figure.xlabel(x_label)
        figure.ylabel(y_label)
        built = figure.build()
    text = Text.from_ansi(re.sub(r"-(?=\d)", MINUS, built))
    return text if coloured else Text(text.plain)


def _draw(
    figure: Any, name: str, points: tuple[Sequence[float], Sequence[float]], at: int, colour: bool, join: bool
) -> None:
    if not points[0]:
        return
    look = {"color": COLOURS[at % len(COLOURS)], "marker": "braille"} if colour else {"marker": MARKS[at % len(MARKS)]}
    (figure.plot if join else figure.scatter)(*points, label=name, **look)


def _drawable(points: Points) -> tuple[list[float], list[float]]:
    x, y = (np.asarray(values, dtype=np.float64) for values in points)
    finite: NDArray[np.bool_] = np.isfinite(x) & np.isfinite(y)
    first, second = (np.clip(values[finite], -LARGEST, LARGEST).tolist() for values in (x, y))
    return first, second
