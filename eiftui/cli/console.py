"""The one console that jobs print to."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

from rich.console import Console
from rich.text import Text

from eiftui.session.safetext import visible
from eiftui.show.colour import depth
from eiftui.show.encoding import drawable, printable

WIDTH_OF_A_FILE = 120
WIDEST_PLOT = 100
BRAILLE = "⣿"


class _Output(Console):
    """A console that leaves it to `main` to end quietly when nobody reads any more."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


def make_console() -> Console:
    """Standard output: as wide as the terminal, or 120 columns where there is none (`COLUMNS` says otherwise)."""
    wide = sys.stdout.isatty() or "COLUMNS" in os.environ
    return _Output(highlight=False, width=None if wide else WIDTH_OF_A_FILE)


def file_console(file: TextIO) -> Console:
    """For a file: plain text of 120 columns, whatever the environment says of terminals."""
    return Console(file=file, width=WIDTH_OF_A_FILE, highlight=False, no_color=True, force_terminal=False)


def called() -> str:
    """The command as a shell finds it: `eiftui`, or with the path by which it was called where that finds another."""
    command = Path(sys.argv[0])
    if command.parts[-2:] == ("eiftui", "__main__.py"):
        return f"{shlex.quote(sys.executable)} -m eiftui"
    found = shutil.which("eiftui")
    if command.name != "eiftui" or (found and command.exists() and command.samefile(found)):
        return "eiftui"
    return shlex.quote(str(command))


def say(console: Console, text: str) -> None:
    """Print a line of plain text, in characters that the console can show and that steer no terminal."""
    console.print(printable(visible(text), console.encoding), markup=False, soft_wrap=True)


def warn(text: str) -> None:
    """Say on standard error what a person should know of what a job gives."""
    say(Console(stderr=True), f"note: {text}")


def say_plot(console: Console, plot: Callable[[tuple[int, int], bool], Text], lines: int) -> None:
    """Print a plot, which is made of its size (columns, lines) and of whether it has colours, whose curves are braille.

    Like `say`, in characters that the console can show.
    """
    coloured = depth(console) != "none" and drawable(BRAILLE, console)
    shown = plot((min(console.width, WIDEST_PLOT), lines), coloured)
    console.print(shown if coloured else Text(printable(shown.plain, console.encoding)))
