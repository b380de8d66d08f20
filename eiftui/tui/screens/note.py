"""A note on the session: what the person wants to remember of it. It is kept when the screen is left."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static, TextArea

from eiftui.errors import EiftuiError
from eiftui.tui.bindings import dialogue_bindings
from eiftui.tui.drafts import SECONDS_BETWEEN_KEEPS
from eiftui.tui.keymap import hints
from eiftui.tui.screens.dialogue import Dialogue
from eiftui.tui.widgets.keybar import KeyBar


class NoteScreen(Dialogue[None]):
    """Keeps the text, however it is left. `keep` raises EiftuiError where it cannot be."""

    BINDINGS = dialogue_bindings("note")
    part: ClassVar[str] = "note"

    def __init__(self, text: str, read_only: bool, keep: Callable[[str], None]) -> None:
        super().__init__()
        self._text, self._read_only, self._keep = text, read_only, keep
        self._refused: str | None = None

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = "Note on this session"
            box.border_subtitle = (
                "read-only"
                if self._read_only
                else f"kept when you leave · {hints(self.app, {'dialogue.close': 'leaves'})}"
            )
            yield TextArea(self._text, read_only=self._read_only, show_line_numbers=False, soft_wrap=True)
            yield Static(classes="problem")
        yield KeyBar()

    def on_mount(self) -> None:
        area = self.query_one(TextArea)
        area.move_cursor(area.document.end)
        self.set_interval(SECONDS_BETWEEN_KEEPS, self._keep_written)

    def _keep_written(self) -> None:
        with suppress(EiftuiError):  # leaving says why
            self.finish()

    def action_close(self) -> None:
        """Leave, but not at once without what cannot be kept."""
        text = self.query_one(TextArea).text
        try:
            self.finish()
        except EiftuiError as error:
            if text == self._refused:
                self.dismiss()
                return
            self._refused = text
            self.refuse(EiftuiError(f"{error}; once more leaves without it"))
        else:
            self.dismiss()

    def finish(self) -> None:
        """See `Writing`. Raises EiftuiError if it cannot be kept."""
        self._keep(self.query_one(TextArea).text)
