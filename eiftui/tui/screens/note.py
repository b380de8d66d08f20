"""A note on the session: what the person wants to remember of it. It is kept when the screen is left."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import TextArea

from eiftui.tui.bindings import dialogue_bindings
from eiftui.tui.screens.dialogue import Dialogue
from eiftui.tui.widgets.keybar import KeyBar


class NoteScreen(Dialogue[None]):
    """Keeps the text, however it is left."""

    BINDINGS = dialogue_bindings("note")
    part: ClassVar[str] = "note"

    def __init__(self, text: str, read_only: bool, keep: Callable[[str], None]) -> None:
        super().__init__()
        self._text, self._read_only, self._keep = text, read_only, keep

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = "Note on this session"
            box.border_subtitle = "read-only" if self._read_only else "kept when you leave"
            yield TextArea(self._text, read_only=self._read_only, show_line_numbers=False, soft_wrap=True)
        yield KeyBar()

    def on_mount(self) -> None:
        area = self.query_one(TextArea)
        area.move_cursor(area.document.end)

    def action_close(self) -> None:
        self.finish()
        self.dismiss()

    def finish(self) -> None:
        """See `Writing`."""
        self._keep(self.query_one(TextArea).text)
