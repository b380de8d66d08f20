"""What a run prints when it is done: a heatmap a condition, what moved most, and where to go from there."""

from __future__ import annotations

import shlex

import numpy as np
from rich.console import Console

from eiftui.analysis.cells import holding_cells
from eiftui.cli.console import called, say
from eiftui.session.readings import Readings
from eiftui.session.safetext import visible
from eiftui.session.session import Session
from eiftui.show.heatmap import Heatmap
from eiftui.show.numbers import compact
from eiftui.show.session_heatmap import UNITS, known_floor, session_heatmap
from eiftui.show.summary import strongest

STRONGEST = 3


def print_results(console: Console, session: Session) -> None:
    """Print every condition of the session, and what to do next."""
    say(console, settings_line(session))
    if session.sheet.source:
        say(console, f"sentences: {session.sheet.source}")
    for condition in session.settings.conditions:
        last = condition == session.settings.conditions[-1]
        print_heatmap(console, session_heatmap(session, condition, f"{condition}: {UNITS}", legend=last))
    _say_strongest(session, console)
    _say_overshot(session, console)
    _say_notes(session, console)
    if session.path:
        say(console, f"saved in {session.path}; go on with:")
        further = _further(session, shlex.quote(str(session.path)))
        width = max(map(len, further))
        for command, what in further.items():
            say(console, f"  {command:<{width}}  {what}")


def _further(session: Session, file: str) -> dict[str, str]:
    """Commands to go on with, and what each is good for; `file` is the session's, as a shell reads it."""
    from eiftui.analysis.contrasts import draws_needed  # takes longer to load than most jobs do

    eiftui, needed = called(), draws_needed(session)
    further = {
        f"{eiftui} export {file} -o matrix.csv": "the matrix, for a paper",
        f"{eiftui} export {file} -o all.json": "everything, down to single tokens",
    }
    if session.sheet.live_contrasts:
        further[f"{eiftui} report {file}"] = "what the numbers say, contrast by contrast"
    if session.sheet.slots:
        verdict = f", of which a verdict on contrasts needs {needed}" if needed > session.draws else ""
        more = f"{eiftui} run {file} --draws {max(2 * session.draws, needed)}"
        further[more] = f"more draws{verdict}; nothing is measured twice"
    return further


def settings_line(session: Readings) -> str:
    """What the numbers were measured with, on one line."""
    settings, optimizer = session.settings, session.settings.optimizer
    extras = {
        "momentum": optimizer.momentum,
        "weight decay": optimizer.weight_decay,
        "norms clipped at": optimizer.clip_norm,
    }
    parts = [
        settings.model.name,
        f"{optimizer.name}, learning rate {compact(optimizer.lr)}, epochs {optimizer.epochs}",
        *[f"{name} {compact(value)}" for name, value in extras.items() if value],
        f"{settings.model.dtype} weights",
        f"draws {session.draws}, seed {settings.seed}" + (": intervals need more" if 1 < session.draws < 5 else ""),
    ]
    return " · ".join(parts)


def print_heatmap(console: Console, heatmap: Heatmap) -> None:
    """A heatmap and an empty line."""
    console.print(heatmap)
    console.print()


def _say_strongest(session: Session, console: Console) -> None:
    """The strongest influences on texts that were not learned, of the first condition measured by training."""
    condition = "trained" if "trained" in session.settings.conditions else session.settings.conditions[0]
    rows, columns = ([visible(text.label) for text in texts] for texts in (session.rows, session.probes))
    values = session.matrix(condition).copy()
    values[:, holding_cells(session)] = np.nan
    how = "with" if condition == "prompted" else "after learning"
    found = strongest(values, rows, columns, STRONGEST, how)
    if found:
        say(console, f"strongest on texts that were not learned, {condition}, those first that differ from zero:")
    for sentence in found:
        say(console, f"  {sentence}")


def _say_overshot(session: Session, console: Console) -> None:
    """Training sets for which the learning rate is too high."""
    from eiftui.analysis.overshot import overshot
    from eiftui.analysis.words import overshot as told  # takes longer to load than most jobs do

    remedy = f"`{called()} sweep {shlex.quote(str(session.path or 'SESSION'))} --adopt`"
    for line in told(session, overshot(session), remedy):
        say(console, line)


def _say_notes(session: Session, console: Console) -> None:
    for notice in session.notices:
        say(console, f"note: {notice.text}")
    floors = {condition: known_floor(session, condition) for condition in session.settings.conditions}
    known = [f"{condition} {compact(floor)}" for condition, floor in floors.items() if floor is not None]
    if known:
        say(console, f"cannot be told from zero (null floor and number format), up to: {', '.join(known)}")
    say_not_finite(console, session)


def say_not_finite(console: Console, session: Session) -> None:
    """Say how many cells are not finite, if any are."""
    bad = sum(session.not_finite(condition) for condition in session.settings.conditions)
    if bad:
        cells = "1 cell is not a finite number" if bad == 1 else f"{bad} cells are not finite numbers"
        say(console, f"{cells}: the learning rate {compact(session.settings.optimizer.lr)} is too high")
