"""`eiftui [SESSION]`: the explorer. Of the jobs only this one is loaded for it, so that it opens at once."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

from eiftui.errors import InputError


def wanted(arguments: Sequence[str]) -> bool:
    """Whether a command line is for the explorer: it names a session at most, and no job."""
    _, rest = _options().parse_known_args(arguments)
    return not rest or (len(rest) == 1 and _names_session(rest[0]))


def main(arguments: Sequence[str]) -> int:
    """Open the explorer on the session named, or on a new one, and give its exit code.

    Raises:
        InputError: there is no terminal, or the session cannot be opened.
    """
    options, rest = _options().parse_known_args(arguments)
    if options.color not in (None, "auto", "256", "16", "none"):
        raise InputError(f"--color {options.color}: auto, 256, 16 or none")
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise InputError("the explorer needs a terminal; `eiftui run` measures without one (see eiftui --help)")
    from eiftui.tui.start import start

    code, path = start(Path(rest[0]) if rest else None, options.color, options.mouse)
    if not code:
        from eiftui.cli.console import called

        print(f"saved in {path}; go on with: {called()} {shlex.quote(str(path))}")
    return code


def refuse_others(arguments: Sequence[str]) -> None:
    """Raises InputError where options of a job are given to the explorer."""
    _, rest = _options().parse_known_args(arguments)
    if rest and _names_session(rest[0]):
        rest = rest[1:]
    if rest and rest[0].startswith("-") and rest[0] not in ("-h", "--help", "--version"):
        raise InputError(
            f"{rest[0]}: not an option of the explorer, where F2 changes settings; give it to a job, as in "
            "`eiftui run` (see eiftui --help)"
        )


def _options() -> argparse.ArgumentParser:
    """What may be said beside the session."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False, argument_default=None)
    parser.add_argument("--color")
    parser.add_argument("--no-mouse", dest="mouse", action="store_false")
    return parser


def _names_session(argument: str) -> bool:
    return argument.endswith(".eif") or Path(argument).is_file()
