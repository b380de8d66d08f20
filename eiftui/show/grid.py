"""Where the parts of a heatmap go: numbers if they fit the width, else one character a cell, else several panels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

SHORTEST_TEXT = 8
"""Row texts with less room than this are left out."""


@dataclass(frozen=True)
class Grid:
    """Widths in terminal columns. `panels` are the ranges of matrix columns printed one below the other."""

    number_width: int
    text_width: int
    cell_width: int
    panels: tuple[range, ...]

    @property
    def dense(self) -> bool:
        """Whether a cell is one character."""
        return self.cell_width == 1

    @property
    def cells_at(self) -> int:
        """The terminal column where the first cell begins."""
        return self.number_width + bool(self.text_width) + self.text_width + self.dense


def plan(width: int, rows: int, columns: int, text: int, cell_widths: Sequence[int]) -> Grid:
    """The grid for a matrix of `rows` by `columns` whose longest row text is `text` wide.

    `cell_widths` are the possible widths of a printed number, gap included, preferred first: all but the last are
    taken only if row texts keep a readable room beside them.
    """
    number = len(str(rows))
    for cell in cell_widths:
        room = width - number - columns * cell - 1
        wanted = 0 if cell == cell_widths[-1] else min(text, 2 * SHORTEST_TEXT) + 1
        if room + 1 >= wanted:
            return Grid(number, _text_width(room, text), cell, (range(columns),))
    room = width - number - 2 - columns
    if room >= -1:
        return Grid(number, _text_width(room, text), 1, (range(columns),))
    fitting = max(1, width - number - 1)
    fitting -= fitting % 10 if fitting > 10 else 0
    panels = (range(first, min(first + fitting, columns)) for first in range(0, columns, fitting))
    return Grid(number, 0, 1, tuple(panels))


def _text_width(room: int, text: int) -> int:
    return min(room, text) if room >= min(SHORTEST_TEXT, text) else 0
