"""Measures a trajectory: every beginning of a sequence of sentences as a training set of its own."""

from __future__ import annotations

from eiftui.engine.run import Watch, measure
from eiftui.engine.studies import trajectory_tasks
from eiftui.engine.team import Team
from eiftui.session.records import Trajectory
from eiftui.session.session import Session


def trace(session: Session, team: Team, trajectory: Trajectory, watch: Watch = lambda task, result: None) -> None:
    """Measure what is missing of a trajectory and keep it. The model must be loaded.

    Raises:
        InputError: a sentence has a slot that the session has no words for.
        EiftuiError: something failed; what was measured before is kept.
    """
    ask(session, trajectory)
    measure(session, team, trajectory_tasks(session, trajectory), watch)


def ask(session: Session, trajectory: Trajectory) -> None:
    """Record that a trajectory was asked for, be it measured already or not."""
    if trajectory not in session.trajectories:
        session.append(trajectory)
