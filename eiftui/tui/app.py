"""The application: opens a session on the main screen, and knows the themes, the keymap and the palette.

Screens that are called from there are imported when they are: the first paint does not wait for them.
"""

from __future__ import annotations

import asyncio
import os
from collections import deque
from collections.abc import Callable
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from rich.console import Console
from textual.command import Provider
from textual.notifications import Notify
from textual.theme import Theme, ThemeProvider

from eiftui.domains.files import typed_path
from eiftui.errors import EiftuiError
from eiftui.session.real import real
from eiftui.session.records import Note, Unsaved
from eiftui.session.safetext import visible
from eiftui.tui.actions import BY_ID
from eiftui.tui.beginning import EXAMPLES, FOLDER, open_document
from eiftui.tui.bindings import part_bindings
from eiftui.tui.document import Document
from eiftui.tui.drafts import finished
from eiftui.tui.driver import LosableDriver
from eiftui.tui.keymap import Keymap
from eiftui.tui.keystrokes import OneByOne
from eiftui.tui.mishaps import mishaps_path
from eiftui.tui.palette import Actions, Palette
from eiftui.tui.preferences import Preferences, save
from eiftui.tui.refusals import nobody_writes, not_of_images
from eiftui.tui.running import Runner
from eiftui.tui.screens.dialogue import Ask
from eiftui.tui.screens.help import HelpScreen
from eiftui.tui.screens.main import MainScreen
from eiftui.tui.styles import Styles
from eiftui.tui.themes import THEMES
from eiftui.tui.widgets.matrix import MatrixPane
from eiftui.tui.worker import Hire, Worker, log_path

if TYPE_CHECKING:
    from eiftui.tui.images.document import ImageDocument
    from eiftui.tui.screens.images import ImagesScreen

MESSAGES = 200
"""How many of them the log remembers."""


class Explorer(OneByOne):
    """eiftui on the screen."""

    TITLE = "eiftui"
    CSS_PATH = Path(__file__).parent / "screens" / "toasts.tcss"  # whole: classes made of this one lie elsewhere
    BINDINGS = part_bindings("app")
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {Actions}
    DEFAULT_MODE = "session"

    def __init__(
        self,
        document: Document | ImageDocument,
        preferences: Preferences,
        preferences_file: Path | None = None,
        hire: Hire | None = None,
        is_new: bool = False,
    ) -> None:
        """A choice of theme is remembered in `preferences_file`, and `hire` makes the worker; without, neither is.

        Of a document that `is_new` it is said so: its name may be a slip.
        """
        super().__init__(driver_class=LosableDriver, ansi_color=_few_colours() or None)
        self.document = document
        self._hire, self._is_new = hire, is_new
        self.worker: Worker | None = None
        self.preferences, self._preferences_file = preferences, preferences_file
        for theme in THEMES:
            self.register_theme(theme)
        if preferences.theme in self.available_themes:
            self.theme = preferences.theme
        self.stylesheet = Styles(variables=self.get_css_variables())
        self.keys = Keymap(preferences.keys, preferences.vim_keys)
        self.set_keymap(self.keys.changed)
        self._said: deque[str] = deque(maxlen=MESSAGES)
        self._lost: EiftuiError | None = None
        """Why something that was being written when it was left is not kept."""
        self._numbers = count(1)
        self._shown_mode = self.DEFAULT_MODE
        self.add_mode(self._shown_mode, self._main_screen)

    async def on_unmount(self) -> None:
        if self.worker:
            await self.worker.close()

    def on_mount(self) -> None:
        if self._is_new:
            namesake = FOLDER / self.document.name
            others = f"{namesake} and the others" if namesake.exists() else "the others"
            self.notify(f"New session {self.document.name}; {self.keys.first('app.sessions')} shows {others}")
        self.theme_changed_signal.subscribe(self, self._remember_theme)
        for problem in self.keys.problems:
            self.notify(f"settings, keys: {problem}", severity="warning")
        if self.preferences.theme not in self.available_themes:
            self.notify(f"settings, theme: there is no {self.preferences.theme}", severity="warning")

    def action_do(self, id: str) -> None:
        """Do an action of the registry, wherever its part is."""
        if BY_ID[id].part == "app":
            self.call_next(self.run_action, BY_ID[id].method)
        elif hasattr(self.screen, "action_do"):
            self.screen.action_do(id)

    def action_help(self) -> None:
        if not isinstance(self.screen, HelpScreen):
            of_images = not isinstance(self.document, Document)
            self.push_screen(HelpScreen(self.keys.of, getattr(self.screen, "part", "matrix"), of_images))

    def action_help_quit(self) -> None:
        """What Textual does at ctrl+c: say which key leaves."""
        unsaved = isinstance(self.document, Document) and self.document.unsaved
        saved = "" if unsaved else "; everything is saved already"
        self.notify(f"{self.keys.first('app.quit')} leaves{saved}")

    def action_palette(self) -> None:
        if not isinstance(self.screen, Palette):
            self.push_screen(Palette(placeholder="What would you like to do?"))

    def action_sessions(self) -> None:
        from eiftui.tui.screens.sessions import SessionsScreen

        here = self.document.session.path
        folders = [FOLDER, *([here.parent] if here else []), EXAMPLES]
        self.push_screen(SessionsScreen(folders, self.document), self._open_chosen)

    def action_export(self) -> None:
        if not isinstance(self.document, Document):
            name = f"{Path(self.document.name).stem}.csv"
            self.push_screen(Ask("Export as .csv, .npz or .json", name, self._export_images), self._say_written)
            return
        from eiftui.tui.screens.export import ExportScreen

        view = self._main.query_one(MatrixPane).view
        self.push_screen(ExportScreen(self.document, view, self.export_screenshot()), self._say_written)

    def _export_images(self, name: str) -> Path:
        from eiftui.session.image_export import export_images

        assert not isinstance(self.document, Document)
        path = typed_path(name)
        export_images(self.document.session, path)
        return path

    def _say_written(self, path: Path | None) -> None:
        if path is not None:
            self.notify(f"Written: {path.absolute()}")

    def action_note(self) -> None:
        if not isinstance(self.document, Document):
            self.notify(not_of_images("Note"))
            return
        from eiftui.tui.screens.note import NoteScreen

        session = self.document.session
        self.push_screen(NoteScreen(session.note, session.read_only, self._keep_note))

    def _keep_note(self, text: str) -> None:
        if not isinstance(self.document, Document):
            return
        if text == self.document.session.note or self.document.session.read_only:
            return
        try:
            self.document.append(Note(text=text))
        except EiftuiError as error:
            raise EiftuiError(f"the note is not kept: {error}") from error

    def _keep_draft(self, draft: Unsaved) -> None:
        try:
            if isinstance(self.document, Document):
                self.document.keep_draft(draft)
        except EiftuiError as error:
            raise EiftuiError(f"what was being written is not kept: {error}; it was: {visible(draft.text)}") from error

    def exit(self, *how: Any, **more: Any) -> None:
        """Whatever ends it, what is being written is kept, to be offered when the session is opened again."""
        try:
            for draft in finished(self):
                self._keep_draft(draft)
        except EiftuiError as error:
            self._lost = error
        finally:
            super().exit(*how, **more)

    def settle(self) -> None:
        """Once it is left: raises EiftuiError if anything of the session is not on the disk."""
        try:
            self.document.settle()
        except EiftuiError as error:
            if self._lost:
                raise EiftuiError(f"{error}; {self._lost}") from error
            raise
        if self._lost:
            raise self._lost

    def action_log(self) -> None:
        from eiftui.tui.screens.log import MISHAPS, WORKERS_LOG, LogScreen

        logs = {WORKERS_LOG: log_path(), MISHAPS: mishaps_path()}
        if isinstance(self.document, Document):
            self.push_screen(LogScreen(self.document, self._said, logs))
        else:
            self.notify(not_of_images("Log"))

    def notify(self, message: str, **how: Any) -> None:
        """Say something, whatever characters it has, and keep it for the log."""
        self._said.append(f"{datetime.now():%H:%M}  {message}")
        super().notify(visible(message), **how | {"markup": False})

    def on_notify(self, message: Notify) -> None:
        """What is said again takes the place of the same that is still to be read."""
        said = message.notification
        # Textual has no public way to take one back
        for older in list(self._notifications):
            if (older.message, older.severity) == (said.message, said.severity):
                self._unnotify(older, refresh=False)

    def action_theme(self) -> None:
        self.push_screen(Palette(providers=[ThemeProvider], placeholder="Search for themes…"))

    async def action_take_over(self) -> None:
        if self.document.session.read_only and self.document.session.path:
            await self.open_session(self.document.session.path)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action != "take_over" or not self.document.session.read_only:
            return action != "take_over"
        # only sentences are followed
        return not isinstance(self.document, Document) or not (self.document.writer or self.document.obstacle)

    async def open_session(self, path: Path) -> None:
        """Show the session in a file on the main screen, in place of the one before, which is closed.

        The one way for a session to follow another. The worker stays, and stops what it measures for the one before.
        """
        try:
            document = await asyncio.to_thread(open_document, path)
        except EiftuiError as error:
            self.notify(str(error), severity="error")
            return
        await self._main.close_work()
        before, self.document = self.document, document
        # the screen at the bottom of a mode stays as long as the mode does
        mode, self._shown_mode = self._shown_mode, f"session {next(self._numbers)}"
        self.add_mode(self._shown_mode, self._main_screen)
        await self.switch_mode(self._shown_mode)
        await self.remove_mode(mode)
        try:
            before.settle()
        except EiftuiError as error:
            self.notify(str(error), severity="error")
        before.close()

    async def _open_chosen(self, path: Path | None) -> None:
        if path is not None and real(path) != _resolved(self.document):
            await self.open_session(path)

    def on_main_screen_writer_ended(self) -> None:
        self.refresh_bindings()
        self.notify(nobody_writes(self))

    def _main_screen(self) -> MainScreen | ImagesScreen:
        # digits can be looked at where nothing is to be measured
        needed = not self.document.session.read_only or not isinstance(self.document, Document)
        if self._hire and self.worker is None and needed:
            self.worker = Worker(self._hire)
        self._main: MainScreen | ImagesScreen
        if isinstance(self.document, Document):
            self._main = MainScreen(self.document, Runner(self.document, self.worker))
        else:
            from eiftui.tui.screens.images import ImagesScreen  # brings scipy: the other opens faster without

            self._main = ImagesScreen(self.document, self.worker)
        return self._main

    def _remember_theme(self, theme: Theme) -> None:
        if theme.name == self.preferences.theme or self._preferences_file is None:
            return
        self.preferences = self.preferences.model_copy(update={"theme": theme.name})
        try:
            save(self.preferences, self._preferences_file)
        except (EiftuiError, OSError) as error:
            self.notify(f"the theme is not remembered: {error}", severity="warning")


def _resolved(document: Document | ImageDocument) -> Path | None:
    return document.session.path and real(document.session.path)


def _few_colours() -> bool:
    """Whether the terminal has its own 16 colours at most, which are then used as they are."""
    return "NO_COLOR" in os.environ or Console(force_terminal=True).color_system == "standard"
