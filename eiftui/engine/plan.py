"""What a session still lacks, as tasks in the order in which a person would like to see them done."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from eiftui.engine.protocol import Task, What
from eiftui.errors import InputError
from eiftui.models.files import identity
from eiftui.session.readings import Readings
from eiftui.settings import Condition

ORDER: tuple[Condition, ...] = ("predicted", "trained", "prompted")
"""The prediction is quick, and a preview of what is to come."""


def tasks(session: Readings) -> Iterator[Task]:
    """Tasks for everything that is missing: draw by draw, the quick conditions first, no text measured twice.

    Made one at a time: each looks at what the session has by then.
    """
    for draw in range(session.draws):
        if columns := session.base_missing(draw):
            yield _task(session, draw, "base", (), columns)
        for condition in (c for c in ORDER if c in session.settings.conditions):
            yield from condition_tasks(session, condition, draw)
        if draw == 0 and any(session.floor(c) is None for c in session.settings.conditions if c != "predicted"):
            yield _task(session, draw, "floor", range(len(session.rows)), range(len(session.probes)))


def condition_tasks(session: Readings, condition: Condition, draw: int) -> Iterator[Task]:
    """Tasks for what is missing of one condition in one draw."""
    missing = sorted(session.missing(condition, draw), key=lambda item: item[1])
    for columns, rows in groupby(missing, key=lambda item: item[1]):
        yield _task(session, draw, condition, tuple(row for row, _ in rows), columns)


def checks(session: Readings) -> Iterator[Task]:
    """Tasks, one a draw, that fail where a text cannot be measured, before anything is.

    Raises:
        InputError: there is nothing to train on, or nothing to probe.
    """
    try:
        session.sheet.check_roles()
    except ValueError as error:
        raise InputError(f"nothing to measure: {error}") from error
    for draw in range(session.draws):
        yield _task(session, draw, "check", range(len(session.rows)), range(len(session.probes)))


def complete(session: Readings) -> bool:
    """Whether nothing is left to do: all is measured, and on the files that the model has now.

    A model whose files are not here, as where a session was brought from another machine, is taken to be as it was.
    """
    if session.model is None or not session.rows or not session.probes or any(tasks(session)):
        return False
    files = identity(session.model.choice.name)
    return None in (files, session.model.files) or files == session.model.files


def cells_missing(session: Readings, conditions: Iterable[Condition] | None = None) -> int:
    """How many cells are to be measured, over all draws and the conditions (those of the settings)."""
    return sum(
        _cells(session, draw, session.lacking(condition, draw))
        for condition in (session.settings.conditions if conditions is None else conditions)
        for draw in range(session.draws)
    )


def cells_in_all(session: Readings) -> int:
    """How many cells the session's sheet and settings ask for."""
    columns = np.arange(len(session.probes))
    everything = [(row, columns) for row in range(len(session.rows))]
    # as many in every draw but the first
    first, other = (_cells(session, draw, everything) for draw in (0, 1))
    return len(session.settings.conditions) * (first + (session.draws - 1) * other)


def _cells(session: Readings, draw: int, rows: Iterable[tuple[int, NDArray[np.intp]]]) -> int:
    """The cells of some columns of some rows. Those without slots are the same in every draw: the first has them."""
    texts = session.rows
    varies = np.array([draw == 0 or bool(probe.slots) for probe in session.probes], dtype=np.bool_)
    return sum(len(columns) if texts[row].slots else int(np.count_nonzero(varies[columns])) for row, columns in rows)


def _task(session: Readings, draw: int, what: What, rows: Iterable[int], columns: Iterable[int]) -> Task:
    trained, probed = session.rows, session.probes  # made of the sheet each time
    return Task(
        what=what,
        rows=tuple(session.filled(trained[row], draw) for row in rows),
        probes=tuple(session.filled(probed[column], draw) for column in columns),
        settings=session.settings,
    )
