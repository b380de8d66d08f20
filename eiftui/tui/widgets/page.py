"""A page of lines that scrolls: of new lines, only those that differ are painted."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from textual import events
from textual.content import Content
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.visual import Visual

from eiftui.tui.mishaps import Surviving


class Page(Surviving, ScrollView, can_focus=True):
    """Lines that fit its width. Whoever owns it hands on its keys."""

    class Resized(Message):
        """Lines should be wrapped again, for another width."""

    def __init__(self, id: str) -> None:
        super().__init__(id=id)
        self._lines: Sequence[Content] = ()
        self._strips: list[Strip] = []

    def show(self, lines: Sequence[Content]) -> None:
        self._lines = lines
        before, self._strips = self._strips, [self._strip(line) for line in lines]
        # no less than there is room for, as Textual paints everything when it changes
        self.virtual_size = Size(self.size.width, max(len(lines), self.size.height))
        for line, (old, new) in enumerate(zip_longest(before, self._strips)):
            if old is None or new is None or list(old) != list(new):
                self._refresh(line - self.scroll_offset.y)

    def scroll_to_top(self) -> None:
        """Show the first line."""
        if self.scroll_offset.y:
            self.scroll_to(y=0, animate=False)

    def render_line(self, y: int) -> Strip:
        line, width = y + self.scroll_offset.y, self.size.width
        if line >= len(self._strips):
            return Strip.blank(width, self.rich_style)
        return self._strips[line].crop_extend(0, width, self.rich_style)

    def on_resize(self, event: events.Resize) -> None:
        self.post_message(self.Resized())

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._strips = [self._strip(line) for line in self._lines]

    def _strip(self, line: Content) -> Strip:
        width = max(1, self.size.width)
        return Visual.to_strips(self, line, width, 1, self.visual_style, pad=True)[0] if line.plain else Strip([])

    def _refresh(self, y: int) -> None:
        if 0 <= y < self.size.height:
            self.refresh(Region(0, y, self.size.width, 1))
