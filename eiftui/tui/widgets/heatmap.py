"""The heat map: a matrix of any size under frozen headers, with a cell cursor. A change of it costs few bytes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import ClassVar

import numpy as np
from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip

from eiftui.show.encoding import fitted
from eiftui.tui.bindings import part_bindings
from eiftui.tui.picture import Picture, differing, place_of, same_frame, same_lines
from eiftui.tui.widgets.cells import DENSE, INTERVAL, NUMBER, WIDTHS, Painter, depth
from eiftui.tui.widgets.column_numbers import column_numbers
from eiftui.tui.widgets.scrolling import ScrolledCells, alone

RUNNING = "▸"
MORE = "‹›"
"""Columns are out of sight on this side."""
SHORTEST_LABEL = 8


class HeatMap(ScrolledCells, can_focus=True):
    """Shows a `Picture`. Lines and places count in the order shown; messages name rows and columns of the session."""

    BINDINGS = part_bindings("heatmap")
    COMPONENT_CLASSES: ClassVar[set[str]] = {"heatmap--header", "heatmap--here"}

    nothing: reactive[str] = reactive("")
    """Why there is no cell, in place of everything; empty where there are cells."""

    @dataclass
    class CursorMoved(Message):
        """The cursor stands on another cell."""

        row: int
        column: int

    class Zoomed(Message):
        """Cells are wider or narrower than before, and may say something else."""

    def __init__(self, id: str) -> None:
        super().__init__(id=id)
        self.picture: Picture | None = None
        self.first = 1
        """The number of the first row and column."""
        self._labels: Sequence[str] = ()
        self._zoom: int | None = None
        self._painter: Painter | None = None
        self._strips: dict[tuple[int, int], Strip] = {}
        """Of lines painted since the last scroll sideways, part by part: the cells in sight."""

    @property
    def cursor(self) -> tuple[int, int] | None:
        """Row and column of the session under the cursor; None in an empty matrix."""
        if self.picture is None or not self.picture.values.size:
            return None
        return int(self.picture.rows[self._line]), int(self.picture.columns[self._place])

    def show(self, picture: Picture, labels: Sequence[str], to: tuple[int, int] | None = None) -> None:
        """Show another picture; of the same shape and scale, only what differs is painted. `labels` are the rows'.

        `to` is the row and column where the cell of the cursor is now, if it has moved.
        """
        before, cursor = self.picture, self.cursor
        self.picture = picture
        self._follow(to or cursor)
        if cursor is not None and self.cursor != cursor:
            self.call_later(self._note_move)  # by itself: a message of it that its parent sends would end there
        if before is None or not same_frame(before, picture) or labels != self._labels:
            self._labels = labels
            self._fit()
            if before is not None and not same_lines(before, picture):
                self._into_view()
            return
        self._make_painter()
        for line in differing(before, picture):
            for part in range(self._tall):
                self._strips.pop((line, part), None)
            self._refresh(Region(0, self._y(line), self.size.width, self._tall))

    @property
    def steps(self) -> int:
        """The width of cells that hold a step of the scale in place of a number; 0 where they do not."""
        width = self._cell
        blank = width == DENSE and depth(self.app) in ("256", "light")
        return 0 if width >= NUMBER or blank else width

    @property
    def whole_width(self) -> int:
        """The columns that it takes to show every number in full, without texts beside them."""
        return self._number + self._shape[1] * self._widths[-1]

    def move_to(self, row: int, column: int) -> bool:
        """Put the cursor on a cell of the session; False if a filter hides it."""
        if self.picture is not None:
            lines, places = np.flatnonzero(self.picture.rows == row), np.flatnonzero(self.picture.columns == column)
            if lines.size and places.size:
                self.move(int(lines[0]), int(places[0]))
                return True
        return False

    def action_zoom(self, by: int) -> None:
        """Make cells wider or narrower by some steps."""
        widths = self._widths
        at = widths.index(self._cell) + by
        if 0 <= at < len(widths):
            self._zoom = at
            self._fit()
            self._into_view()
            self.post_message(self.Zoomed())

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._make_painter()
        self._strips.clear()

    # Painting

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        if self.picture is None or self._painter is None:
            return Strip.blank(width, self.rich_style)
        if self.nothing:
            return alone(self.nothing, y, width, self.rich_style)
        line, part = divmod(y - self._top + self.scroll_offset.y, self._tall)
        if y < self._top:
            head, body = [Segment(self._before(y).rjust(self._head), self._head_style(False))], self._header(y)
        elif line < len(self.picture.rows):
            head, body = self._label(line, part), self._body(line, part)
        else:
            return Strip.blank(width, self.rich_style)
        body = body.crop_extend(0, width - self._head, self.rich_style)
        if y == 0 and self._in_sight.stop < self._shape[1]:
            body = Strip.join(
                [body.crop(0, width - self._head - 1), Strip([Segment(MORE[1], self._head_style(False))], 1)]
            )
        return Strip([*head, *body], width)

    def _before(self, y: int) -> str:
        """What stands left of the header."""
        return MORE[0] if y == 0 and self._in_sight.start else ""

    def _header(self, y: int) -> Strip:
        """Numbers of the columns in sight, and that of the cursor's."""
        assert self.picture is not None
        cell, columns, sight = self._cell, self.picture.columns, self._in_sight
        strip = Strip([Segment(column_numbers(columns, sight, cell, self.first), self._head_style(False))])
        if self._place not in sight:
            return strip
        here = str(columns[self._place] + self.first).rjust(cell)
        end = max((self._place + 1 - sight.start) * cell, len(here))
        at_cursor = Strip([Segment(here, self._head_style(True))])
        return Strip.join([strip.crop(0, end - len(here)), at_cursor, strip.crop(end)])

    def _label(self, line: int, part: int) -> list[Segment]:
        """What stands left of a line of the matrix, in part `part` of the lines of the screen that it takes."""
        assert self.picture is not None
        row = int(self.picture.rows[line])
        digits = len(str(len(self._labels)))
        room = self._head - digits - 2
        text = fitted(self._labels[row], room, "utf-8") + " " if room > 0 else ""
        label = f"{row + self.first:>{digits}}{RUNNING if self.picture.running[line] else ' '}{text}"
        return [Segment(set_cell_size(label, self._head), self._head_style(line == self._line))]

    def _body(self, line: int, part: int) -> Strip:
        strip = self._strips.get((line, part))
        if strip is None:
            strip = self._strips[line, part] = self._paint(line, part)
        if line != self._line or self._place not in self._in_sight:
            return strip
        assert self._painter is not None
        cell = self._cell
        start = (self._place - self._in_sight.start) * cell
        cursor = self._painted(line, self._place, part, Painter.cursor(self._painter.colours))
        return Strip.join([strip.crop(0, start), Strip(cursor, cell), strip.crop(start + cell)])

    def _paint(self, line: int, part: int) -> Strip:
        assert self._painter is not None
        painter, base, sight = self._painter, self.rich_style, self._in_sight
        styles = [painter.style(line, place) for place in sight]
        on_base = {style: base + style for style in set(styles)}
        cells = (self._painted(line, place, part, on_base[style]) for place, style in zip(sight, styles, strict=True))
        return Strip(chain.from_iterable(cells), self._cell * len(sight)).simplify()

    def _painted(self, line: int, place: int, part: int, style: Style) -> list[Segment]:
        """One cell in a style."""
        assert self._painter is not None
        return [Segment(self._painter.text(line, place), style)]

    def _head_style(self, here: bool) -> Style:
        return self.get_component_rich_style("heatmap--here" if here else "heatmap--header")

    # Where things are

    @property
    def _shape(self) -> tuple[int, int]:
        return (0, 0) if self.picture is None else (len(self.picture.rows), len(self.picture.columns))

    @property
    def _cell(self) -> int:
        return self._painter.width if self._painter else NUMBER

    def watch_scroll_x(self, old: float, new: float) -> None:
        self._strips.clear()
        super().watch_scroll_x(old, new)

    @property
    def _widths(self) -> tuple[int, ...]:
        with_intervals = self.picture is not None and self.picture.halves is not None
        return (*WIDTHS[:-1], INTERVAL) if with_intervals else WIDTHS

    @property
    def _number(self) -> int:
        """The columns of a row's number."""
        return len(str(len(self._labels))) + 1

    def _fit(self) -> None:
        """Choose widths for what there is to show and for the room there is, and paint all of it."""
        self._make_painter()
        number = self._number
        room = self._room.width - number - self._shape[1] * self._cell - 1
        longest = max(map(cell_len, self._labels), default=0)
        self._head = number + (min(room, longest) + 1 if room >= SHORTEST_LABEL else 0)
        self._strips.clear()
        self.virtual_size = self._whole_size
        self.refresh()

    def _make_painter(self) -> None:
        if self.picture is not None:
            self._painter = Painter(self.picture, self._widths[self._step()], depth(self.app))

    def _step(self) -> int:
        """Which width: as chosen, else that of numbers, even where not every column has room then."""
        return len(self._widths) - 1 if self._zoom is None else self._zoom

    def _note_move(self) -> None:
        if cursor := self.cursor:
            self.post_message(self.CursorMoved(*cursor))

    def _follow(self, cursor: tuple[int, int] | None) -> None:
        """Keep the cursor on the cell of the session it was on, or near it where that is gone."""
        assert self.picture is not None
        if cursor is not None:
            self._line = place_of(cursor[0], self.picture.rows, self._line)
            self._place = place_of(cursor[1], self.picture.columns, self._place)
