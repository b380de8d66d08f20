"""Draws images in the terminal: grey half blocks where there are colours, else braille, else ASCII."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from rich.color import Color
from rich.console import Console
from rich.style import Style
from rich.text import Text

from eiftui.show.colour import depth
from eiftui.show.encoding import drawable

Pixels = NDArray[np.floating]
Way = Literal["half blocks", "braille", "ascii"]
SIZES: dict[Way, tuple[int, int]] = {"half blocks": (14, 7), "braille": (14, 7), "ascii": (28, 14)}
"""Columns and lines."""
DOTS_OF: dict[Way, tuple[int, int]] = {"half blocks": (1, 2), "braille": (2, 4), "ascii": (1, 1)}
"""How much of an image a character can tell apart, across and down."""
_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""The bit of each dot of a braille character."""
_LIT = 0.4
_RAMP = " .:-=+*#%@"
_UPPER_HALF = "▀"
_FIRST_BRAILLE = 0x2800
_GREYS, _FIRST_GREY = 24, 232
"""The grey ramp of 256-colour terminals, from 8 to 238."""


def way(console: Console) -> Way:
    """How `console` can show an image."""
    if not drawable(_UPPER_HALF + chr(_FIRST_BRAILLE), console):
        return "ascii"
    return "half blocks" if depth(console) == "256" else "braille"


def picture(image: Pixels, how: Way, columns: int = 0, lines: int = 0) -> list[Text]:
    """`lines` of `columns` that show `image` (rows, columns), 0 to 1, beyond which it is shown as black or white.

    Without a size, one in which an eye can still read a digit: 14×7, in ASCII 28×14.
    """
    columns, lines = columns or SIZES[how][0], lines or SIZES[how][1]
    across, down = DOTS_OF[how]
    seen = shrunk(np.clip(np.asarray(image, dtype=np.float64), 0, 1), down * lines, across * columns)
    parts = (seen[down * line : down * (line + 1)] for line in range(lines))
    return [_LINES[how](part) for part in parts]


def beside(pictures: Sequence[list[Text]], gap: int = 1) -> list[Text]:
    """Pictures of equal height in one row of lines."""
    return [Text(" " * gap).join(lines) for lines in zip(*pictures, strict=True)]


def shrunk(image: Pixels, rows: int, columns: int) -> Pixels:
    """The means of `image` over `rows` × `columns` equal rectangles."""
    down, across = (_shares(size, parts) for size, parts in zip(image.shape, (rows, columns), strict=True))
    return np.asarray(down @ image @ across.T)


def _shares(size: int, parts: int) -> Pixels:
    """How much of each of `parts` equal stretches each of `size` pixels fills: (parts, size), rows sum to 1."""
    edges = np.linspace(0, size, parts + 1)
    starts, stops = edges[:-1, None], edges[1:, None]
    pixels = np.arange(size)
    overlap = np.minimum(stops, pixels + 1) - np.maximum(starts, pixels)
    return np.asarray(np.maximum(overlap, 0) / (stops - starts))


def _greys(part: Pixels) -> Text:
    """A line of half blocks from two rows."""
    line = Text()
    for above, below in part.T:
        line.append(_UPPER_HALF, Style(color=_grey(above), bgcolor=_grey(below)))
    return line


def _grey(value: float) -> Color:
    return Color.from_ansi(_FIRST_GREY + round(float(value) * (_GREYS - 1)))


def _braille(part: Pixels) -> Text:
    """A line of braille from four rows."""
    lit = part > _LIT
    cells = (lit[:, left : left + 2] for left in range(0, lit.shape[1], 2))
    return Text("".join(chr(_FIRST_BRAILLE + sum(_DOTS[y][x] for y, x in np.argwhere(cell))) for cell in cells))


def _ascii(part: Pixels) -> Text:
    return Text("".join(_RAMP[round(float(grey) * (len(_RAMP) - 1))] for grey in part[0]))


_LINES: dict[Way, Callable[[Pixels], Text]] = {"half blocks": _greys, "braille": _braille, "ascii": _ascii}
