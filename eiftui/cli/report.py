"""`eiftui report`: what a session's numbers say, as text or as one HTML file."""

from __future__ import annotations

import argparse
import importlib.util
import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from eiftui.cli.console import file_console, make_console
from eiftui.cli.options import learning_rate
from eiftui.errors import InputError
from eiftui.session.atomic import replacing
from eiftui.session.readings import Readings
from eiftui.session.session import Session
from eiftui.settings import CONDITIONS
from eiftui.show.numbers import compact

if TYPE_CHECKING:
    from eiftui.analysis.findings import Findings

NAME = "report"
HELP = "what a session's numbers say: desiderata, symmetry, sparsity, learning rates, with figures"
SUFFIXES = (".txt", ".html")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("sessions", nargs="+", type=Path, metavar="SESSION", help="several are also compared")
    parser.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="ends in .txt or .html (default: printed here)"
    )
    parser.add_argument("--lr", metavar="FLOAT", help="as measured at this learning rate (default: the session's own)")


def main(options: argparse.Namespace) -> None:
    """Analyse what is measured so far, and print or write it."""
    output: Path | None = options.output
    if output is not None and output.suffix.lower() not in SUFFIXES:
        raise InputError(f"cannot write a report to {output.name!r}: end its name in {' or '.join(SUFFIXES)}")
    rate = None if options.lr is None else learning_rate(options.lr)
    sessions = [_measured(path, rate) for path in options.sessions]
    if output is None:
        _print(sessions, make_console())
    else:
        content = _text(sessions) if output.suffix.lower() == ".txt" else _html(sessions)
        with replacing(output) as file:
            file.write(content.encode())


def _measured(path: Path, rate: float | None) -> Readings:
    from eiftui.analysis.still import Still

    with Session.open(path, read_only=True) as session:  # closed, it can still be read
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


def _text(sessions: Sequence[Readings]) -> str:
    file = io.StringIO()
    _print(sessions, file_console(file))
    return file.getvalue()


def _html(sessions: Sequence[Readings]) -> str:
    if importlib.util.find_spec("plotly") is None:
        raise InputError("a report as HTML needs plotly: pip install 'eiftui[report]', or end the file's name in .txt")
    from eiftui.cli.report_html import page

    return page(_analysed(sessions))


def _analysed(sessions: Sequence[Readings]) -> list[tuple[Readings, Findings]]:
    from eiftui.analysis.findings import analyse

    return [(session, analyse(session)) for session in sessions]
