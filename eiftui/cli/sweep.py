"""`eiftui sweep`: the training sets of a session at many learning rates, and which rate to take."""

from __future__ import annotations

import argparse
import contextlib
from pathlib import Path

from rich.console import Console

from eiftui.cli import options as opts
from eiftui.cli.console import make_console, say
from eiftui.cli.run import make_report, stage_words
from eiftui.engine.protocol import Result, Task
from eiftui.engine.studies import DRAWS, GRID, parse_grid, sweep_tasks
from eiftui.errors import InputError
from eiftui.session.records import Measured
from eiftui.session.session import Session
from eiftui.show.numbers import compact

NAME = "sweep"
HELP = "the learning-rate sweep: which rates tell the same story, and where first order ends"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("session", type=Path, metavar="SESSION")
    group = parser.add_argument_group("how")
    group.add_argument("--grid", default=GRID, metavar="LOW:HIGH[:N]", help=f"rates, N to a tenfold (default {GRID}:1)")
    group.add_argument("--draws", type=int, default=DRAWS, metavar="N", help=f"the first N draws (default {DRAWS})")
    group.add_argument("--adopt", action="store_true", help="go on with the rate that the sweep suggests")
    opts.add_means(group)
    opts.add_progress(parser.add_argument_group("output"))


def main(options: argparse.Namespace) -> None:
    """Measure what the sweep lacks, show it, and adopt its suggestion if that is asked for."""
    from eiftui.analysis.rates import at_rate, sweep
    from eiftui.cli.report_sweep import print_sweep

    rates = parse_grid(options.grid)
    if options.draws < 1:
        raise InputError(f"--draws {options.draws}: at least one")
    console = make_console()
    with Session.open(options.session) as session:
        _measure(session, rates, options, console)
        found = sweep(session)
        if not options.quiet:
            print_sweep(console, found)
        if options.adopt:
            if found.suggestion is None:
                raise InputError("nothing to adopt: the sweep has no plateau")
            session.configure(at_rate(session, found.suggestion).settings)
            if not options.quiet:
                say(console, f"adopted: {options.session} goes on with learning rate {compact(found.suggestion)}")


def _measure(session: Session, rates: tuple[float, ...], options: argparse.Namespace, console: Console) -> None:
    from eiftui.engine.run import load
    from eiftui.engine.sweep import ask, sweep
    from eiftui.engine.team import make_team

    draws = min(options.draws, session.draws)
    if session.model and session.rows and session.probes and not any(sweep_tasks(session, rates, draws)):
        ask(session, rates, draws)
        return
    report = make_report(options, console)
    with contextlib.ExitStack() as finally_:
        finally_.callback(report.finish)
        report.start(0)
        team = make_team(options.workers, lambda text, fraction: report.stage(stage_words(text, fraction)))
        finally_.callback(team.close)
        load(session, team, options.memory_budget)
        report.start(sum(task.cells for task in sweep_tasks(session, rates, draws)))

        def watch(task: Task, result: Result) -> None:
            if isinstance(result, Measured):
                rate = compact(task.settings.optimizer.lr)
                report.advance(len(result.eif), f"{task.what}, learning rate {rate}")

        sweep(session, team, rates, draws, watch)
