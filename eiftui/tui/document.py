"""The one owner of the session on the screen: what is measured, what is being measured, and every change of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from eiftui.domains.schema import Contrast, Text
from eiftui.engine.protocol import Sentences, Task
from eiftui.session.lock import SessionLocked, writer_of
from eiftui.session.readings import Quantity
from eiftui.session.records import BaseRecord, Floor, Measured, Notice, Origin, Record, TokenTexts
from eiftui.session.session import Session
from eiftui.settings import Condition, Settings
from eiftui.tui.marks import Mark, Marks
from eiftui.tui.view import Array, Flags, Status, Statuses, Table


class Document:
    """A session, and the marks of a run on it.

    Every change goes through here and calls `changed`, many times a second during a run: whoever paints merges them.
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self.writer: str | None = None
        """Which other process writes the session; None if none does."""
        self.changed: Callable[[], None] = lambda: None
        self._marks = Marks()
        self._forget()

    @classmethod
    def open(cls, path: Path) -> Document:
        """The session in a file; read-only where another process writes it. Raises InputError if there is none."""
        try:
            return cls(Session.open(path))
        except SessionLocked:
            document = cls(Session.open(path, read_only=True))
            document.writer = "another process"
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

    def append(self, *records: Record) -> None:
        """Take in what was measured, or another record. Raises as `Session.append` does."""
        self.session.append(*records)
        for record in records:
            if isinstance(record, Measured):
                self._marks.arrived(record)
                self._update(record)
            elif not isinstance(record, BaseRecord | TokenTexts | Floor | Notice):
                self._forget()
        self.changed()

    def edit(self, texts: Sequence[Text], origins: Sequence[Origin] = (), contrasts: Sequence[Contrast] = ()) -> None:
        """Go on with other sentences, and further contrasts of them. Raises as `Session.append` does."""
        sheet = self.session.sheet
        contrasts = tuple(dict.fromkeys((*sheet.contrasts, *contrasts)))
        self.session.edit(sheet.model_copy(update={"texts": tuple(texts), "contrasts": contrasts}), *origins)
        self._changed_shape()

    def undo(self) -> bool:
        """Take the last edit back; False if there is none."""
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

    def clear_marks(self) -> None:
        """Forget how far an earlier run was."""
        self._marks.clear()
        self.changed()

    def mark_of(self, condition: Condition, draw: int, row: int, column: int) -> Mark | None:
        """The mark of a cell, if a run came to it."""
        rows, probes = self._filled[draw]
        return self._marks.find(condition, rows[row], probes[column])

    def close(self) -> None:
        """Let others write the session."""
        self.session.close()

    # What a view asks for (`view.Source`)

    def table(self, quantity: Quantity) -> Table:
        if quantity == "gap":
            trained, prompted = self.table("trained"), self.table("prompted")
            return Table(trained.values - prompted.values, trained.measured & prompted.measured)
        if quantity not in self._tables:
            self._tables[quantity] = Table(*self.session.numbers(quantity))
        return self._tables[quantity]

    def baseline(self) -> Array:
        return self.session.baseline()

    def floor(self, condition: Condition) -> float:
        return self.session.floor(condition) or 0.0

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
        self._tables: dict[Condition, Table] = {}
        self._fillings: list[tuple[list[Sentences], list[Sentences]]] = []
        self._among: dict[tuple[int, frozenset[Sentences]], Flags] = {}
