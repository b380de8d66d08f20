"""Measuring what a study of a session lacks: a learning-rate sweep, or a trajectory."""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from rich.console import Console

from eiftui.cli.options import refuse_lost_settings
from eiftui.cli.run import make_report, stage_words
from eiftui.engine.protocol import Result, Task
from eiftui.engine.run import Watch, load
from eiftui.engine.team import Team, make_team
from eiftui.session.results import Measured
from eiftui.session.session import Session


@dataclass(frozen=True)
class Study:
    """What is asked of a session beside its matrices."""

    tasks: Callable[[], Iterator[Task]]
    """What is missing of it."""
    ask: Callable[[], None]
    """Records that it was asked for."""
    measure: Callable[[Team, Watch], None]
    """Asks, and measures what is missing."""
    describe: Callable[[Task], str]
    """A task in words, for the progress report."""


def measure_study(session: Session, study: Study, options: argparse.Namespace, console: Console) -> None:
    """Measure with a progress report; no model is loaded where nothing is missing. Workers end whatever happens.

    Raises InputError if the session has lost its settings.
    """
    refuse_lost_settings(session)
    if session.model and session.rows and session.probes and not any(study.tasks()):
        study.ask()
        return
    report = make_report(options, console)
    with contextlib.ExitStack() as at_the_end:
        at_the_end.callback(report.finish)
        report.start(0)
        team = make_team(options.workers, lambda text, fraction: report.stage(stage_words(text, fraction)))
        at_the_end.callback(team.close)
        load(session, team, options.memory_budget)
        report.start(sum(task.cells for task in study.tasks()))

        def watch(task: Task, result: Result) -> None:
            if isinstance(result, Measured):
                report.advance(len(result.eif), study.describe(task))

        study.measure(team, watch)
