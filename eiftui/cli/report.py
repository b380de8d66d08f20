"""`eiftui report`: what a session's numbers say, as text or as one HTML file."""

from __future__ import annotations

import argparse
import importlib.util
import io
from pathlib import Path

from rich.console import Console

from eiftui.cli.console import WIDTH_OF_A_FILE, make_console
from eiftui.errors import InputError
from eiftui.session.atomic import replacing
from eiftui.session.session import Session
from eiftui.settings import CONDITIONS

NAME = "report"
HELP = "what a session's numbers say: desiderata, symmetry, sparsity, learning rates, with figures"
SUFFIXES = (".txt", ".html")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("session", type=Path, metavar="SESSION")
    parser.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="ends in .txt or .html (default: printed here)"
    )


def main(options: argparse.Namespace) -> None:
    """Analyse what is measured so far, and print or write it."""
    output: Path | None = options.output
    if output is not None and output.suffix.lower() not in SUFFIXES:
        raise InputError(f"cannot write a report to {output.name!r}: end its name in {' or '.join(SUFFIXES)}")
    with Session.open(options.session, read_only=True) as session:
        if not any(session.measured(condition).any() for condition in CONDITIONS):
            raise InputError(f"nothing to report: no cell of {options.session} is measured with its settings; run it")
        if output is None:
            _print(session, make_console())
        else:
            content = _text(session) if output.suffix.lower() == ".txt" else _html(session)
            with replacing(output) as file:
                file.write(content.encode())


def _print(session: Session, console: Console) -> None:
    from eiftui.analysis.findings import analyse
    from eiftui.cli.report_text import print_report

    print_report(console, session, analyse(session))


def _text(session: Session) -> str:
    file = io.StringIO()
    _print(session, Console(file=file, width=WIDTH_OF_A_FILE, highlight=False, no_color=True, force_terminal=False))
    return file.getvalue()


def _html(session: Session) -> str:
    if importlib.util.find_spec("plotly") is None:
        raise InputError(
            "a report as HTML needs plotly: pip install 'eiftui[report]', or name a file that ends in .txt"
        )
    from eiftui.analysis.findings import analyse
    from eiftui.cli.report_html import page

    return page(session, analyse(session))
