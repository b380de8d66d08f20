"""What is copied: the matrix as it is shown, tab-separated, the way spreadsheets paste it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from eiftui.domains.schema import Text
from eiftui.session.safetext import for_spreadsheet
from eiftui.tui.picture import Picture, Status

DIGITS = 9
SHOWN = (Status.VALUE, Status.PREVIEW)


def cell(drawn: Picture, line: int, place: int) -> str:
    """The number at a place of the matrix as it is shown; empty where there is none."""
    return f"{drawn.values[line, place]:.{DIGITS}g}" if drawn.status[line, place] in SHOWN else ""


def row(drawn: Picture, rows: Sequence[Text], line: int) -> str:
    """A line of the matrix: the training set, and its number for each probe."""
    numbers = (cell(drawn, line, place) for place in range(len(drawn.columns)))
    return _joined([for_spreadsheet(rows[drawn.rows[line]].label), *numbers])


def matrix(drawn: Picture, rows: Sequence[Text], probes: Sequence[Text]) -> str:
    """All of it, under a line with the probes."""
    header = _joined(["train\\probe", *(for_spreadsheet(probes[column].label) for column in drawn.columns)])
    return "\n".join([header, *(row(drawn, rows, line) for line in range(len(drawn.rows)))])


def _joined(fields: Iterable[str]) -> str:
    return "\t".join(fields)
