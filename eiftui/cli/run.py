"""`eiftui run`: measure without a screen, resume what is missing, print the heatmaps."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from rich.console import Console

from eiftui.cli import options as opts
from eiftui.cli.console import make_console, say
from eiftui.cli.results import print_heatmap, print_results, say_not_finite
from eiftui.engine.plan import cells_in_all, cells_missing, complete
from eiftui.engine.protocol import Result, Task
from eiftui.engine.run import load, run
from eiftui.engine.team import Team, make_team
from eiftui.errors import EiftuiError, InputError
from eiftui.session.results import Measured
from eiftui.session.safetext import visible
from eiftui.session.session import Session
from eiftui.settings import Settings
from eiftui.show.numbers import completed
from eiftui.show.progress import JsonProgress, ProgressReport, QuietProgress, RunProgress
from eiftui.show.session_heatmap import session_heatmap

NAME = "run"
HELP = "measure without a screen; resumes whatever is missing"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("session", nargs="?", type=Path, metavar="SESSION", help="a session file to go on with")
    opts.add_what(parser)
    opts.add_how(parser)
    group = parser.add_argument_group("output")
    group.add_argument("--out", type=Path, metavar="SESSION", help="where the session is kept (sessions/NAME.eif)")
    opts.add_progress(group)


def main(options: argparse.Namespace) -> None:
    """Open or make the session, measure what it lacks, show what it has."""
    console = make_console()
    session, settings, created = open_session(options)
    with session:
        if not options.quiet:
            for aside in opts.asides(options, session.under(settings)):
                say(console, f"note: {aside}")
        report = make_report(options, console)
        try:
            _measure(session, settings, options, report, console)
        except BrokenPipeError as error:
            raise EiftuiError("nobody reads the progress any more; what was measured is kept") from error
        except BaseException as error:
            if created and _is_bare(session, error):
                session.discard()  # so that the same command works once its cause is mended
            raise
        if options.quiet:
            say_not_finite(Console(stderr=True), session)
        else:
            print_results(console, session)


def _is_bare(session: Session, error: BaseException) -> bool:
    """Whether an error leaves nothing to go on with: no number or, where it is an interruption, no model."""
    if not isinstance(error, Exception):
        return session.model is None
    return not any(session.measured(condition).any() for condition in session.settings.conditions)


def open_session(options: argparse.Namespace) -> tuple[Session, Settings, bool]:
    """The session that the options name, the settings that it is to go on with, and whether it is new.

    Raises:
        InputError: it cannot be opened or made, or it holds other texts than those asked for.
    """
    domain = opts.domain(options)
    if options.session and options.out and options.session != options.out:
        raise InputError("give the session once: as SESSION to go on with, or as --out")
    path = options.session or options.out or (Path("sessions") / f"{_file_name(domain.name)}.eif" if domain else None)
    if path is None:
        raise InputError("nothing to measure: give a SESSION, --domain NAME (see `eiftui domains`) or --train F.txt")
    if not path.exists():
        if domain is None:
            raise InputError(f"there is no session {path}; say what to measure, with --domain NAME or --train F.txt")
        settings = opts.settings(options, None)
        return Session.create(path, domain, settings), settings, True
    session = Session.open(path)
    try:
        opts.refuse_other_texts(session, domain, "name another file with --out")
        return session, opts.settings_to_go_on(options, session), False
    except BaseException:
        session.close()
        raise


def _file_name(name: str) -> str:
    return "".join(character if character.isalnum() or character in "-_+." else "-" for character in name)[:80]


def make_report(options: argparse.Namespace, console: Console) -> ProgressReport:
    if options.quiet:
        return QuietProgress()
    if options.json_progress:
        return JsonProgress(sys.stderr)
    return RunProgress(console if console.is_terminal else Console(stderr=True))


def _live(options: argparse.Namespace, console: Console) -> bool:
    """Whether somebody watches the run, to whom something may be said before it is done."""
    return console.is_terminal and not options.quiet and not options.json_progress


def _measure(
    session: Session, settings: Settings, options: argparse.Namespace, report: ProgressReport, console: Console
) -> None:
    """Measure with a progress report; workers end and the report finishes whatever happens."""
    asked = session.under(settings)
    if complete(asked):
        session.configure(settings)
        return
    team: Team | None = None
    try:
        report.start(cells_in_all(asked), 0)
        team = make_team(options.workers, lambda text, fraction: report.stage(stage_words(text, fraction)))
        news = load(session, team, options.memory_budget, settings)
        if _live(options, console):
            for notice in news:
                say(console, notice.text)
        total, missing = cells_in_all(session), cells_missing(session)
        report.start(total, total - missing)
        run(session, team, _Watcher(session, report, console, options).saw)
    finally:
        report.finish()
        if team:
            team.close()


def stage_words(text: str, fraction: float | None) -> str:
    return visible(text) if fraction is None else f"{visible(text)} {completed(fraction)}"


class _Watcher:
    """Tells the progress report what is measured, and shows the first-order preview once."""

    def __init__(self, session: Session, report: ProgressReport, console: Console, options: argparse.Namespace) -> None:
        self.session, self.report, self.console = session, report, console
        self.preview = _live(options, console) and session.draws > 1
        self.rows: dict[str, int] = {}

    def saw(self, task: Task, result: Result) -> None:
        if not isinstance(result, Measured):
            return
        done = self.rows[result.condition] = self.rows.get(result.condition, 0) + 1
        draw = (done - 1) // max(1, len(self.session.rows)) + 1
        self.report.advance(len(result.eif), f"{result.condition}, draw {draw} of {self.session.draws}")
        if self.preview and result.condition == "predicted" and done == len(self.session.rows):
            self.preview = False
            title = "preview: the first draw, predicted to first order from gradients alone"
            print_heatmap(self.console, session_heatmap(self.session, "predicted", title, [0], legend=False))
