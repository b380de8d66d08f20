"""`eiftui sweep`: the training sets of a session at many learning rates, and which rate to take."""

from __future__ import annotations

import argparse
import shlex
from pathlib import Path

from eiftui.cli import options as opts
from eiftui.cli.console import called, make_console, say
from eiftui.cli.studies import Study, measure_study
from eiftui.engine.studies import DRAWS, GRID, parse_grid, sweep_tasks
from eiftui.errors import InputError
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

    rates = parse_grid(options.grid, "--grid")
    if options.draws < 1:
        raise InputError(f"--draws {options.draws}: at least one")
    console = make_console()
    with Session.open(options.session) as session:
        measure_study(session, _study(session, rates, min(options.draws, session.draws)), options, console)
        found = sweep(session)
        if not options.quiet:
            print_sweep(console, found)
        if options.adopt:
            if found.suggestion is None:
                raise InputError("nothing to adopt: the sweep has no plateau")
            session.configure(at_rate(session, found.suggestion).settings)
            if not options.quiet:
                again = f"{called()} run {shlex.quote(str(options.session))}"
                say(console, f"adopted: learning rate {compact(found.suggestion)}, at which `{again}` measures")


def _study(session: Session, rates: tuple[float, ...], draws: int) -> Study:
    from eiftui.engine.sweep import ask, sweep

    return Study(
        tasks=lambda: sweep_tasks(session, rates, draws),
        ask=lambda: ask(session, rates, draws),
        measure=lambda team, watch: sweep(session, team, rates, draws, watch),
        describe=lambda task: f"{task.what}, learning rate {compact(task.settings.optimizer.lr)}",
    )
