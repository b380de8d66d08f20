"""What views of the findings have measured beside the matrix: a learning-rate sweep, a training set step by step."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Self

from eiftui.engine.protocol import Task
from eiftui.engine.studies import DRAWS, GRID, parse_grid, sweep_tasks, trajectory, trajectory_tasks
from eiftui.errors import InputError
from eiftui.session.records import Record, Swept, Trajectory
from eiftui.session.session import Session
from eiftui.show.numbers import compact
from eiftui.tui.errand import Errand

STEPS = re.compile(r"(\d+)\s*(?:x\s*(\d+))?\s*(?:then\s+(\d+(?:[\s,]+\d+)*))?")
"""A training set, how often it is learned, and what is learned after it."""


@dataclass(frozen=True)
class RateSweep(Errand):
    """The training sets of the session at many learning rates."""

    of_matrix: ClassVar[bool] = False
    USUAL: ClassVar[str] = f"{GRID}:1"
    swept: Swept

    @classmethod
    def read(cls, answer: str, session: Session) -> Self:
        """What a person asks for, such as `1e-6:1e-2:2`. Raises InputError if it is no grid."""
        return cls(Swept(rates=parse_grid(answer.strip()), draws=min(DRAWS, session.draws)))

    def tasks(self, session: Session) -> Iterator[Task]:
        return sweep_tasks(session, self.swept.rates, min(self.swept.draws, session.draws))

    def records(self, session: Session) -> tuple[Record, ...]:
        return () if self.swept == session.swept else (self.swept,)

    def describe(self, task: Task) -> str:
        return task.what if task.what == "predicted" else f"rate {compact(task.settings.optimizer.lr)}"

    @property
    def done(self) -> str:
        return f"{len(self.swept.rates)} learning rates are measured: the view Rate says what they tell"


@dataclass(frozen=True)
class Tracing(Errand):
    """Sentences that are learned one by one, the probes being read after each."""

    of_matrix: ClassVar[bool] = False
    trajectory: Trajectory

    @classmethod
    def read(cls, answer: str, session: Session) -> Self:
        """What a person asks for, such as `9 x3 then 10 5`. Raises InputError if it cannot be done."""
        found = STEPS.fullmatch(answer.strip())
        if found is None:
            raise InputError("As in 9, or 9 x3 then 10 5:")
        then = [int(number) for number in re.findall(r"\d+", found[3] or "")]
        return cls(trajectory(session, int(found[1]), int(found[2] or 1), then))

    def tasks(self, session: Session) -> Iterator[Task]:
        return trajectory_tasks(session, self.trajectory)

    def records(self, session: Session) -> tuple[Record, ...]:
        return () if self.trajectory in session.trajectories else (self.trajectory,)

    def describe(self, task: Task) -> str:
        return "step by step"

    @property
    def done(self) -> str:
        return f"{len(self.trajectory.sentences)} steps are measured: the view Dynamics says what they did"
