"""Texts that cannot be measured, such as those that are too long: found one by one, so that the others can be."""

from __future__ import annotations

from dataclasses import dataclass, field

from eiftui.engine.client import Client
from eiftui.engine.protocol import Sentences, Task, What
from eiftui.errors import InputError
from eiftui.settings import CONDITIONS
from eiftui.tui.scope import with_texts


@dataclass
class Faults:
    """Why a probe, or a row in a condition, cannot be measured."""

    probes: dict[Sentences, str] = field(default_factory=dict)
    rows: dict[tuple[What, Sentences], str] = field(default_factory=dict)

    def __len__(self) -> int:
        """How many texts are at fault."""
        return len({*self.probes, *(row for _, row in self.rows)})

    def without(self, task: Task) -> Task | None:
        """As much of a task as can be measured; None where nothing can."""
        return with_texts(
            task,
            tuple(row for row in task.rows if (task.what, row) not in self.rows),
            tuple(probe for probe in task.probes if probe not in self.probes),
        )

    def of(self, task: Task) -> list[tuple[Task, str]]:
        """The parts of a task that cannot be measured, each with the reason."""
        rows = [(task.model_copy(update={"rows": (row,)}), self.rows.get((task.what, row))) for row in task.rows]
        probes = [(task.model_copy(update={"probes": (one,)}), self.probes.get(one)) for one in task.probes]
        return [(part, reason) for part, reason in (*rows, *probes) if reason]

    async def find(self, client: Client, task: Task) -> bool:
        """Check each text of a task that failed, and note those that are at fault; whether any is.

        Raises:
            EiftuiError: checking failed otherwise (see `Client.ask`).
        """
        known = len(self.probes) + len(self.rows)  # a row may be at fault in several conditions
        for probe in task.probes:
            if reason := await _reason(client, task, (), (probe,)):
                self.probes[probe] = reason
        probes = tuple(probe for probe in task.probes if probe not in self.probes)
        for row in task.rows if probes else ():
            if reason := await _reason(client, task, (row,), probes):
                self.rows[task.what, row] = reason
        return len(self.probes) + len(self.rows) > known


async def _reason(client: Client, task: Task, rows: tuple[Sentences, ...], probes: tuple[Sentences, ...]) -> str | None:
    """Why these texts cannot be measured as the task does; None if they can."""
    conditions = tuple(condition for condition in CONDITIONS if condition == task.what)
    settings = task.settings.model_copy(update={"conditions": conditions})
    try:
        async for _ in client.ask(Task(what="check", rows=rows, probes=probes, settings=settings)):
            pass
    except InputError as error:
        return str(error)
    return None
