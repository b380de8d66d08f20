"""What the parts of the main screen have in common: they show a document, and a line of text costs few bytes."""

from __future__ import annotations

from itertools import zip_longest

from textual.content import Content
from textual.geometry import Region
from textual.strip import Strip
from textual.visual import Visual
from textual.widget import Widget

from eiftui.tui.document import Document
from eiftui.tui.mishaps import Surviving, survived


class Part(Surviving, Widget):
    """A part of the main screen. The screen calls `show_document` when the document has changed."""

    def __init__(self, document: Document, id: str) -> None:
        super().__init__(id=id)
        self.document = document

    def show_document(self) -> None:
        """Show the document as it is now. A part that cannot is a message, and the others go on."""
        with survived(self):
            self.paint()

    def on_descendant_focus(self) -> None:
        self._show_focus()

    def on_descendant_blur(self) -> None:
        self._show_focus()

    def _show_focus(self) -> None:
        """Mark the title of what has the focus: a style sheet would do so only when it next looks at the title."""
        for title in self.query(".title"):
            title.set_class(self.heads_focus(title), "-here")

    def heads_focus(self, title: Widget) -> bool:
        """Whether what has the focus stands under a title."""
        return self.has_focus_within

    def paint(self) -> None:
        """What `show_document` does."""
        raise NotImplementedError


class Words(Surviving, Widget):
    """Text in a place of a fixed size: new text lays nothing out again, and only lines that differ are painted."""

    DEFAULT_CSS = "Words { height: 1; width: 1fr; }"

    def __init__(self, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._content = Content("")
        self._lines: list[Strip] = []

    def show(self, content: Content) -> None:
        self._content = content
        before, self._lines = self._lines, self._wrapped()
        for y, (old, new) in enumerate(zip_longest(before, self._lines)):
            if old is None or new is None or list(old) != list(new):
                self.refresh(Region(0, y, self.size.width, 1))

    def on_resize(self) -> None:
        self._lines = self._wrapped()
        self.refresh()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._lines = self._wrapped()

    def render_line(self, y: int) -> Strip:
        return self._lines[y] if y < len(self._lines) else Strip.blank(self.size.width, self.rich_style)

    def _wrapped(self) -> list[Strip]:
        width, height = self.size
        content = self._content.truncate(width, ellipsis=True) if height == 1 else _cut(self._content, width, height)
        return Visual.to_strips(self, content, width, None, self.visual_style, pad=True) if width else []


def _cut(content: Content, width: int, height: int) -> Content:
    """As many lines as there is room for, the last with an ellipsis where there would be more."""
    lines = content.wrap(width) if width and height else []
    if len(lines) <= height:
        return content
    return Content("\n").join([*lines[: height - 1], lines[height - 1].truncate(width - 1) + "…"])
