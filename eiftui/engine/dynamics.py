"""Measures a trajectory: every beginning of a sequence of sentences as a training set of its own."""

from __future__ import annotations

from collections.abc import Iterator

from eiftui.analysis.dynamics import steps
from eiftui.engine.plan import condition_tasks
from eiftui.engine.protocol import Task
from eiftui.engine.run import Watch
from eiftui.engine.team import Team
from eiftui.errors import InputError
from eiftui.session.records import Trajectory
from eiftui.session.session import Session


def trace(session: Session, team: Team, trajectory: Trajectory, watch: Watch = lambda task, result: None) -> None:
    """Measure what is missing of a trajectory and keep it. The model must be loaded.

    Raises:
        InputError: a sentence has a slot that the session has no words for.
        EiftuiError: something failed; what was measured before is kept.
    """
    if trajectory not in session.trajectories:
        session.append(trajectory)
    for task in tasks(session, trajectory):
        for result in team.measure(task):
            session.append(result)
            watch(task, result)


def tasks(session: Session, trajectory: Trajectory) -> Iterator[Task]:
    """What is missing of a trajectory, draw by draw. Raises as `trace` does."""
    view = steps(session, trajectory.sentences)
    if unknown := set(view.sheet.slots) - set(session.sheet.slots):
        raise InputError(f"no text of the session has the slot {{{min(unknown)}}}")
    for draw in range(min(trajectory.draws, view.draws)):
        yield from condition_tasks(view, "trained", draw)
