"""The one owner of the session on the screen: what is measured, what is being measured, and every change of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from eiftui.domains.schema import Contrast, Text
from eiftui.engine.loaded import take_model
from eiftui.engine.plan import cells_missing
from eiftui.engine.protocol import Sentences, Task
from eiftui.errors import EiftuiError, InputError
from eiftui.session.journal import Displaced
from eiftui.session.lock import NotWritable, SessionLocked, writer_of
from eiftui.session.numbered import free
from eiftui.session.particulars import Reshaping
from eiftui.session.readings import Quantity
from eiftui.session.records import Entry, Notice, Origin, Record, Unsaved
from eiftui.session.results import Measured, ModelRecord
from eiftui.session.session import Session
from eiftui.settings import CONDITIONS, Condition, Settings
from eiftui.tui.marks import Mark, Marks
from eiftui.tui.picture import Array, Flags, Status, Statuses
from eiftui.tui.scope import Scope
from eiftui.tui.sentences import label
from eiftui.tui.sums import Sums
from eiftui.tui.view import Table

if TYPE_CHECKING:
    from eiftui.analysis.findings import Findings


class Document:
    """A session, and the marks of a run on it.

    Every change goes through here and calls `changed`, many times a second during a run: whoever paints merges them.
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self.writer: str | None = None
        """Which other process writes the session; None if none does."""
        self.obstacle = ""
        """Why the session cannot be written, where that is not because another process writes it."""
        self.lost = ""
        """Why it cannot be followed now, where another process has taken its file away, say."""
        self.changed: Callable[[], None] = lambda: None
        self._marks = Marks()
        self._held: list[Record] = []
        """Measured, but not on the disk yet."""
        self.unsaved = False
        """Whether the disk refused what is held."""
        self._forget()

    @classmethod
    def open(cls, path: Path) -> Document:
        """The session in a file; read-only where it cannot be written. Raises InputError if there is none."""
        try:
            return cls(Session.open(path))
        except NotWritable as error:
            document = cls(Session.open(path, read_only=True))
            if isinstance(error, SessionLocked):
                document.writer = "another process"
            else:
                document.obstacle = f"{error.reason}: it is read-only here, a copy of the file elsewhere is not"
            return document

    @property
    def name(self) -> str:
        """Of the file."""
        return self.session.path.name if self.session.path else "not in a file"

    @property
    def rows(self) -> tuple[Text, ...]:
        return self.session.rows

    @property
    def probes(self) -> tuple[Text, ...]:
        return self.session.probes

    @property
    def own_columns(self) -> Sequence[int | None]:
        """For each row, the column of the same text."""
        columns = {text.sentences: column for column, text in reversed(list(enumerate(self.probes)))}
        return [columns.get(text.sentences) for text in self.rows]

    @property
    def row_labels(self) -> Sequence[str]:
        """Each training set on one line."""
        return [label(text) for text in self.rows]

    @property
    def column_labels(self) -> Sequence[str]:
        """Each probe on one line."""
        return [label(text) for text in self.probes]

    def append(self, *records: Record) -> None:
        """Take in what was measured, or another record. Raises as `Session.append` does."""
        self._take(self.session.keep(*records))

    def keep_draft(self, draft: Unsaved) -> None:
        """Keep what is being written, where it is not kept already. Raises as `Session.append` does."""
        if draft != self.session.unsaved:
            self.append(draft)

    async def keep(self, *records: Record) -> None:
        """The same without holding up the event loop for the disk.

        Raises EiftuiError where that is full, say; the records are then held here, and kept with the next ones.
        """
        self._held += records
        if not self._held:
            return
        try:
            entries = await asyncio.to_thread(self._write_held)
        except EiftuiError:
            self.unsaved = True
            self.changed()
            raise
        self.unsaved = False
        self._take(entries)

    def _write_held(self) -> list[Entry]:
        """Put on the disk what is held; it is held no more, even if nobody waits for this to be done."""
        held = tuple(self._held)
        entries = self.session.keep(*held)
        del self._held[: len(held)]
        return entries

    def take_model(self, model: ModelRecord) -> list[Notice]:
        """Take in what the model of the settings turned out to be. Returns what a person should know of it.

        Raises as `Session.append` does.
        """
        before = self.session.model
        news = take_model(self.session, model)
        if model != before:
            self._changed_shape()
        return news

    def edit(self, texts: Sequence[Text], origins: Sequence[Origin] = (), contrasts: Sequence[Contrast] = ()) -> None:
        """Go on with other sentences, and further contrasts of them. Raises as `Session.append` does."""
        sheet = self.session.sheet
        contrasts = tuple(dict.fromkeys((*sheet.contrasts, *contrasts)))
        self.session.edit(sheet.model_copy(update={"texts": tuple(texts), "contrasts": contrasts}), *origins)
        self._changed_shape()

    def undo(self) -> bool:
        """Take the last change of sentences or settings back; False if there is none."""
        return self.session.undo() and self._changed_shape()

    def redo(self) -> bool:
        """Take the last `undo` back; False if there is none."""
        return self.session.redo() and self._changed_shape()

    def configure(self, settings: Settings) -> None:
        """Go on with other settings. Raises as `Session.append` does."""
        self.session.configure(settings)
        self._changed_shape()

    def follow(self) -> None:
        """Take in what another process has measured, if the session is read-only, and whether it still writes.

        Raises as `Session.refresh` does.
        """
        if self.session.refresh():
            self._changed_shape()
        if self.session.read_only and self.session.path:
            before, self.writer = self.writer, writer_of(self.session.path)
            if self.writer != before:
                self.changed()

    def mark(self, task: Task, status: Status, cause: str = "") -> None:
        """Say of the cells of a task how far they are; `PENDING` takes that back. Measured ones show their value."""
        if task.what in ("trained", "predicted", "prompted"):
            self._marks.put(task, status, cause)
            self.changed()

    def wants(self, task: Task) -> bool:
        """Whether anything of a task's texts and settings is still what is to be measured."""
        now = self.session.settings
        if task.settings.model_copy(update={"draws": now.draws, "conditions": now.conditions}) != now:
            return False
        if not self._texts:
            self._texts.update(text for rows, probes in self._filled for text in (*rows, *probes))
        return self._texts.issuperset(task.rows) and self._texts.issuperset(task.probes)

    def draw_of(self, task: Task) -> int:
        """The first draw that a task's probes are of."""
        return next((draw for draw, (_, probes) in enumerate(self._filled) if task.probes[0] in probes), 0)

    def failed(self) -> Scope | None:
        """What a run could not measure, for another to try; None where there is nothing."""
        rows = frozenset(
            (what, row)
            for rows, probes in self._filled
            for row in rows
            for what in CONDITIONS
            if self._marks.has(Status.FAILED, what, row, probes)
        )
        return Scope(rows=rows) if rows else None

    def row_scope(self, row: int) -> Scope:
        """A row in every draw and condition."""
        filled = {rows[row] for rows, _ in self._filled}
        return Scope(rows={(condition, sentences) for sentences in filled for condition in CONDITIONS})

    def cell_scope(self, row: int, column: int) -> Scope:
        """A cell in every draw and condition."""
        return replace(self.row_scope(row), probes={probes[column] for _, probes in self._filled})

    def lacking(self) -> int:
        """How many cells are not measured, over all draws and conditions."""
        if self._sums.cells_lacking is None:
            self._sums.cells_lacking = cells_missing(self.session)
        return self._sums.cells_lacking

    def findings(self) -> Findings:
        """What its numbers say, with all that was worked out since they last changed. For any thread."""
        return self._sums.findings(self.session)

    def clear_marks(self) -> None:
        """Forget how far an earlier run was."""
        self._marks.clear()
        self.changed()

    def mark_of(self, condition: Condition, draw: int, row: int, column: int) -> Mark | None:
        """The mark of a cell, if a run came to it."""
        rows, probes = self._filled[draw]
        return self._marks.find(condition, rows[row], probes[column])

    def move(self, path: Path) -> None:
        """Give the session's file another name. Raises as `Session.move` does."""
        self.session.move(path)
        self.changed()

    def settle(self) -> None:
        """Have all of it on the disk, once it is left: nothing is painted any more. Raises as `Session.append` does.

        Where its file is another one now, it is kept in a file beside that, and the error says in which.
        """
        try:
            if self._held and not self.session.read_only:
                self._write_held()
            self.session.confirm()
        except Displaced as error:
            raise InputError(f"{error.reason}: all of the session is kept in {self._keep_beside()}") from error

    def _keep_beside(self) -> Path:
        """Write all of it to a new file in the same folder. Raises EiftuiError if that cannot be."""
        assert self.session.path is not None
        path = free(self.session.path)
        self.session.save_as(path)
        with Session.open(path) as copy:
            copy.append(*self._held)
        return path

    def close(self) -> None:
        """Let others write the session."""
        self.session.close()

    # What a view asks for (`view.Source`)

    def table(self, quantity: Quantity) -> Table:
        if quantity == "gap":
            if self._sums.gap is None:
                trained, prompted = self.table("trained"), self.table("prompted")
                self._sums.gap = Table(trained.values - prompted.values, trained.measured & prompted.measured)
            return self._sums.gap
        if quantity not in self._tables:
            self._tables[quantity] = Table(*self.session.numbers(quantity))
        return self._tables[quantity]

    def baseline(self) -> Array:
        if self._sums.baseline is None:
            self._sums.baseline = self.session.baseline()
        return self._sums.baseline

    def floor(self, condition: Condition) -> float:
        if condition not in self._sums.floors:
            self._sums.floors[condition] = self.session.floor(condition, self.table(condition).values) or 0.0
        return self._sums.floors[condition]

    def statuses(self, condition: Condition, draw: int | None) -> Statuses:
        statuses = np.full((len(self.rows), len(self.probes)), Status.PENDING, np.int8)
        if self._marks:
            for one in range(self.session.draws) if draw is None else (draw,):
                for row, sentences in enumerate(self._filled[one][0]):
                    if marks := self._marks.of(condition, sentences):
                        np.maximum(statuses[row], self._marked(one, marks), out=statuses[row])
        return statuses

    def _marked(self, draw: int, marks: Sequence[Mark]) -> Statuses:
        """The statuses of a row with some marks: (columns,)."""
        statuses = np.full(len(self.probes), Status.PENDING, np.int8)
        for mark in marks:
            statuses[self._columns(draw, mark.probes)] = mark.status
        return statuses

    def _columns(self, draw: int, probes: frozenset[Sentences]) -> Flags:
        """Which columns are among some probes: (columns,). The rows of a task share them."""
        key = draw, probes
        if key not in self._among:
            self._among[key] = np.array([probe in probes for probe in self._filled[draw][1]], np.bool_)
        return self._among[key]

    @property
    def _filled(self) -> list[tuple[list[Sentences], list[Sentences]]]:
        """Of each draw, the sentences of every row and every probe."""
        if not self._fillings:
            session = self.session
            for draw in range(session.draws):
                rows, probes = ([session.filled(text, draw) for text in texts] for texts in (self.rows, self.probes))
                self._fillings.append((rows, probes))
        return self._fillings

    def _take(self, entries: Iterable[Entry]) -> None:
        """Let count what is on the disk."""
        entries = list(entries)
        self.session.take(entries)
        self._sums = Sums()
        for entry in entries:
            if isinstance(entry, Measured):
                self._marks.arrived(entry)
                self._update(entry)
            elif isinstance(entry, Reshaping):
                self._forget()
        self.changed()

    def _update(self, record: Measured) -> None:
        """Bring the table of a record's condition up to date in the rows that it is about."""
        table = self._tables.get(record.condition)
        if table is None:
            return
        for draw, (rows, _) in enumerate(self._filled):
            for row in (row for row, sentences in enumerate(rows) if sentences == record.sentences):
                table.values[draw, row], table.measured[draw, row] = self.session.row(record.condition, draw, row)

    def _changed_shape(self) -> bool:
        self._forget()
        self.changed()
        return True

    def _forget(self) -> None:
        """What was derived from the session."""
        self._sums = Sums()
        self._tables: dict[Condition, Table] = {}
        self._fillings: list[tuple[list[Sentences], list[Sentences]]] = []
        self._among: dict[tuple[int, frozenset[Sentences]], Flags] = {}
        self._texts: set[Sentences] = set()
