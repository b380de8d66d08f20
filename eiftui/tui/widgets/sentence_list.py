"""A list of sentences, whose cursor is a row or a column of the matrix."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.content import Content
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.visual import Visual

from eiftui.domains.schema import Text
from eiftui.tui.bindings import part_bindings
from eiftui.tui.mishaps import Surviving
from eiftui.tui.sentences import with_slots


class SentenceList(Surviving, ScrollView, can_focus=True):
    """Numbered sentences, a line each, cut where there is no room."""

    BINDINGS = part_bindings("list")
    COMPONENT_CLASSES: ClassVar[set[str]] = {"list--number", "list--here"}

    @dataclass
    class LineChosen(Message):
        """The person moved the cursor, or came to this list."""

        sender: SentenceList
        line: int

    @dataclass
    class EditAsked(Message):
        """The person wants to change the sentence of the cursor."""

    def __init__(self, id: str) -> None:
        super().__init__(id=id)
        self.line = 0
        """Where the cursor is."""
        self._texts: Sequence[Text] = ()

    @property
    def chosen(self) -> Text | None:
        """The text of the cursor; None in an empty list."""
        return self._texts[self.line] if self._texts else None

    def show(self, texts: Sequence[Text]) -> None:
        if texts != self._texts:
            self._texts = texts
            self.line = max(0, min(self.line, len(texts) - 1))
            self.virtual_size = Size(self.size.width, len(texts))
            self.refresh()

    def move_to(self, line: int) -> None:
        """Put the cursor on a line, as far as there is one."""
        line = max(0, min(line, len(self._texts) - 1))
        if line != self.line:
            before, self.line = self.line, line
            if not self._into_view():
                for one in (before, line):
                    self.refresh(Region(0, one - self.scroll_offset.y, self.size.width, 1))

    def action_move(self, where: str) -> None:
        page = max(1, self.size.height - 1)
        steps = {"up": -1, "down": 1, "page_up": -page, "page_down": page, "top": -self.line}
        self._choose(self.line + steps.get(where, len(self._texts)))

    def action_edit(self) -> None:
        self.post_message(self.EditAsked())

    def on_focus(self) -> None:
        self.post_message(self.LineChosen(self, self.line))

    def on_click(self, event: events.Click) -> None:
        self._choose(event.y + self.scroll_offset.y)

    def on_resize(self) -> None:
        self.virtual_size = Size(self.size.width, len(self._texts))
        self._into_view()

    def render_line(self, y: int) -> Strip:
        line, width = y + self.scroll_offset.y, self.size.width
        if line >= len(self._texts):
            return Strip.blank(width, self.rich_style)
        style = self.get_visual_style("list--here" if line == self.line else "list--number")
        digits = len(str(len(self._texts)))
        number = Content.styled(f" {line + 1:>{digits}} ", style)
        content = (number + with_slots(self._texts[line])).truncate(width, ellipsis=True)
        if line == self.line and self.has_focus:
            content = content.stylize(style)
        return Visual.to_strips(self, content, width, 1, self.visual_style, pad=True)[0]

    def watch_has_focus(self, has_focus: bool) -> None:
        super().watch_has_focus(has_focus)
        self.refresh(Region(0, self.line - self.scroll_offset.y, self.size.width, 1))

    def _choose(self, line: int) -> None:
        before = self.line
        self.move_to(line)
        if self.line != before:
            self.post_message(self.LineChosen(self, self.line))

    def _into_view(self) -> bool:
        """Jump by half a page where the cursor is out of sight; whether it did."""
        top, high = self.scroll_offset.y, self.size.height
        if top <= self.line < top + high:
            return False
        self.scroll_to(y=max(0, self.line - high // 2), animate=False)
        return True
