"""What can be written to a file from the explorer: a session's numbers in every form, and what the screen shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Literal

from eiftui.errors import InputError
from eiftui.session.atomic import replacing
from eiftui.session.export import export
from eiftui.session.readings import Quantity
from eiftui.session.session import Session

Draws = Literal["mean", "all"] | int
WIDTH = 120
"""Columns of a heatmap as text."""


@dataclass(frozen=True)
class Wish:
    """What is to be written, and where."""

    form: str
    """One of `FORMS`."""
    quantity: Quantity
    draws: Draws
    path: Path


@dataclass(frozen=True)
class Form:
    """A kind of file."""

    title: str
    suffix: str
    write: Callable[[Session, Wish], None]


def write(source: Path, wish: Wish) -> None:
    """Write a file from what the session file at `source` holds. May be called in any thread.

    Raises InputError if that cannot be: nothing is measured, or it is no place.
    """
    with Session.open(source, read_only=True) as session:
        FORMS[wish.form].write(session, wish)


def _matrix(session: Session, wish: Wish) -> None:
    export(session, wish.path, wish.quantity, "matrix", wish.draws)


def _whole(session: Session, wish: Wish) -> None:
    export(session, wish.path, wish.quantity, "long", wish.draws)


def _everything(session: Session, wish: Wish) -> None:
    export(session, wish.path, None, "long", wish.draws)


def _heatmap(session: Session, wish: Wish) -> None:
    """The heatmap as plain text, as `eiftui run` prints it."""
    from rich.console import Console

    from eiftui.show.session_heatmap import UNITS, session_heatmap

    if not session.measured(wish.quantity).any():
        raise InputError(f"nothing to export: no cell is measured for {wish.quantity}")
    title, draws = f"{wish.quantity}: {UNITS}", None
    if isinstance(wish.draws, int):
        title, draws = f"{title}, draw {wish.draws + 1} of {session.draws}", [wish.draws]
    shown = session_heatmap(session, wish.quantity, title, draws)
    page = StringIO()
    Console(file=page, width=WIDTH, color_system=None).print(shown)
    with replacing(wish.path) as file:
        file.write(page.getvalue().encode())


FORMS: dict[str, Form] = {
    "matrix": Form("CSV: the matrix", ".csv", _matrix),
    "long": Form("CSV: a line a cell and draw", ".csv", _whole),
    "npz": Form("npz: arrays for NumPy", ".npz", _everything),
    "json": Form("JSON: everything, down to tokens", ".json", _everything),
    "heatmap": Form("Text: the heatmap", ".txt", _heatmap),
}
