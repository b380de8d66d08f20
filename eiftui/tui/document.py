"""The one owner of the session on the screen: what is measured, what is being measured, and every change of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from eiftui.domains.schema import Text
from eiftui.engine.protocol import Sentences, Task
from eiftui.session.lock import SessionLocked
from eiftui.session.readings import Quantity
from eiftui.session.records import Measured, Record
from eiftui.session.session import Session
from eiftui.settings import Condition, Settings
from eiftui.tui.view import Array, Status, Statuses, Table


@dataclass(frozen=True)
class Mark:
    """How far the missing cells of a row are, in one condition and draw."""

    status: Status
    probes: frozenset[Sentences]
    cause: str = ""
    """Why it failed, in one line."""


class Document:
    """A session, and the marks of a run on it.

    Every change goes through here and calls `changed`, many times a second during a run: whoever paints merges them.
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self.changed: Callable[[], None] = lambda: None
        self._marks: dict[tuple[Condition, Sentences], Mark] = {}
        self._forget()

    @classmethod
    def open(cls, path: Path) -> Document:
        """The session in a file; read-only where another process writes it. Raises InputError if there is none."""
        try:
            return cls(Session.open(path))
        except SessionLocked:
            return cls(Session.open(path, read_only=True))

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
                self._update(record)
            else:
                self._forget()
        self.changed()

    def edit(self, texts: Sequence[Text]) -> None:
        """Go on with other sentences. Raises as `Session.append` does."""
        self.session.edit(self.session.sheet.model_copy(update={"texts": tuple(texts)}))
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
        """Take in what another process has measured, if the session is read-only. Raises as `Session.refresh` does."""
        if self.session.refresh():
            self._changed_shape()

    def mark(self, task: Task, status: Status, cause: str = "") -> None:
        """Say of the cells of a task how far they are. Those that are measured show their value all the same."""
        if task.what in ("trained", "predicted", "prompted"):
            mark = Mark(status, frozenset(task.probes), cause)
            self._marks.update({(task.what, row): mark for row in task.rows})
            self.changed()

    def mark_of(self, condition: Condition, draw: int, row: int, column: int) -> Mark | None:
        """The mark of a cell, if a run came to it."""
        mark = self._marks.get((condition, self._filled[draw][0][row]))
        return mark if mark and self._filled[draw][1][column] in mark.probes else None

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
                    self._take_mark(statuses[row], one, self._marks.get((condition, sentences)))
        return statuses

    def _take_mark(self, statuses: Statuses, draw: int, mark: Mark | None) -> None:
        if mark is not None:
            here = [probe in mark.probes for probe in self._filled[draw][1]]
            statuses[here] = np.maximum(statuses[here], mark.status)

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
