"""What can be written to a file from the explorer: a session's numbers in every form, and what the screen shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Literal

import numpy as np

from eiftui.errors import InputError
from eiftui.session.atomic import replacing
from eiftui.session.export import export
from eiftui.session.readings import Quantity
from eiftui.session.safetext import visible
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

    Raises InputError if that cannot be: nothing is measured, the file's name has another suffix, or it is no place.
    """
    form = FORMS[wish.form]
    if wish.path.suffix.lower() != form.suffix:
        raise InputError(f"the name of this kind of file ends in {form.suffix}")
    with Session.open(source, read_only=True) as session:
        form.write(session, wish)


def _matrix(session: Session, wish: Wish) -> None:
    export(session, wish.path, wish.quantity, "matrix", wish.draws)


def _whole(session: Session, wish: Wish) -> None:
    export(session, wish.path, wish.quantity, "long", wish.draws)


def _everything(session: Session, wish: Wish) -> None:
    export(session, wish.path, None, "long", wish.draws)


def _heatmap(session: Session, wish: Wish) -> None:
    """The heatmap as plain text, as `eiftui run` prints it."""
    from rich.console import Console

    from eiftui.show.heatmap import heatmap
    from eiftui.show.summary import mean_and_interval

    values, measured = session.matrix(wish.quantity), session.measured(wish.quantity)
    if not measured.any():
        raise InputError(f"nothing to export: no cell is measured for {wish.quantity}")
    if isinstance(wish.draws, int):
        values, measured = values[[wish.draws]], measured[[wish.draws]]
    with np.errstate(invalid="ignore"):
        mean, half = mean_and_interval(values)
    several = len(values) > 1
    number = wish.draws + 1 if isinstance(wish.draws, int) else 1
    which = f"mean of {len(values)} draws" if several else f"draw {number} of {session.draws}"
    rows, columns = ([visible(text.label) for text in texts] for texts in (session.rows, session.probes))
    shown = heatmap(
        np.ma.masked_array(mean, ~measured.any(axis=0)),
        rows,
        columns,
        f"{wish.quantity}: change of loss, nats per token, {which}",
        floor=0.0 if wish.quantity == "gap" else session.floor(wish.quantity) or 0.0,
        interval=half if several else None,
    )
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
