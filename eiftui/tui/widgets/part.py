"""What the parts of the main screen have in common: they show a document, and a line of text costs few bytes."""

from __future__ import annotations

from textual.content import Content
from textual.widget import Widget

from eiftui.tui.document import Document


class Part(Widget):
    """A part of the main screen. The screen calls `show_document` when the document has changed."""

    def __init__(self, document: Document, id: str) -> None:
        super().__init__(id=id)
        self.document = document

    def show_document(self) -> None:
        """Show the document as it is now."""
        raise NotImplementedError


class Words(Widget):
    """Text of a fixed size: new text is painted only if it differs, and lays nothing out again."""

    DEFAULT_CSS = "Words { height: 1; width: 1fr; }"

    def __init__(self, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._content = Content("")

    def show(self, content: Content) -> None:
        if content.markup != self._content.markup:
            self._content = content
            self.refresh()

    def render(self) -> Content:
        return self._content
