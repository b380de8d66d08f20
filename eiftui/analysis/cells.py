"""Which cells of a session an analysis is about, and the refusal where there are none."""

from __future__ import annotations

import operator
from collections.abc import Callable

import numpy as np

from eiftui.errors import InputError
from eiftui.session.readings import Array, Flags, Quantity, Readings


class NoAnswer(InputError):
    """An analysis does not apply to a session; the message says why, in words that follow a colon."""


def own_cells(session: Readings) -> Flags:
    """Which cells read a training set's own text: (rows, columns)."""
    return _cells_where(operator.eq, session)


def holding_cells(session: Readings) -> Flags:
    """Which cells read nothing that their training set does not hold, its own text or a part of it: (rows, columns)."""
    return _cells_where(lambda row, probe: set(probe) <= set(row), session)


def _cells_where(related: Callable[[tuple[str, ...], tuple[str, ...]], bool], session: Readings) -> Flags:
    """The cells whose training set and probe, as sentences, are `related`: (rows, columns)."""
    rows, columns = ([text.sentences for text in texts] for texts in (session.rows, session.probes))
    return np.array([[related(row, column) for column in columns] for row in rows], dtype=bool).reshape(
        len(rows), len(columns)
    )


def shared_texts(session: Readings) -> tuple[list[int], list[int]]:
    """Rows whose text is a probe too, and that probe's column. Of equal texts the first counts."""
    columns = {text.sentences: column for column, text in reversed(list(enumerate(session.probes)))}
    rows = {text.sentences: row for row, text in reversed(list(enumerate(session.rows)))}
    both = sorted(row for sentences, row in rows.items() if sentences in columns)
    return both, [columns[session.rows[row].sentences] for row in both]


def finite_draws(session: Readings, *conditions: Quantity) -> list[Array]:
    """EIF in nats per token of the draws whose every cell is measured and finite in all conditions.

    One array (draws, rows, columns) a condition. Raises NoAnswer if there is no such draw.
    """
    values = [session.matrix(condition) for condition in conditions]
    if not values[0].size:
        raise NoAnswer("there is no cell")
    whole = np.logical_and.reduce([np.isfinite(matrix).all(axis=(1, 2)) for matrix in values])
    if not whole.any():
        raise NoAnswer(f"no draw is measured whole for {' and '.join(conditions)}, with finite numbers")
    return [matrix[whole] for matrix in values]


def own_scale(session: Readings, condition: Quantity) -> float:
    """The mean abs(EIF) of training sets on their own texts, nats per token: what is learned of a sentence itself.

    Of all cells, where no training set is a probe; nan where nothing is measured.
    """
    own = own_cells(session)
    values = np.abs(session.matrix(condition)[:, own if own.any() else np.ones_like(own)])
    values = values[np.isfinite(values)]
    return float(values.mean()) if values.size else float("nan")
