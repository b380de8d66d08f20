"""What a run is to measure: the cells of the matrix, or what a view of the findings needs besides."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from eiftui.engine.protocol import Task, What
from eiftui.session.records import Record
from eiftui.session.session import Session

IN_WORDS: dict[What, str] = {
    "base": "losses before",
    "floor": "null floor",
    "check": "looking whether it can be measured",
}


class Errand:
    """Plans a run. Two errands are equal if they ask for the same."""

    of_matrix: ClassVar[bool]
    """Whether its cells are those of the matrix, on which it is marked how far the run is."""

    def tasks(self, session: Session) -> Iterator[Task]:
        """What is missing, made one at a time: each looks at what the session has by then. Raises InputError."""
        raise NotImplementedError

    def missing(self, session: Session) -> int:
        """How many cells are to be measured."""
        return sum(task.cells for task in self.tasks(session))

    def records(self, session: Session) -> tuple[Record, ...]:
        """What the session has to know of it beforehand."""
        return ()

    def describe(self, task: Task) -> str:
        """What a task is, in a few words."""
        return IN_WORDS.get(task.what, task.what)

    @property
    def done(self) -> str:
        """What there is to be said when all is measured; empty where the numbers say it."""
        return ""
