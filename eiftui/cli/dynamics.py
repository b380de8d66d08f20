"""`eiftui dynamics`: what a training set does to the probes step by step, and what stays while others are learned."""

from __future__ import annotations

import argparse
import contextlib
from pathlib import Path

from eiftui.cli import options as opts
from eiftui.cli.console import make_console
from eiftui.cli.run import make_report, stage_words
from eiftui.engine.studies import DRAWS, trajectory_tasks
from eiftui.engine.studies import trajectory as asked_for
from eiftui.session.records import Measured, Trajectory
from eiftui.session.session import Session

NAME = "dynamics"
HELP = "a training set step by step, over epochs, and what stays of it while others are learned"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("session", type=Path, metavar="SESSION")
    group = parser.add_argument_group("how")
    group.add_argument("--row", type=int, required=True, metavar="N", help="the training set, by its number")
    group.add_argument("--epochs", type=int, default=1, metavar="N", help="times through it (default 1)")
    group.add_argument(
        "--then",
        type=int,
        action="append",
        default=[],
        metavar="N",
        help="a training set to learn after it (repeatable)",
    )
    group.add_argument("--draws", type=int, default=DRAWS, metavar="N", help=f"the first N draws (default {DRAWS})")
    opts.add_means(group)
    opts.add_progress(parser.add_argument_group("output"))


def main(options: argparse.Namespace) -> None:
    """Measure what the trajectory lacks, and show it."""
    from eiftui.analysis.dynamics import dynamics
    from eiftui.cli.report_dynamics import print_dynamics

    console = make_console()
    with Session.open(options.session) as session:
        trajectory = asked_for(session, options.row, options.epochs, options.then, options.draws)
        _measure(session, trajectory, options)
        if not options.quiet:
            print_dynamics(console, session, dynamics(session, trajectory))


def _measure(session: Session, trajectory: Trajectory, options: argparse.Namespace) -> None:
    from eiftui.engine.dynamics import trace
    from eiftui.engine.run import load
    from eiftui.engine.team import make_team

    report = make_report(options, make_console())
    with contextlib.ExitStack() as at_the_end:
        at_the_end.callback(report.finish)
        report.start(0)
        team = make_team(options.workers, lambda text, fraction: report.stage(stage_words(text, fraction)))
        at_the_end.callback(team.close)
        if session.model is None or any(trajectory_tasks(session, trajectory)):
            load(session, team, options.memory_budget)
        report.start(sum(task.cells for task in trajectory_tasks(session, trajectory)))
        trace(
            session,
            team,
            trajectory,
            lambda task, result: report.advance(len(result.eif) if isinstance(result, Measured) else 0, "trained"),
        )
