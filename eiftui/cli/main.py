"""The command `eiftui`: reads the command line, does one job, and turns errors into one line and an exit code."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from types import FrameType
from typing import NoReturn

from eiftui.cli import explore
from eiftui.errors import EiftuiError, InputError
from eiftui.session.records import eiftui_version

INTERRUPTED = 130


class Parser(argparse.ArgumentParser):
    """An argument parser whose complaints are one line."""

    def error(self, message: str) -> NoReturn:
        raise InputError(f"{message} (see {self.prog} --help)")


def parser() -> Parser:
    """The whole command line, as DESIGN has it, but for the explorer."""
    from eiftui.cli import doctor, export, listing, plan, run  # these take longer to load than the explorer to open

    top = Parser(
        prog="eiftui",
        usage="eiftui [SESSION.eif] | eiftui JOB ...",
        description="Measure what a language model learns from a sentence. Without a job: the explorer.",
    )
    top.add_argument("--version", action="version", version=f"eiftui {eiftui_version()}")
    jobs = top.add_subparsers(prog="eiftui", metavar="JOB", required=True)
    for job in (run, export, plan, listing.Domains, listing.Models, doctor):
        sub = jobs.add_parser(job.NAME, help=job.HELP, description=job.HELP)
        job.add_arguments(sub)
        sub.set_defaults(job=job.main)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says; the exit code of DESIGN §5."""
    interruption = Interruption()
    interruption.listen()
    try:
        try:
            given = sys.argv[1:] if arguments is None else arguments
            if explore.wanted(given):
                explore.main(given)
            else:
                options = parser().parse_args(given)
                options.job(options)
        finally:
            sys.stdout.flush()  # also after --help, which leaves by SystemExit
    except BrokenPipeError:
        # whoever read our output has gone; nothing more can be said to them
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (Exception, KeyboardInterrupt) as error:
        if interruption.asked:
            return _say("interrupted; what was measured is kept", INTERRUPTED)
        if isinstance(error, EiftuiError):
            return _say(str(error), error.exit_code)
        raise
    return 0


class Interruption:
    """Turns SIGINT and SIGTERM into KeyboardInterrupt, and remembers: libraries make errors of their own of it."""

    def __init__(self) -> None:
        self.asked = False

    def listen(self) -> None:
        """From now on; a signal that whoever started us has us ignore stays ignored."""
        for number in (signal.SIGINT, signal.SIGTERM):
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._interrupt)

    def _interrupt(self, number: int, frame: FrameType | None) -> NoReturn:
        self.asked = True
        raise KeyboardInterrupt


def _say(message: str, code: int) -> int:
    print(f"eiftui: {' '.join(message.split())}", file=sys.stderr)
    return code


def entry_point() -> NoReturn:
    """What the installed command calls."""
    sys.exit(main())


if __name__ == "__main__":
    entry_point()
