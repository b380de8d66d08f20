"""The sessions browser: what lies in the folders of sessions, and what may be done with it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import DataTable, Static

from eiftui.domains.library import builtin_names, load_builtin
from eiftui.domains.noise import Noise
from eiftui.errors import EiftuiError, InputError
from eiftui.session.glance import Glance, glance
from eiftui.session.image_records import ImageSettings
from eiftui.session.images import ImageSession
from eiftui.session.lock import writer_of
from eiftui.session.numbered import free
from eiftui.session.real import real
from eiftui.session.safetext import visible
from eiftui.session.session import Session
from eiftui.session.shelf import delete, duplicate, named, rename, sessions_in
from eiftui.settings import Settings
from eiftui.show.numbers import completed
from eiftui.tui.beginning import FEW_DRAWS
from eiftui.tui.bindings import dialogue_bindings
from eiftui.tui.document import Document
from eiftui.tui.keymap import key_of
from eiftui.tui.screens.dialogue import Ask, Choose, Dialogue
from eiftui.tui.widgets.keybar import KeyBar

if TYPE_CHECKING:
    from eiftui.tui.images.document import ImageDocument

COLUMNS = {"Session": 22, "Matrix": 11, "Measured": 8, "Changed": 10, "Model": 16, "Domain": 26}
EMPTY = {"empty": "No sentences yet: for your own"}
IMAGES = {"images": "What does a classifier of images learn about other digits from one digit?"}
AGES = {"s": 1, "min": 60, "h": 3600, "day": 86_400}


class SessionsScreen(Dialogue[Path]):
    """Answers with the session that is to be opened."""

    CSS_PATH = ["dialogue.tcss", "sessions.tcss"]  # noqa: RUF012
    BINDINGS = dialogue_bindings("sessions")
    part: ClassVar[str] = "sessions"

    @dataclass
    class Seen(Message):
        """A session was looked at."""

        seen: Glance

    def __init__(self, folders: Sequence[Path], document: Document | ImageDocument) -> None:
        """`document` is on the main screen; new sessions go to the first folder."""
        super().__init__()
        self._folders, self._document = folders, document
        self._paths: list[Path] = []
        self._seen: dict[Path, Glance] = {}
        self._deleted: list[tuple[Path, Path]] = []
        """Where each deleted session was, and is now."""

    def compose(self) -> ComposeResult:
        with Vertical(id="shelf") as box:
            box.border_title, box.border_subtitle = "Sessions", "enter opens"
            table: DataTable[Content] = DataTable(cursor_type="row", zebra_stripes=False)
            yield table
            yield Static(id="more")
            yield Static(classes="problem")
        yield KeyBar()

    def on_mount(self) -> None:
        for name, width in COLUMNS.items():
            self._table.add_column(name, width=width, key=name)
        self._list(self._document.session.path)

    @property
    def _table(self) -> DataTable[Content]:
        return self.query_one(DataTable)

    @property
    def _chosen(self) -> Path | None:
        """The session under the cursor."""
        if not self._table.row_count:
            return None
        return Path(str(self._table.coordinate_to_cell_key(self._table.cursor_coordinate).row_key.value))

    def action_move(self, by: str) -> None:
        """Move the cursor up or down."""
        self._table.move_cursor(row=self._table.cursor_row + {"up": -1, "down": 1}[by])

    def action_open(self) -> None:
        if self._chosen:
            self.dismiss(self._chosen)

    def on_data_table_row_selected(self) -> None:
        self.action_open()

    def on_data_table_row_highlighted(self) -> None:
        self._tell()

    def action_rename(self) -> None:
        if path := self._chosen:
            how = self._rename_here if self._is_here(path) else rename
            ask = Ask(f"A new name for {path.name}", path.stem, partial(_moved, path, how))
            self.app.push_screen(ask, self._list)

    def action_duplicate(self) -> None:
        if path := self._chosen:
            ask = Ask(
                f"A name for the copy of {path.name}",
                f"{path.stem}-copy",
                partial(_moved, path, self._copy_here if self._is_here(path) else duplicate),
            )
            self.app.push_screen(ask, self._list)

    def action_delete(self) -> None:
        path = self._chosen
        if path and self._is_here(path):
            self.refuse(InputError("it is open: open another one first, then delete it"))
        elif path and (moved := self._try(lambda: delete(path))):
            self._deleted.append((path, moved))
            self._list(None)
            self.notify(f"Deleted {path.name}; {key_of(self.app, 'sessions.undelete')} takes that back.")

    def action_undelete(self) -> None:
        if self._deleted:
            path, moved = self._deleted[-1]
            self._try(lambda: rename(moved, path))
            if not moved.exists():
                self._deleted.pop()
            self._list(path)

    def action_new(self) -> None:
        choices = EMPTY | {name: load_builtin(name).title for name in builtin_names()} | IMAGES
        self.app.push_screen(Choose("A new session: empty, or on a domain", choices), self._name_new)

    def _name_new(self, domain: str | None) -> None:
        if domain:
            folder = self._folders[0]
            name = free(folder / f"{'session' if domain in EMPTY else domain}.eif").stem
            self.app.push_screen(Ask("A name for the session", name, partial(_created, folder, domain)), self._show_new)

    def _show_new(self, path: Path | None) -> None:
        if path:
            self.dismiss(path)

    def _is_here(self, path: Path) -> bool:
        here = self._document.session.path
        return here is not None and real(path) == real(here)

    def _rename_here(self, path: Path, target: Path) -> None:
        """Of the session that is open, which is written on meanwhile."""
        self._document.move(target)

    def _copy_here(self, path: Path, target: Path) -> None:
        """Of the session that is open: what it holds, whatever has become of its file."""
        if isinstance(self._document, Document):
            self._document.session.save_as(target)
        else:
            duplicate(path, target)

    def _try(self, job: Callable[[], Path | None]) -> Path | None:
        """Do something with files, and say why if it cannot be done."""
        self.query_one(".problem", Static).update("")
        try:
            return job()
        except (EiftuiError, OSError) as error:
            self.refuse(error)
            return None

    def _list(self, cursor: Path | None) -> None:
        """List the folders anew, with the cursor on a session, or where it was."""
        line = self._table.cursor_row
        paths = self._paths = sessions_in(self._folders)
        self._table.clear()
        for path in paths:
            self._table.add_row(*self._cells(path), key=str(path))
        here = [index for index, path in enumerate(paths) if cursor and real(path) == real(cursor)]
        self._table.move_cursor(row=here[0] if here else min(line, len(paths) - 1))
        self._tell()
        self._look(paths)

    @work(thread=True, exclusive=True)
    def _look(self, paths: Sequence[Path]) -> None:
        for path in paths:
            self.post_message(self.Seen(glance(path)))

    def on_sessions_screen_seen(self, message: Seen) -> None:
        path = message.seen.path
        self._seen[path] = message.seen
        if str(path) in self._table.rows:
            for column, cell in zip(COLUMNS, self._cells(path), strict=True):
                self._table.update_cell(str(path), column, cell)
        self._tell()

    def _cells(self, path: Path) -> list[Content]:
        seen = self._seen.get(path)
        name = Content.styled(visible(_short(path, self._paths)), "bold" if self._is_here(path) else "")
        if seen is None:
            return [name, *[Content("")] * (len(COLUMNS) - 1)]
        if seen.problem:
            return [name, Content.styled("unreadable", "$text-error"), *[Content("")] * (len(COLUMNS) - 2)]
        share = Content(f"{completed(seen.measured):>8}")
        busy = Content.styled("running" if seen.going_on else "in use", "$text-warning")
        measured = share if writer_of(path) in (None, "this process") else busy
        size = f"{seen.rows}×{seen.columns}×{seen.draws}"
        words = [age(time.time() - seen.changed), visible(seen.model.rpartition("/")[2]), visible(seen.domains)]
        return [name, Content(size), measured, *map(Content, words)]

    def _tell(self) -> None:
        """Below the list: what there is to know of the session under the cursor."""
        path = self._chosen
        if path is None:
            self.query_one("#more", Static).update(Content("There is no session here yet: n makes one."))
            return
        seen = self._seen.get(path, Glance(path, 0.0))
        writer = writer_of(path)
        state = {None: "", "this process": "open here"}.get(writer, f"open in {writer}: opens read-only here")
        where = Content.assemble((visible(str(path)), "$text-muted"), "  ", (visible(state), "$text-warning"))
        problem = Content.styled(visible(seen.problem), "$text-error")
        lines = [where, Content.styled(visible(seen.title), "bold"), problem, *_note(seen.note)]
        self.query_one("#more", Static).update(Content("\n").join(line for line in lines if line))


def age(seconds: float) -> str:
    """How long ago something was: `5 min ago`."""
    unit = next((unit for unit, size in reversed(AGES.items()) if seconds >= size), "s")
    number = round(seconds / AGES[unit])
    plural = "s" if unit == "day" and number > 1 else ""
    return f"{number} {unit}{plural} ago" if seconds >= 1 else "now"


def _note(text: str) -> list[Content]:
    return [Content(visible(line)) for line in text.splitlines()]


def _short(path: Path, paths: Sequence[Path]) -> str:
    """The name of a session, and as much of its folder's as tells it from others of that name."""
    folder = real(path).parent.parts
    others = [real(other).parent.parts for other in paths if other.stem == path.stem and other != path]
    shared = max((_in_common(folder, other) for other in others), default=-1)
    return "/".join((*folder[len(folder) - shared - 1 :], path.stem)) if others else path.stem


def _in_common(one: Sequence[str], other: Sequence[str]) -> int:
    """How many of their last parts are the same."""
    return next((n for n, (a, b) in enumerate(zip(reversed(one), reversed(other), strict=False)) if a != b), 0)


def _moved(path: Path, how: Callable[[Path, Path], None], name: str) -> Path:
    """Where a session is then that gets a name, or its copy."""
    target = named(path.parent, name)
    how(path, target)
    return target


def _created(folder: Path, domain: str, name: str) -> Path:
    path = named(folder, name)
    if domain in IMAGES:
        ImageSession.create(path, ImageSettings(noises=(Noise(sigma=1.0), Noise(sigma=1.0, clipped=True)))).close()
    elif domain in EMPTY:
        Session.create(path, None, Settings(draws=FEW_DRAWS)).close()
    else:
        from eiftui.analysis.estimates import least_draws  # brings scipy

        new = load_builtin(domain)
        Session.create(path, new, Settings(draws=max(FEW_DRAWS, least_draws(len(new.contrasts))))).close()
    return path
