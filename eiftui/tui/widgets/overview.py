"""The overview: all of a large matrix at once, with a cursor among blocks of its cells."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import ClassVar

from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from eiftui.tui.bindings import part_bindings
from eiftui.tui.blocks import blocks
from eiftui.tui.mishaps import Surviving
from eiftui.tui.picture import Picture
from eiftui.tui.widgets.cells import DENSE, Painter, depth
from eiftui.tui.widgets.drawing import Drawing
from eiftui.tui.widgets.scrolling import alone

HEADER = 1


class Overview(Surviving, Widget, can_focus=True):
    """Shows a `Picture` whole. Lines and places are those of the picture."""

    BINDINGS = part_bindings("overview")
    COMPONENT_CLASSES: ClassVar[set[str]] = {"overview--header", "overview--here"}

    nothing: reactive[str] = reactive("")
    """Why there is no cell, in place of everything; empty where there are cells."""

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

    @property
    def steps(self) -> int:
        """The width of blocks that hold a step of the scale; 0 where colours tell it."""
        return DENSE if self._layers == 1 else 0

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
        if self.nothing:
            return alone(self.nothing, y, self.size.width, self.rich_style)
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
                replace(self._picture, values=shrunk.values, status=shrunk.status, halves=None), DENSE, depth(self.app)
            ),
            base=self.rich_style,
            plain=self.get_component_rich_style("overview--header"),
            here=self.get_component_rich_style("overview--here"),
        )
        before, self._strips = self._strips, self._drawing.strips()
        for y, (old, new) in enumerate(zip_longest(before, self._strips)):
            if old != new:
                self.refresh(Region(0, y, self.size.width, 1))
