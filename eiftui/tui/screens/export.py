"""The export dialogue: which numbers, in which form, and where."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, cast

from textual import work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.suggester import Suggester
from textual.widgets import Input, Label, Select, Static

from eiftui.domains.files import typed_path
from eiftui.errors import EiftuiError, InputError
from eiftui.session.atomic import replacing
from eiftui.session.export import is_session
from eiftui.session.readings import Quantity
from eiftui.tui.bindings import dialogue_bindings
from eiftui.tui.document import Document
from eiftui.tui.exporting import FORMS, Draws, Wish, write
from eiftui.tui.screens.dialogue import Dialogue
from eiftui.tui.view import View
from eiftui.tui.widgets.keybar import KeyBar

QUANTITIES: tuple[Quantity, ...] = ("trained", "prompted", "predicted", "gap")
PICTURE = "picture"


class ExportScreen(Dialogue[Path]):
    """Answers with the file that was written."""

    CSS_PATH = ["dialogue.tcss", "export.tcss"]  # noqa: RUF012
    BINDINGS = dialogue_bindings("export")
    part: ClassVar[str] = "export"

    def __init__(self, document: Document, view: View, picture: str) -> None:
        """Offers first what `view` shows; `picture` is the screen as SVG."""
        super().__init__()
        self._document, self._view, self._picture = document, view, picture
        self._overwrite: Path | None = None
        """A file that was asked about."""

    def compose(self) -> ComposeResult:
        shown = self._view.shown if self._view.shown in QUANTITIES else "trained"
        forms = [(form.title, name) for name, form in FORMS.items()] + [("SVG: the screen as it is", PICTURE)]
        numbers = [(f"draw {draw + 1}", str(draw)) for draw in range(self._document.session.draws)]
        draws = [("the mean over draws", "mean"), ("every draw", "all"), *numbers]
        with Vertical(classes="box") as box:
            box.border_title, box.border_subtitle = "Export", "enter in the file's field writes it"
            yield from _field("Form", Select(forms, value="matrix", allow_blank=False, id="form", compact=True))
            choices = [(quantity, quantity) for quantity in QUANTITIES]
            yield from _field("Numbers", Select(choices, value=shown, allow_blank=False, id="quantity", compact=True))
            chosen = "mean" if self._view.draw is None else str(self._view.draw)
            yield from _field("Draws", Select(draws, value=chosen, allow_blank=False, id="draws", compact=True))
            yield from _field("File", Input(id="file", suggester=PathSuggester(), compact=True))
            yield Static(classes="problem")
        yield KeyBar()

    def on_mount(self) -> None:
        self.query_one("#file").focus()

    def on_select_changed(self, message: Select.Changed) -> None:
        """Keep the name that is offered true to what is chosen; one of the person's own gets the suffix at most."""
        self.query_one("#quantity", Select).disabled = self._form in (PICTURE, "npz", "json")
        self.query_one("#draws", Select).disabled = self._form == PICTURE
        field = self.query_one("#file", Input)
        if not field.value or Path(field.value).name == self._offered:
            self._offered = f"{self._stem}{self._suffix}"
            field.value = str(Path(field.value).with_name(self._offered) if field.value else self._offered)
        else:
            field.value = str(Path(field.value).with_suffix(self._suffix))
        field.cursor_position = len(field.value)

    _offered = ""
    """The name of a file that was put in the field."""

    def on_input_changed(self) -> None:
        """What was asked about is another file."""
        if self._overwrite:
            self._overwrite = None
            self.query_one(".problem", Static).update("")

    def on_input_submitted(self) -> None:
        self.action_write()

    def action_write(self) -> None:
        """Write the file; where there is one, after a second time."""
        try:
            self._write(Wish(self._form, self._quantity, self._draws, self._place()))
        except (InputError, OSError) as error:
            self.refuse(error)

    def _place(self) -> Path:
        """Where to write it. Raises InputError where that cannot be, or before a file is overwritten."""
        name = self.query_one("#file", Input).value.strip()
        path = typed_path(name)
        if not name:
            raise InputError("a file is needed")
        if is_session(path):
            raise InputError(f"{path} is a session: choose another name")
        if path.suffix.lower() != self._suffix:
            raise InputError(f"the name of this kind of file ends in {self._suffix}")
        if path.is_file() and self._overwrite != path:
            self._overwrite = path
            raise InputError(f"{path} exists: enter once more overwrites it")
        return path

    @work(thread=True, exclusive=True)
    def _write(self, wish: Wish) -> None:
        try:
            if wish.form == PICTURE:
                _write_picture(self._picture, wish.path)
            elif self._document.session.path:
                self._document.session.confirm()
                write(self._document.session.path, wish)
        except (EiftuiError, OSError) as error:
            self.app.call_from_thread(self.refuse, error)
        else:
            self.app.call_from_thread(self.dismiss, wish.path)

    @property
    def _stem(self) -> str:
        session = self._document.session.path.stem if self._document.session.path else "session"
        if self._form in (PICTURE, "npz", "json"):
            return session
        return f"{session}-{self._quantity}{'-long' if self._form == 'long' else ''}"

    @property
    def _form(self) -> str:
        return str(self.query_one("#form", Select).value)

    @property
    def _suffix(self) -> str:
        return ".svg" if self._form == PICTURE else FORMS[self._form].suffix

    @property
    def _quantity(self) -> Quantity:
        return cast(Quantity, self.query_one("#quantity", Select).value)

    @property
    def _draws(self) -> Draws:
        value = str(self.query_one("#draws", Select).value)
        return int(value) if value.isdecimal() else cast(Draws, value)


class PathSuggester(Suggester):
    """Completes a path by what is there: the first name, in order, that starts as what is written."""

    def __init__(self) -> None:
        super().__init__(use_cache=False, case_sensitive=True)

    async def get_suggestion(self, value: str) -> str | None:
        folder, slash, start = value.rpartition("/")
        try:
            names = sorted(path.name + "/" * path.is_dir() for path in typed_path(folder + slash).iterdir())
        except OSError:
            return None
        found = next((name for name in names if start and name.startswith(start)), None)
        return None if found is None else folder + slash + found


def _field(name: str, widget: Select[str] | Input) -> ComposeResult:
    with Horizontal(classes="field"):
        yield Label(Content(name))
        yield widget


def _write_picture(picture: str, path: Path) -> None:
    # some programs drop the no-break spaces of which a picture of the screen is full
    spaced = picture.replace("&#160;", " ").replace("<text ", '<text xml:space="preserve" ')
    with replacing(path) as file:
        file.write(spaced.encode())
