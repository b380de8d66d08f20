"""`eiftui dynamics`: what a training set does to the probes step by step, and what stays while others are learned."""

from __future__ import annotations

import argparse
from pathlib import Path

from eiftui.cli import options as opts
from eiftui.cli.console import make_console
from eiftui.cli.studies import Study, measure_study
from eiftui.engine.studies import DRAWS, trajectory_tasks
from eiftui.engine.studies import trajectory as asked_for
from eiftui.session.records import Trajectory
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
        measure_study(session, _study(session, trajectory), options, console)
        if not options.quiet:
            print_dynamics(console, session, dynamics(session, trajectory))


def _study(session: Session, trajectory: Trajectory) -> Study:
    from eiftui.engine.dynamics import ask, trace

    return Study(
        tasks=lambda: trajectory_tasks(session, trajectory),
        ask=lambda: ask(session, trajectory),
        measure=lambda team, watch: trace(session, team, trajectory, watch),
        describe=lambda task: "trained",
    )
