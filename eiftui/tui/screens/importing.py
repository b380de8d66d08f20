"""Importing sentences: a text file with a training set a line, or a domain written as TOML."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from textual import work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input, Static

from eiftui.domains.files import typed_path
from eiftui.domains.library import load_file
from eiftui.domains.schema import Domain
from eiftui.domains.textfile import from_text_files
from eiftui.errors import EiftuiError, InputError
from eiftui.tui.keymap import hints
from eiftui.tui.screens.dialogue import Dialogue
from eiftui.tui.screens.export import PathSuggester
from eiftui.tui.widgets.keybar import KeyBar


class ImportScreen(Dialogue[None]):
    """Asks for a file until one can be read and `add` takes what is in it, or it is left."""

    def __init__(self, add: Callable[[Domain, str], None]) -> None:
        """`add` gets what the file holds and its name; it may raise EiftuiError."""
        super().__init__()
        self._add = add

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = "Import"
            box.border_subtitle = f"enter adds its sentences · {hints(self.app, {'dialogue.close': 'closes'})}"
            yield Static("A .toml file is a domain; of any other file each line is a training set.")
            yield Input(placeholder="path of a file", suggester=PathSuggester())
            yield Static(classes="problem")
        yield KeyBar()

    def on_input_submitted(self, message: Input.Submitted) -> None:
        name = message.value.strip()
        if name:
            self._read(typed_path(name))
        else:
            self.refuse(InputError("a file is needed"))

    @work(thread=True, exclusive=True)
    def _read(self, path: Path) -> None:
        try:
            domain = load_file(path) if path.suffix == ".toml" else from_text_files(path)
        except EiftuiError as error:
            self.app.call_from_thread(self.refuse, error)
        else:
            self.app.call_from_thread(self._take, domain, path.name)

    def _take(self, domain: Domain, name: str) -> None:
        try:
            self._add(domain, name)
        except EiftuiError as error:
            self.refuse(error)
        else:
            self.dismiss()
