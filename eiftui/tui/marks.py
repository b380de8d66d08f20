"""How far a run is with what is not measured: of each row, marks on some of its cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from eiftui.engine.protocol import Sentences, Task, What
from eiftui.session.results import Measured
from eiftui.tui.picture import Status


@dataclass(frozen=True)
class Mark:
    """How far some cells of a row are, in one condition."""

    status: Status
    probes: frozenset[Sentences]
    cause: str = ""
    """Why it failed, in one line."""


class Marks:
    """Marks of every row, its words filled in, in every condition. A newer one counts where several are on a cell."""

    def __init__(self) -> None:
        self._marks: dict[tuple[What, Sentences], list[Mark]] = {}

    def __bool__(self) -> bool:
        return bool(self._marks)

    def put(self, task: Task, status: Status, cause: str = "") -> None:
        """Mark the cells of a task; `PENDING` takes their marks away."""
        mark = Mark(status, frozenset(task.probes), cause)
        for row in task.rows:
            kept = [older for older in self.of(task.what, row) if not older.probes <= mark.probes]
            self._keep(task.what, row, kept if status == Status.PENDING else [*kept, mark])

    def arrived(self, record: Measured) -> None:
        """A row is not running any more: its numbers are there."""
        marks = self.of(record.condition, record.sentences)
        self._keep(record.condition, record.sentences, [mark for mark in marks if mark.status != Status.RUNNING])

    def clear(self) -> None:
        """Take all marks away."""
        self._marks.clear()

    def of(self, what: What, row: Sentences) -> Sequence[Mark]:
        """The marks of a row, the newest last."""
        return self._marks.get((what, row), ())

    def find(self, what: What, row: Sentences, probe: Sentences) -> Mark | None:
        """The mark of a cell, if a run came to it."""
        return next((mark for mark in reversed(self.of(what, row)) if probe in mark.probes), None)

    def has(self, status: Status, what: What, row: Sentences, probes: Sequence[Sentences]) -> bool:
        """Whether any cell of a row with some probes has a status."""
        return any(mark.status == status and not mark.probes.isdisjoint(probes) for mark in self.of(what, row))

    def _keep(self, what: What, row: Sentences, marks: list[Mark]) -> None:
        if marks:
            self._marks[what, row] = marks
        else:
            self._marks.pop((what, row), None)
