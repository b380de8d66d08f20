"""A heatmap of influence between images, with the images themselves beside its rows and above its columns."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.text import Text

from eiftui.show import colour, numbers
from eiftui.show.digits import Pixels, picture, way
from eiftui.show.encoding import printable

LARGE, SMALL = (8, 4), (6, 3)
"""Columns and lines of an image, and of a cell."""
GAP = 1


def picture_map(
    console: Console, values: NDArray[np.float64], images: Sequence[Pixels], labels: Sequence[str], floor: float = 0.0
) -> Iterator[Text]:
    """The lines of a map of `values` (images, images), nats; NaN where there is none.

    `labels` are short: they stand beside the images, rows down and columns across.
    """
    margin = max(map(len, labels)) + GAP
    wide = margin + (len(images) + 1) * (LARGE[0] + GAP) <= console.width
    columns, lines = LARGE if wide else SMALL
    how = way(console)
    drawn = [picture(image, how, columns, lines) for image in images]
    limit = numbers.scale_limit(values, floor)
    exponent = numbers.common_exponent([limit])
    left = " " * (margin + columns)
    yield Text(left + "".join(label.center(columns).rjust(columns + GAP) for label in labels))
    for line in range(lines):
        yield Text(left).append_text(Text("").join(Text(" " * GAP) + one[line] for one in drawn))
    for row, label in enumerate(labels):
        for line in range(lines):
            middle = line == lines // 2
            text = Text((label if middle else "").ljust(margin)) + drawn[row][line]
            for value in values[row]:
                number = numbers.eif(None if math.isnan(value) else float(value), exponent, floor) if middle else ""
                style = colour.style(0.0 if math.isnan(value) else float(value), limit, colour.depth(console))
                text.append(" " * GAP)
                text.append(printable(number.strip().center(columns), console.encoding), style)
            yield text
    yield Text(printable(f"rows: training images; columns: probes; nats {numbers.scale(exponent)}", console.encoding))
