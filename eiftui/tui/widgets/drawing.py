"""The lines of an overview: two blocks of cells a character, in the colours of the heat map's cells."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from eiftui.show import colour
from eiftui.tui.blocks import Blocks
from eiftui.tui.picture import Picture, Status
from eiftui.tui.widgets.cells import Painter

UPPER = "▀"
DOWN, DOWN_WINDOW, ACROSS, ACROSS_WINDOW = "│", "┃", "─", "━"
_MARKED: dict[colour.Depth, dict[Status, Style]] = {
    "256": {
        Status.UNDEFINED: Style.null(),
        Status.PENDING: Style.parse("on rgb(18,18,18)"),
        Status.CANCELLED: Style.parse("on rgb(95,95,0)"),
        Status.FAILED: Style.parse("on rgb(215,0,135)"),
        Status.RUNNING: Style.parse("on rgb(175,175,0)"),
    },
    "light": {
        Status.UNDEFINED: Style.null(),
        Status.PENDING: Style.parse("on rgb(255,255,255)"),
        Status.CANCELLED: Style.parse("on rgb(215,215,95)"),
        Status.FAILED: Style.parse("on rgb(215,0,135)"),
        Status.RUNNING: Style.parse("on rgb(255,215,0)"),
    },
    "16": {
        Status.UNDEFINED: Style.null(),
        Status.PENDING: Style.null(),
        Status.CANCELLED: Style.parse("on yellow"),
        Status.FAILED: Style.parse("on bright_magenta"),
        Status.RUNNING: Style.parse("on bright_yellow"),
    },
}
"""Blocks without a number."""
_DULL: dict[colour.Depth, tuple[str, ...]] = {
    "256": ("rgb(135,135,175)", "rgb(95,95,135)", "rgb(88,88,88)", "rgb(135,95,95)", "rgb(175,135,135)"),
    "light": ("rgb(135,135,175)", "rgb(175,175,215)", "rgb(208,208,208)", "rgb(215,175,175)", "rgb(175,135,135)"),
    "16": ("cyan", "cyan", "bright_black", "magenta", "magenta"),
}
"""Blocks with a prediction alone, from strongly more likely to strongly less likely."""
_HERE = {
    "256": Color.parse("rgb(255,255,95)"),
    "light": Color.parse("rgb(255,215,0)"),
    "16": Color.parse("bright_green"),
}


@dataclass(frozen=True, eq=False)
class Drawing:
    """The lines of an overview."""

    picture: Picture
    blocks: Blocks
    cursor: tuple[int, int]
    window: tuple[range, range]
    layers: int
    head: int
    """Columns on the left: the number of the cursor's row, and the edge."""
    painter: Painter
    """Paints blocks as the heat map would cells."""
    base: Style
    plain: Style
    here: Style

    def strips(self) -> list[Strip]:
        """The header, then as many lines as the blocks need."""
        lines = -(-len(self.blocks.values) // self.layers)
        return [self._header(), *map(self._line, range(lines))]

    def _header(self) -> Strip:
        """The number of the cursor's column, on the edge that shows what the heat map has room for."""
        wide, places = self.blocks.width, self.blocks.values.shape[1]
        edge = "".join(ACROSS_WINDOW if _overlap(self.window[1], at, wide) else ACROSS for at in range(places))
        strip = Strip([Segment(" " * self.head + edge, self.plain)])
        if not places:
            return strip
        number = str(self.picture.columns[self.cursor[1]] + 1)
        start = min(self.head + self.cursor[1] // wide, max(self.head, strip.cell_length - len(number)))
        return Strip.join([strip.crop(0, start), Strip([Segment(number, self.here)]), strip.crop(start + len(number))])

    def _line(self, line: int) -> Strip:
        """As many lines of blocks as a character has layers, after the number of the row where the cursor is."""
        high = self.blocks.height * self.layers
        here = self.cursor[0] // high == line
        number = str(self.picture.rows[self.cursor[0]] + 1) if here else ""
        edge = DOWN_WINDOW if _overlap(self.window[0], line, high) else DOWN
        head = Segment(number.rjust(self.head - 1) + edge, self.here if here else self.plain)
        draw = self._letter if self.layers == 1 else self._halves
        return Strip([head, *(draw(line, place) for place in range(self.blocks.values.shape[1]))]).simplify()

    def _letter(self, line: int, place: int) -> Segment:
        style = Painter.cursor("none") if self._is_cursor(line, place) else self.painter.style(line, place)
        return Segment(self.painter.text(line, place), style)

    def _halves(self, line: int, place: int) -> Segment:
        upper, lower = (self._colour(2 * line + layer, place) for layer in (0, 1))
        return Segment(UPPER, self.base + Style(color=upper, bgcolor=lower))

    def _colour(self, line: int, place: int) -> Color | None:
        if line >= len(self.blocks.values):
            return self.base.bgcolor
        colours = self.painter.colours
        if self._is_cursor(line, place):
            return _HERE[colours]
        status, value = Status(self.blocks.status[line, place]), float(self.blocks.values[line, place])
        if status < Status.PREVIEW:
            style = _MARKED[colours][status]
        elif status == Status.PREVIEW and np.isfinite(value):
            return Color.parse(_DULL[colours][2 + self.painter.level(value, 2)])
        else:
            style = self.painter.style(line, place)
        return style.bgcolor or (Color.parse("black") if colours == "16" else self.base.bgcolor)

    def _is_cursor(self, line: int, place: int) -> bool:
        return (line, place) == (self.cursor[0] // self.blocks.height, self.cursor[1] // self.blocks.width)


def _overlap(window: range, block: int, size: int) -> bool:
    """Whether a block of `size` cells holds one of a window."""
    return window.start < (block + 1) * size and block * size < window.stop
