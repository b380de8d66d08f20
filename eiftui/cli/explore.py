"""`eiftui [SESSION]`: the explorer. Of the jobs only this one is loaded for it, so that it opens at once."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from eiftui.errors import InputError


def wanted(arguments: Sequence[str]) -> bool:
    """Whether a command line is for the explorer: it names a session at most, and no job."""
    return not arguments or (len(arguments) == 1 and _names_session(arguments[0]))


def main(arguments: Sequence[str]) -> int:
    """Open the explorer on the session named, or on a new one, and give its exit code.

    Raises:
        InputError: there is no terminal, or the session cannot be opened.
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise InputError("the explorer needs a terminal; `eiftui run` measures without one (see eiftui --help)")
    from eiftui.tui.start import start

    return start(Path(arguments[0]) if arguments else None)


def _names_session(argument: str) -> bool:
    return argument.endswith(".eif") or Path(argument).is_file()
