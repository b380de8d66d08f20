"""A run: everything a session lacks, measured and recorded, row by row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from eiftui.engine.client import WorkerDied
from eiftui.engine.loaded import take_model
from eiftui.engine.plan import checks, tasks
from eiftui.engine.protocol import Load, Result, Task
from eiftui.engine.team import Team
from eiftui.errors import EiftuiError
from eiftui.session.records import Notice
from eiftui.session.results import Measured
from eiftui.session.session import Session
from eiftui.settings import Settings

Watch = Callable[[Task, Result], None]


@dataclass(frozen=True)
class Outcome:
    """What a run did."""

    cells: int
    """Measured in this run."""
    not_finite: int
    """Of them, how many have a loss that is not a finite number."""


def load(
    session: Session, team: Team, memory_budget: float | None = None, settings: Settings | None = None
) -> list[Notice]:
    """Load a model, see that it can read every text, and only then record what it is and the settings to go on with.

    `settings` are the session's own where none are given. Returns what a person should know about the model.

    Raises:
        EiftuiError: it cannot be had, or cannot read a text; nothing was recorded.
    """
    asked = session.under(settings)
    texts = list(checks(asked))
    model = team.load(Load(settings=asked.settings, memory_budget=memory_budget))
    for task in texts:
        list(team.measure(task))  # which fails, or gives nothing
    session.configure(asked.settings)
    return take_model(session, model)


def run(session: Session, team: Team, watch: Watch = lambda task, result: None) -> Outcome:
    """Measure what is missing; each row is on disk before the next is waited for. The model must be loaded.

    Raises:
        EiftuiError: something failed; what was measured before is kept.
    """
    return measure(session, team, tasks(session), watch)


def measure(session: Session, team: Team, wanted: Iterable[Task], watch: Watch = lambda task, result: None) -> Outcome:
    """Do tasks one by one, and keep every result before the next. Raises as `run` does.

    A row or condition that cannot be measured does not keep the others from it: why is told when they are.
    """
    cells = bad = 0
    failures: list[EiftuiError] = []
    for task in wanted:
        for result in _results(team, task, failures):
            session.append(result)
            if isinstance(result, Measured):
                cells += len(result.eif)
                bad += int((~np.isfinite(result.eif)).sum())
            watch(task, result)
    if failures:
        raise failures[0]
    return Outcome(cells, bad)


def _results(team: Team, task: Task, failures: list[EiftuiError]) -> Iterator[Result]:
    """The results of a task; what comes in the way of a condition is put to the failures."""
    try:
        yield from team.measure(task)
    except EiftuiError as error:
        if isinstance(error, WorkerDied) or task.what in ("base", "floor"):  # without which nothing goes on
            raise
        failures.append(error)
