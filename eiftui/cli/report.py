"""`eiftui report`: what a session's numbers say, as text or as one HTML file."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from eiftui.cli import report_file
from eiftui.cli.console import warn
from eiftui.cli.options import learning_rate
from eiftui.errors import InputError
from eiftui.session.readings import Readings
from eiftui.session.real import real
from eiftui.session.session import Session
from eiftui.settings import CONDITIONS
from eiftui.show.numbers import compact

if TYPE_CHECKING:
    from eiftui.analysis.findings import Findings

NAME = "report"
HELP = "what a session's numbers say: desiderata, symmetry, sparsity, learning rates, with figures"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("sessions", nargs="+", type=Path, metavar="SESSION", help="several are also compared")
    report_file.add_output(parser)
    parser.add_argument("--lr", metavar="FLOAT", help="as measured at this learning rate (default: the session's own)")


def main(options: argparse.Namespace) -> None:
    """Analyse what is measured so far, and print or write it."""
    report_file.check(options.output)
    rate = None if options.lr is None else learning_rate(options.lr)
    for path in options.sessions:
        if sum(real(path) == real(other) for other in options.sessions) > 1:
            raise InputError(f"{path} is given twice: a session is not compared with itself")
    sessions = [_measured(path, rate) for path in options.sessions]
    report_file.deliver(options.output, partial(_print, sessions), partial(_html, sessions))


def _measured(path: Path, rate: float | None) -> Readings:
    from eiftui.analysis.still import Still

    with Session.open(path, read_only=True) as session:  # closed, it can still be read
        for problem in session.damage:
            warn(problem)
        still = Still.of(session)
        if rate is None:
            if not any(still.measured(condition).any() for condition in CONDITIONS):
                raise InputError(f"nothing to report: no cell of {path} is measured with its settings; run it")
            return still
        return _at_rate(still, rate, path)


def _at_rate(still: Readings, rate: float, path: Path) -> Readings:
    """The session with another learning rate, which says nothing of prompts."""
    from eiftui.analysis.rates import at_rate

    seen = at_rate(still, rate)
    if not any(seen.measured(condition).any() for condition in CONDITIONS if condition != "prompted"):
        raise InputError(f"nothing to report: no row of {path} is measured at the learning rate {compact(rate)}")
    return seen


def _print(sessions: Sequence[Readings], console: Console) -> None:
    from eiftui.cli.report_text import print_overall, print_report

    reports = _analysed(sessions)
    for session, findings in reports:
        print_report(console, session, findings)
    if len(reports) > 1:
        print_overall(console, reports)


def _html(sessions: Sequence[Readings]) -> str:
    from eiftui.cli.report_html import report_page

    return report_page(_analysed(sessions))


def _analysed(sessions: Sequence[Readings]) -> list[tuple[Readings, Findings]]:
    from eiftui.analysis.findings import Findings

    return [(session, Findings(session)) for session in sessions]
