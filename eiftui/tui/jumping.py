"""Where in a matrix an answer to a question of one line says to go."""

from __future__ import annotations

import re

from eiftui.errors import InputError

QUESTION = "Row, column:"
JUMP = re.compile(r"(\d*)(?:\s*[, ]\s*(\d*))?")


def cell_named(answer: str, now: tuple[int, int], shape: tuple[int, int], first: int = 1) -> tuple[int, int]:
    """Row and column, from 0, that an answer names by numbers from `first`; what it leaves out is as in `now`.

    `shape` is rows, columns. Raises InputError, which asks again, for what names no cell.
    """
    found = JUMP.fullmatch(answer.strip())
    if found is None:
        raise InputError("A row and a column, as in 12,40:")
    row, column = (int(number) - first if number else old for number, old in zip(found.groups(), now, strict=True))
    rows, columns = shape
    if not (0 <= row < rows and 0 <= column < columns):
        raise InputError(f"Rows are {first} to {rows - 1 + first}, columns {first} to {columns - 1 + first}:")
    return row, column
