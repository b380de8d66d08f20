"""A run: everything a session lacks, measured and recorded, row by row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from eiftui.engine.plan import check, tasks
from eiftui.engine.protocol import Load, Result, Task
from eiftui.engine.team import Team
from eiftui.session.records import Measured, Notice
from eiftui.session.session import Session

Watch = Callable[[Task, Result], None]


@dataclass(frozen=True)
class Outcome:
    """What a run did."""

    cells: int
    """Measured in this run."""
    not_finite: int
    """Of them, how many have a loss that is not a finite number."""


def load(session: Session, team: Team, memory_budget: float | None = None) -> None:
    """Load the session's model, record what it turned out to be, and see that it can read every text.

    Raises:
        EiftuiError: it cannot be had.
    """
    model = team.load(Load(settings=session.settings, memory_budget=memory_budget))
    if model != session.model:
        session.append(model)
    session.ensure_draws()
    for result in team.measure(check(session)):
        session.append(result)


def run(session: Session, team: Team, watch: Watch = lambda task, result: None) -> Outcome:
    """Measure what is missing; each row is on disk before the next is waited for. The model must be loaded.

    Raises:
        EiftuiError: something failed; what was measured before is kept.
    """
    cells = bad = 0
    for task in tasks(session):
        for result in team.measure(task):
            if isinstance(result, Notice) and result.text in {notice.text for notice in session.notices}:
                continue
            session.append(result)
            if isinstance(result, Measured):
                cells += len(result.eif)
                bad += int((~np.isfinite(result.eif)).sum())
            watch(task, result)
    return Outcome(cells, bad)
