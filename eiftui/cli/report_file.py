"""Where a report goes: printed, or written to a file as text or as one page of HTML."""

from __future__ import annotations

import argparse
import importlib.util
import io
import shlex
import sys
from collections.abc import Callable
from pathlib import Path

from rich.console import Console

from eiftui.cli.console import file_console, make_console, say
from eiftui.errors import InputError
from eiftui.session.atomic import replacing

SUFFIXES = (".txt", ".html")


def add_output(parser: argparse.ArgumentParser) -> None:
    """The option that `check` and `deliver` are about."""
    parser.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="ends in .txt or .html (default: printed here)"
    )


def check(output: Path | None) -> None:
    """Before anything is read. Raises InputError if a report of that kind cannot be written."""
    if output is None:
        return
    if output.suffix.lower() not in SUFFIXES:
        raise InputError(f"cannot write a report to {output.name!r}: end its name in {' or '.join(SUFFIXES)}")
    if output.suffix.lower() == ".html" and importlib.util.find_spec("plotly") is None:
        python = shlex.quote(sys.executable)
        raise InputError(
            f"a report as HTML needs plotly: {python} -m pip install plotly, or end the file's name in .txt"
        )


def deliver(output: Path | None, show: Callable[[Console], None], page: Callable[[], str]) -> None:
    """Print what `show` prints, or write it, or what `page` makes, to a file, and say so."""
    if output is None:
        show(make_console())
        return
    if output.suffix.lower() == ".txt":
        file = io.StringIO()
        show(file_console(file))
        content = file.getvalue()
    else:
        content = page()
    with replacing(output) as written:
        written.write(content.encode())
    say(make_console(), f"{output}: the report is written")
