"""`eiftui plan`: time and memory before spending them."""

from __future__ import annotations

import argparse
import contextlib
from pathlib import Path

from eiftui.cli import options as opts
from eiftui.cli.console import make_console, say
from eiftui.engine.estimate import Estimate, sample
from eiftui.engine.plan import complete
from eiftui.errors import InputError
from eiftui.session.session import Session
from eiftui.show.numbers import counted, duration, size

NAME = "plan"
HELP = "time and memory of a run, after a few seconds of calibration"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("session", nargs="?", type=Path, metavar="SESSION", help="plan what this session lacks")
    opts.add_what(parser)
    opts.add_how(parser)


def main(options: argparse.Namespace) -> None:
    """Load the model, measure a sample, and say what the whole will take. Nothing is written."""
    console = make_console()
    with contextlib.closing(_session(options)) as session:
        what = f"{len(session.rows)} training sets × {len(session.probes)} probes × {counted(session.draws, 'draw')}"
        if complete(session):
            say(console, f"{what}: 0 cells to measure")
            return
        with console.status("calibrating") if console.is_terminal else contextlib.nullcontext():
            found = _estimated(session, options.memory_budget)
        asides = list(opts.asides(options, session))
    lines = [f"{what}: {found.cells:,} cells to measure"]
    lines += [f"  {condition:<10} {duration(seconds)}" for condition, seconds in found.seconds.items()]
    lines += [
        f"time    about {duration(found.total)}" + " with one worker" * (options.workers not in opts.ONE_WORKER),
        f"memory  about {size(found.memory)} at most, of it {size(found.weights)} weights",
    ]
    for line in (*lines, *(f"note: {aside}" for aside in asides)):
        say(console, line)


def _estimated(session: Session, memory_budget: float | None) -> Estimate:
    """What measuring all that the session lacks will take."""
    from eiftui.engine.calibration import calibrate  # bring torch, for which no mistake in the texts has to wait
    from eiftui.engine.here import Here
    from eiftui.engine.run import load

    here = Here(lambda text, fraction: None)
    load(session, here, memory_budget)
    small = sample(session)
    return small.estimate(calibrate(here.measurer, small.request))


def _session(options: argparse.Namespace) -> Session:
    """A session in memory with what the options, or the session file, ask for."""
    domain = opts.domain(options)
    if options.session is not None:
        with Session.open(options.session, read_only=True) as found:
            opts.refuse_other_texts(found, domain, "plan one or the other")
            return found.copy(opts.settings_to_go_on(options, found))
    if domain is None:
        raise InputError("nothing to plan: give a SESSION, --domain NAME or --train F.txt")
    return Session.in_memory(domain, opts.settings(options, None))
