"""Cells under frozen headers, with a cursor, however many there are: where they are, and what of them is in sight."""

from __future__ import annotations

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from eiftui.tui.mishaps import Surviving
from eiftui.tui.widgets.cells import DIGIT

HEADER = 1


def alone(text: str, y: int, width: int, style: Style) -> Strip:
    """Line `y` of a widget that shows one line of text and nothing else."""
    return Strip([Segment(text if y == 0 else "", style)]).adjust_cell_length(width, style)


class ScrolledCells(Surviving, ScrollView):
    """Scrolls by whole cells. Lines and places count in the order shown."""

    def __init__(self, id: str) -> None:
        super().__init__(id=id)
        self._line = self._place = 0
        """Of the cursor."""
        self._room = Size(0, 0)
        """How much it has, or had before it was hidden."""
        self._head = 0
        """Columns of the screen that are left of the cells."""
        self._top, self._tall = HEADER, 1
        """Lines of the screen that the header takes, and each line of the matrix."""

    @property
    def _shape(self) -> tuple[int, int]:
        """How many lines and places there are."""
        raise NotImplementedError

    @property
    def _cell(self) -> int:
        """Columns of the screen that a cell takes."""
        raise NotImplementedError

    def _fit(self) -> None:
        """Choose widths for the room there is, and paint everything."""
        raise NotImplementedError

    def _note_move(self) -> None:
        """The cursor stands on another cell."""
        raise NotImplementedError

    @property
    def position(self) -> tuple[int, int]:
        """Line and place of the cursor."""
        return self._line, self._place

    @property
    def window(self) -> tuple[range, range]:
        """The lines and places that are in sight, or were before it was hidden."""
        top = self.scroll_offset.y // self._tall
        return range(top, min(self._shape[0], top + self._page)), self._in_sight

    def action_move(self, where: str) -> None:
        page, wide = max(1, self._page), self._fitting
        lines, places = self._shape
        line, place = {
            "up": (self._line - 1, self._place),
            "down": (self._line + 1, self._place),
            "left": (self._line, self._place - 1),
            "right": (self._line, self._place + 1),
            "page_up": (self._line - page, self._place),
            "page_down": (self._line + page, self._place),
            "page_left": (self._line, self._place - wide),
            "page_right": (self._line, self._place + wide),
            "home": (self._line, 0),
            "end": (self._line, places - 1),
            "top": (0, self._place),
            "bottom": (lines - 1, self._place),
        }[where]
        self.move(line, place)

    def move(self, line: int, place: int) -> None:
        """Put the cursor on a line and a place, or as near as there are any."""
        lines, places = self._shape
        before = self._line, self._place
        self._line, self._place = max(0, min(lines - 1, line)), max(0, min(places - 1, place))
        if (self._line, self._place) == before or not lines or not places:
            return
        if not self._into_view():
            for line, place in (before, (self._line, self._place)):
                x, y = self._head + place * self._cell - self._left, self._y(line)
                self._refresh(Region(x, y, self._cell, self._tall))
                if before[0] != self._line:
                    self._refresh(Region(0, y, self._head, self._tall))
                if before[1] != self._place:
                    self._refresh(Region(max(self._head, x - DIGIT), 0, self._cell + DIGIT, self._top))
        self._note_move()

    def on_click(self, event: events.Click) -> None:
        place = (event.x - self._head + self._left) // self._cell
        line = (event.y - self._top + self.scroll_offset.y) // self._tall
        if event.x >= self._head and event.y >= self._top and line < self._shape[0] and place in self._in_sight:
            self.move(line, place)

    def on_resize(self) -> None:
        if self.size.area:
            self._room = self.size
            self._fit()
            self._into_view()

    # Where things are

    @property
    def _in_sight(self) -> range:
        """The places that can be seen: numbers are not cut."""
        start = self._left // self._cell
        return range(start, min(self._shape[1], start + self._fitting))

    @property
    def _left(self) -> int:
        """How far cells are scrolled: by whole ones."""
        return int(self.scroll_offset.x) // self._cell * self._cell

    @property
    def _fitting(self) -> int:
        """How many places have room, beside a sign where there are more."""
        room, places = self._room.width - self._head, self._shape[1]
        return places if places * self._cell <= room else max(1, (room - 1) // self._cell)

    @property
    def _whole_size(self) -> Size:
        """Of everything, also out of sight, such that the end of the scroll is a whole number of cells."""
        lines, places = self._shape
        width = max(self._head, self._room.width) + (places - self._fitting) * self._cell
        return Size(width, self._top + lines * self._tall)

    @property
    def _page(self) -> int:
        """How many lines have room."""
        return max(0, self._room.height - self._top) // self._tall

    def _y(self, line: int) -> int:
        """Where on the widget a line begins."""
        return self._top + line * self._tall - self.scroll_offset.y

    def _into_view(self) -> bool:
        """Jump by half a page where the cursor is out of sight, as every scroll paints everything; whether it did."""
        if not self._room.area:
            return False  # it was never shown: what is in sight is not known yet
        left, top = self._left, self.scroll_offset.y
        high = self._room.height - self._top
        y = self._line * self._tall
        if self._place not in self._in_sight:
            left = max(0, self._place - self._fitting // 2) * self._cell
        if not top <= y <= top + high - self._tall:
            top = max(0, (y - high // 2) // self._tall * self._tall)
        if (left, top) == self.scroll_offset:
            return False
        # forced, as one that grew just now is not known to need scrolling
        self.scroll_to(left, top, animate=False, force=True)
        return True

    def _refresh(self, region: Region) -> None:
        visible = region.intersection(self.size.region)
        if visible.area:
            self.refresh(visible)
