"""The overview: all of a large matrix at once, two blocks of cells a character, with a cursor among the blocks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import ClassVar

import numpy as np
from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from eiftui.show import colour
from eiftui.tui.actions import part_bindings
from eiftui.tui.blocks import Blocks, blocks
from eiftui.tui.view import Picture, Status
from eiftui.tui.widgets.cells import Painter, depth

HEADER = 1
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
    "16": {
        Status.UNDEFINED: Style.null(),
        Status.PENDING: Style.null(),
        Status.CANCELLED: Style.parse("on yellow"),
        Status.FAILED: Style.parse("on bright_magenta"),
        Status.RUNNING: Style.parse("on bright_yellow"),
    },
}
"""Blocks without a number. Those with a prediction alone are grey."""
_HERE = {"256": Color.parse("rgb(255,255,95)"), "16": Color.parse("bright_green")}


class Overview(Widget, can_focus=True):
    """Shows a `Picture` whole. Lines and places are those of the picture."""

    BINDINGS = part_bindings("overview")
    COMPONENT_CLASSES: ClassVar[set[str]] = {"overview--header", "overview--here"}

    @dataclass
    class CellChosen(Message):
        """The person moved the cursor."""

        line: int
        place: int

    class Opened(Message):
        """The person wants to see the cells under the cursor."""

    def __init__(self, id: str) -> None:
        super().__init__(id=id)
        self._picture: Picture | None = None
        self._cursor = 0, 0
        self._window = range(0), range(0)
        self._drawing: Drawing | None = None
        self._strips: list[Strip] = []

    @property
    def block(self) -> tuple[int, int]:
        """Rows and columns that a block stands for."""
        return (1, 1) if self._drawing is None else (self._drawing.blocks.height, self._drawing.blocks.width)

    def show(self, picture: Picture, cursor: tuple[int, int], window: tuple[range, range]) -> None:
        """Show a picture, the cursor on a cell of it, and which lines and places the heat map has room for."""
        self._picture, self._cursor, self._window = picture, cursor, window
        self._paint()

    def action_move(self, where: str) -> None:
        (high, wide), far = self.block, 1 << 30
        down, right = {
            "up": (-high, 0),
            "down": (high, 0),
            "left": (0, -wide),
            "right": (0, wide),
            "home": (0, -far),
            "end": (0, far),
            "top": (-far, 0),
            "bottom": (far, 0),
        }[where]
        self._choose(self._cursor[0] + down, self._cursor[1] + right)

    def action_open(self) -> None:
        self.post_message(self.Opened())

    def on_click(self, event: events.Click) -> None:
        if self._drawing is not None and event.y >= HEADER and event.x >= self._drawing.head:
            high, wide = self.block
            self._choose((event.y - HEADER) * self._layers * high, (event.x - self._drawing.head) * wide)

    def on_resize(self) -> None:
        self._paint()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._paint()

    def render_line(self, y: int) -> Strip:
        strip = self._strips[y] if y < len(self._strips) else Strip([])
        return strip.extend_cell_length(self.size.width, self.rich_style)

    @property
    def _layers(self) -> int:
        """Blocks above one another in a character: without colours, one."""
        return 1 if depth(self.app) == "none" else 2

    def _choose(self, line: int, place: int) -> None:
        if self._picture is not None and self._picture.values.size:
            lines, places = self._picture.values.shape
            self.post_message(self.CellChosen(max(0, min(lines - 1, line)), max(0, min(places - 1, place))))

    def _paint(self) -> None:
        """Make all lines anew, and refresh those that differ."""
        if self._picture is None or not self.size.area:
            return
        head = len(str(len(self._picture.rows))) + 1
        shrunk = blocks(self._picture, (self.size.height - HEADER) * self._layers, self.size.width - head)
        self._drawing = Drawing(
            picture=self._picture,
            blocks=shrunk,
            cursor=self._cursor,
            window=self._window,
            layers=self._layers,
            head=head,
            painter=Painter(
                replace(self._picture, values=shrunk.values, status=shrunk.status, halves=None), 1, depth(self.app)
            ),
            base=self.rich_style,
            plain=self.get_component_rich_style("overview--header"),
            here=self.get_component_rich_style("overview--here"),
        )
        before, self._strips = self._strips, self._drawing.strips()
        for y, (old, new) in enumerate(zip_longest(before, self._strips)):
            if old != new:
                self.refresh(Region(0, y, self.size.width, 1))


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
        colours: colour.Depth = "16" if self.painter.colours == "16" else "256"
        if self._is_cursor(line, place):
            return _HERE[colours]
        status, value = Status(self.blocks.status[line, place]), float(self.blocks.values[line, place])
        if status < Status.PREVIEW:
            style = _MARKED[colours][status]
        elif status == Status.PREVIEW and np.isfinite(value):
            style = colour.shade(value, self.picture.limit, colours)
        else:
            style = self.painter.style(line, place)
        return style.bgcolor or (Color.parse("black") if colours == "16" else self.base.bgcolor)

    def _is_cursor(self, line: int, place: int) -> bool:
        return (line, place) == (self.cursor[0] // self.blocks.height, self.cursor[1] // self.blocks.width)


def _overlap(window: range, block: int, size: int) -> bool:
    """Whether a block of `size` cells holds one of a window."""
    return window.start < (block + 1) * size and block * size < window.stop
