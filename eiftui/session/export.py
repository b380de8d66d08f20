"""Exports a session's numbers for other tools: CSV as a matrix or a line a cell, NumPy's npz, and JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

import numpy as np

from eiftui.domains.files import open_regular
from eiftui.errors import InputError
from eiftui.session.atomic import replacing
from eiftui.session.export_arrays import as_json, write_npz
from eiftui.session.export_tables import long_lines, matrix_lines, write_csv
from eiftui.session.readings import Quantity, Readings
from eiftui.settings import CONDITIONS

Layout = Literal["matrix", "long"]
Drawn = Literal["mean", "all"] | int
SUFFIXES = (".csv", ".npz", ".json")


@dataclass(frozen=True)
class Exported:
    """What was written."""

    conditions: tuple[Quantity, ...]
    cells: int
    """Of all these conditions, over the draws that count."""
    missing: int
    """Those of them that are not measured."""
    not_finite: int
    """Those that are measured, but are no finite numbers. A mean leaves them out where others of its cell are."""


def export(
    session: Readings,
    path: Path,
    condition: Quantity | None = None,
    layout: Layout = "matrix",
    draw: Drawn = "mean",
) -> Exported:
    """Write the numbers of the session's current sheet and settings to `path`, whole or not at all.

    The suffix chooses the form. `.csv` in the `matrix` layout holds one condition (`trained` unless another is asked
    for): the mean over draws, one draw, or with `all` every draw below the other, told apart by a first column `draw`.
    The other forms hold every measured condition, or the one asked for, and every draw, or the one asked for: `.csv` in
    the `long` layout, `.npz` and `.json`. EIF is in nats per token; draws, rows and
    probes are counted from 0.

    Raises InputError if there is nothing measured to export, the suffix or draw is none, or `path` cannot be written.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise InputError(f"cannot export to {path.name!r}: end its name in {', '.join(SUFFIXES)}")
    if is_session(path):
        raise InputError(f"{path} is a session: an export would overwrite what is measured in it; choose another name")
    if isinstance(draw, int) and not 0 <= draw < session.draws:
        raise InputError(f"there is no draw {draw}: the session has draws 0 to {session.draws - 1}")
    matrix = path.suffix.lower() == ".csv" and layout == "matrix"
    conditions = _measured(session, "trained" if matrix and condition is None else condition)
    draws = [draw] if isinstance(draw, int) else list(range(session.draws))
    content = _matrix(session, conditions[0], draw) if matrix else _whole(session, path, conditions, draws)
    with replacing(path) as file:
        content(file)
    measured = np.array([session.measured(which)[draws] for which in conditions])
    finite = np.isfinite([session.matrix(which)[draws] for which in conditions])
    return Exported(tuple(conditions), measured.size, int((~measured).sum()), int((measured & ~finite).sum()))


def is_session(path: Path) -> bool:
    """Whether a file is a session, of sentences or of images, by how it begins."""
    try:
        with open_regular(path) as file:
            return file.read(len(_SESSION)) == _SESSION
    except OSError:
        return False


_SESSION = b'{"kind":"header",'
"""How the file of a session begins."""
Content = Callable[[BinaryIO], None]


def _matrix(session: Readings, condition: Quantity, draw: Drawn) -> Content:
    return lambda file: write_csv(file, matrix_lines(session, condition, draw))


def _whole(session: Readings, path: Path, conditions: Sequence[Quantity], draws: Sequence[int]) -> Content:
    if path.suffix.lower() == ".csv":
        return lambda file: write_csv(file, long_lines(session, conditions, draws))
    if path.suffix.lower() == ".npz":
        return lambda file: write_npz(file, session, conditions, draws)
    return lambda file: file.writelines(
        piece.encode()
        for piece in json.JSONEncoder(ensure_ascii=False, allow_nan=False).iterencode(
            as_json(session, conditions, draws)
        )
    )


def _measured(session: Readings, condition: Quantity | None) -> Sequence[Quantity]:
    """The conditions to write: the one asked for, or all of which a cell is measured."""
    asked: Sequence[Quantity] = CONDITIONS if condition is None else (condition,)
    measured = [which for which in asked if session.measured(which).any()]
    if not measured:
        what = "trained and prompted" if condition == "gap" else condition or "any condition"
        raise InputError(f"nothing to export: no cell is measured for {what} with the session's settings; run it first")
    return measured
