"""The header of the heat map: numbers of its columns, as many as there is room for."""

from __future__ import annotations

from eiftui.tui.picture import Indices


def column_numbers(columns: Indices, sight: range, cell: int, first: int = 1) -> str:
    """One line over the places in `sight`, each `cell` wide; every number ends where its column does.

    Where they have no room side by side, it is every fifth, tenth and so on, and the first in sight. `first`
    is the number of the first column.
    """
    step = -(-(len(str(len(columns))) + 1) // cell)
    step = step if step == 1 else max(5, -(-step // 5) * 5)
    numbers = " " * (cell * len(sight))
    for place in sight:
        if place == sight.start or (place + 1) % step == 0:
            numbers = _put(numbers, str(columns[place] + first), (place + 1 - sight.start) * cell)
    return numbers


def _put(line: str, text: str, end: int) -> str:
    """`text` written into `line` so that it ends at `end`, where something as long fits there on blanks."""
    start = max(0, end - len(text))
    end = start + len(text)
    return line if line[max(0, start - 1) : end].strip() or end > len(line) else line[:start] + text + line[end:]
