"""What of the matrix a run is to measure: all that is missing, or the cells of some rows and probes."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import ClassVar

from eiftui.engine.plan import cells_missing, tasks
from eiftui.engine.protocol import Sentences, Task, What
from eiftui.session.session import Session
from eiftui.tui.errand import Errand

BESIDES: tuple[What, ...] = ("base", "floor")
"""What has no cells of its own."""


@dataclass(frozen=True)
class Scope(Errand):
    """Rows and probes, their slots filled; None for all of them."""

    of_matrix: ClassVar[bool] = True
    rows: Collection[tuple[What, Sentences]] | None = None
    """Of a condition each."""
    probes: Collection[Sentences] | None = None

    def tasks(self, session: Session) -> Iterator[Task]:
        yield from filter(None, map(self.narrow, tasks(session)))

    def missing(self, session: Session) -> int:
        if self == EVERYTHING:
            return cells_missing(session)
        return sum(task.cells for task in self.tasks(session) if task.what not in BESIDES)

    def narrow(self, task: Task) -> Task | None:
        """As much of a task as is in the scope; None where nothing is."""
        rows, probes = task.rows, task.probes
        if self.rows is not None and task.what not in BESIDES:
            rows = tuple(row for row in rows if (task.what, row) in self.rows)
        if self.probes is not None and task.what != "floor":
            probes = tuple(probe for probe in probes if probe in self.probes)
        return with_texts(task, rows, probes)


EVERYTHING = Scope()


def with_texts(task: Task, rows: tuple[Sentences, ...], probes: tuple[Sentences, ...]) -> Task | None:
    """The task on fewer rows and probes; None where nothing is left of it."""
    if (rows, probes) == (task.rows, task.probes):
        return task
    if not probes or (task.rows and not rows):
        return None
    return task.model_copy(update={"rows": rows, "probes": probes})
