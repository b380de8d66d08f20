"""The command `eiftui`: reads the command line, does one job, and turns errors into one line and an exit code."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from types import FrameType
from typing import NoReturn, TextIO

from eiftui.cli import explore
from eiftui.errors import NO_ROOM, EiftuiError, InputError
from eiftui.session.safetext import visible
from eiftui.session.written import eiftui_version

INTERRUPTED = 130
TURNS = "10000"
"""How often torch's threads look for each other before they sleep. By default it is so often that, where another
program has one of the processors, everything takes several times as long."""
MEASURING = {"run", "sweep", "dynamics", "embed"}
"""Jobs, `vision run` among them, that keep what they measure."""


class Parser(argparse.ArgumentParser):
    """An argument parser whose complaints are one line."""

    def error(self, message: str) -> NoReturn:
        raise InputError(f"{message} (see {self.prog} --help)")


def parser() -> Parser:
    """The whole command line, but for the explorer."""
    from eiftui.cli import (
        doctor,
        dynamics,
        embed,
        export,
        listing,
        plan,
        report,
        run,
        sweep,
        vision,
    )  # these take longer to load than the explorer to open

    top = Parser(
        prog="eiftui",
        usage="eiftui [SESSION.eif] [--color auto|256|16|none] [--no-mouse] | eiftui JOB ...",
        description="Measure what a language model learns from a sentence. Without a job: the explorer.",
    )
    top.add_argument("--version", action="version", version=f"eiftui {eiftui_version()}")
    jobs = top.add_subparsers(prog="eiftui", metavar="JOB", required=True)
    for job in (run, export, report, sweep, dynamics, embed, plan, listing.Domains, listing.Models, vision, doctor):
        sub = jobs.add_parser(job.NAME, help=job.HELP, description=job.HELP)
        job.add_arguments(sub)
        sub.set_defaults(job=job.main)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says; the exit code, as README has them."""
    os.environ.setdefault("GOMP_SPINCOUNT", TURNS)
    _replace_closed_streams()
    asked = sys.argv[1:] if arguments is None else arguments
    code = 0
    interruption = Interruption()
    interruption.listen()
    try:
        try:
            code = _do(asked)
        finally:
            sys.stdout.flush()  # also after --help, which leaves by SystemExit
    except BrokenPipeError:
        _drop(sys.stdout)  # whoever read it has gone; nothing more can be said to them
    except (Exception, KeyboardInterrupt) as error:
        if interruption.asked:
            kept = "; what was measured is kept" if MEASURING.intersection(asked[:2]) else ""
            return _say(f"interrupted{kept}", INTERRUPTED)
        if isinstance(error, EiftuiError):
            return _say(str(error), error.exit_code)
        if isinstance(error, OSError) and error.filename:  # a name that the system cannot take, however it was given
            return _say(f"cannot use {error.filename} ({error.strerror})", InputError.exit_code)
        if isinstance(error, OSError) and error.errno in NO_ROOM:  # files that we open are named: it was opened for us
            _drop(sys.stdout)
            return _say(f"cannot write the output ({error.strerror})", InputError.exit_code)
        raise
    return code


def _do(arguments: Sequence[str]) -> int:
    """Do a job; the exit code."""
    for argument in arguments:
        if argument.encode(errors="ignore") != argument.encode(errors="surrogateescape"):
            raise InputError(f"not UTF-8 on the command line: {argument}")
    if explore.wanted(arguments):
        return explore.main(arguments)
    explore.refuse_others(arguments)
    options = parser().parse_args(arguments)
    options.job(options)
    return 0


def _replace_closed_streams() -> None:
    """Let a standard stream that is closed lead nowhere, so that no file opened later takes its number."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode))  # noqa: SIM115  (for as long as the process lives)


def _drop(stream: TextIO) -> None:
    """Let what is still to be written to a stream go nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


class Interruption:
    """Turns what asks to end into KeyboardInterrupt, and remembers: libraries make errors of their own of it."""

    def __init__(self) -> None:
        self.asked = False

    def listen(self) -> None:
        """From now on; a signal that whoever started us has us ignore stays ignored."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._interrupt)

    def _interrupt(self, number: int, frame: FrameType | None) -> NoReturn:
        self.asked = True
        raise KeyboardInterrupt


def _say(message: str, code: int) -> int:
    try:
        print(f"eiftui: {visible(' '.join(message.split()))}", file=sys.stderr, flush=True)
    except OSError:  # the exit code says it too
        _drop(sys.stderr)
    return code
