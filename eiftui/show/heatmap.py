"""A signed matrix as labelled text: readable in any colours or none, at any width, in any encoding."""

from __future__ import annotations

import itertools
import math
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.style import Style
from rich.text import Text

from eiftui.errors import InputError
from eiftui.show import colour, numbers
from eiftui.show.encoding import fitted, printable
from eiftui.show.grid import Grid, plan

RAMP_STEPS = 9
NOT_FINITE = "!"
_SIGN_COLOURS: dict[colour.Depth, tuple[str, str]] = {
    "none": ("", ""),
    "16": (" (blue)", " (red, yellow)"),
    "256": (" (blue)", " (red, orange)"),
}
_PLAIN, _DIM, _BOLD = Style.null(), Style(dim=True), Style(bold=True)


def heatmap(
    matrix: ArrayLike,
    row_labels: Sequence[str],
    column_labels: Sequence[str],
    title: str,
    floor: float = 0.0,
    interval: ArrayLike | None = None,
    legend: bool = True,
) -> Heatmap:
    """A rich renderable of a (rows, columns) matrix of EIF: numbers where they fit, else one character a cell.

    Masked cells (`numpy.ma`) are not measured yet; nan and infinities are measured and not finite. `floor` is the
    null floor and `interval` the (rows, columns) half-widths of 95 % intervals, both in the units of `matrix`. Texts
    that are cut are told in full below, unless there is to be no `legend`. Labels must be safe for a terminal. Without
    colours a dense cell is its sign-magnitude character, see `ramp`.
    Raises `InputError` if the shapes disagree.
    """
    values: np.ma.MaskedArray[Any, np.dtype[np.float64]] = np.ma.asarray(matrix, dtype=float)
    shape = (len(row_labels), len(column_labels))
    halves = np.full(shape, math.nan) if interval is None else np.ma.asarray(interval, dtype=float).filled(math.nan)
    for name, found in (("matrix", values.shape), ("intervals", halves.shape)):
        if found != shape:
            raise InputError(f"{shape[0]} row and {shape[1]} column labels need {name} of that shape, not {found}")
    cells = tuple(tuple(None if value is None else float(value) for value in row) for row in values.tolist())
    known = values.filled(math.nan)
    return Heatmap(
        cells=cells,
        halves=tuple(tuple(float(half) for half in row) for row in halves),
        row_labels=tuple(row_labels),
        column_labels=tuple(column_labels),
        title=title,
        floor=floor,
        limit=numbers.scale_limit(known, floor),
        legend=legend,
        largest=numbers.largest_magnitude(known),
    )


def ramp(value: float, limit: float) -> str:
    """One character for a finite value in ninths of `limit`: `1` to `9` above zero, `a` to `i` below, `0` near zero."""
    step = colour.level(value, limit, RAMP_STEPS)
    return str(step) if step >= 0 else "abcdefghi"[-step - 1]


@dataclass(frozen=True)
class Heatmap:
    """What `heatmap` was given, ready for rich to print."""

    cells: tuple[tuple[float | None, ...], ...]
    halves: tuple[tuple[float, ...], ...]
    row_labels: tuple[str, ...]
    column_labels: tuple[str, ...]
    title: str
    floor: float
    limit: float
    largest: float
    legend: bool

    @cached_property
    def exponent(self) -> int:
        return numbers.common_exponent([self.limit])

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield from _Page(self, console, options.max_width).lines()


@dataclass(frozen=True)
class _Page:
    """One heatmap on one output."""

    map: Heatmap
    console: Console
    width: int

    @cached_property
    def colours(self) -> colour.Depth:
        return colour.depth(self.console)

    @cached_property
    def grid(self) -> Grid:
        text = max((cell_len(self.write(label)) for label in self.map.row_labels), default=0)
        widths = [numbers.WIDTH + 1]
        if self.halves:
            widths.insert(0, 1 + max(len(self.with_interval(*at)) for at in self.all_cells()))
        return plan(self.width, len(self.map.row_labels), len(self.map.column_labels), text, widths)

    @cached_property
    def halves(self) -> list[float]:
        return [half for row in self.map.halves for half in row if math.isfinite(half)]

    def all_cells(self) -> Iterator[tuple[int, int]]:
        return itertools.product(range(len(self.map.row_labels)), range(len(self.map.column_labels)))

    def lines(self) -> Iterator[Text]:
        yield from self.wrapped(f"{self.map.title} {numbers.scale(self.map.exponent)}".strip(), style=_BOLD)
        for panel in self.grid.panels:
            if len(self.grid.panels) > 1:
                yield from self.wrapped(f"columns {panel.start + 1}–{panel.stop}")
            yield self.header(panel)
            for row in range(len(self.map.row_labels)):
                yield self.row(row, panel)
        for note in self.notes():
            yield from self.wrapped(note, style=_DIM)
        yield from self.legends()

    def header(self, panel: range) -> Text:
        """Column numbers; in a dense map every tenth, ending above its column, after the first."""
        width = self.grid.cell_width
        if not self.grid.dense:
            return Text(" " * self.grid.cells_at + "".join(f"{column + 1:>{width}}" for column in panel))
        line = " " * self.grid.cells_at + str(panel.start + 1)
        for end, column in enumerate(panel, start=self.grid.cells_at + 1):
            label = str(column + 1)
            if (column + 1) % 10 == 0 and end - len(label) > len(line):
                line = line.ljust(end - len(label)) + label
        return Text(line[: self.width])

    def row(self, row: int, panel: range) -> Text:
        line = Text(f"{row + 1:>{self.grid.number_width}}")
        if self.grid.text_width:
            line.append(" " + fitted(self.map.row_labels[row], self.grid.text_width, self.console.encoding))
        line.append(" " * self.grid.dense)
        for column in panel:
            line.append(*self.cell(row, column))
        return line

    def cell(self, row: int, column: int) -> tuple[str, Style]:
        value = self.map.cells[row][column]
        if value is None or numbers.below_floor(value, self.map.floor):
            return self.content(row, column), _DIM
        if not math.isfinite(value):
            return self.content(row, column), _BOLD
        return self.content(row, column), colour.style(value, self.map.limit, self.colours)

    def content(self, row: int, column: int) -> str:
        if self.grid.dense:
            return self.write(self.mark(self.map.cells[row][column]))
        wide = self.grid.cell_width > numbers.WIDTH + 1
        text = self.with_interval(row, column) if wide else self.number(row, column)
        return text.rjust(self.grid.cell_width)

    def mark(self, value: float | None) -> str:
        """The one character of a dense cell: a blank block where colours tell more than a character would."""
        if value is None:
            return numbers.MISSING
        if numbers.below_floor(value, self.map.floor):
            return numbers.BELOW_FLOOR[0]
        if not math.isfinite(value):
            return NOT_FINITE
        return " " if self.colours == "256" else ramp(value, self.map.limit)

    def number(self, row: int, column: int) -> str:
        return self.write(numbers.eif(self.map.cells[row][column], self.map.exponent, self.map.floor))

    def with_interval(self, row: int, column: int) -> str:
        half = self.map.halves[row][column]
        value = self.map.cells[row][column]
        if value is None or numbers.below_floor(value, self.map.floor) or not math.isfinite(half):
            return self.number(row, column)
        return self.number(row, column) + self.write("±") + self.magnitude(half)

    def magnitude(self, value: float) -> str:
        return numbers.magnitude(numbers.scaled(value, self.map.exponent))

    def notes(self) -> Iterator[str]:
        """The sign convention, then whatever this map needs to be read."""
        negative, positive = _SIGN_COLOURS[self.colours]
        yield f"negative{negative}: the probe became more likely; positive{positive}: less likely"
        unit = numbers.scale(self.map.exponent)
        limit = f"{self.magnitude(self.map.limit)}{unit}"
        if self.map.largest > self.map.limit:
            limit += f" and beyond (the largest is {self.magnitude(self.map.largest)}{unit})"
        if self.grid.dense and self.colours != "256":
            yield f"a–i negative, 1–9 positive: ninths, 9 and i at magnitude {limit}; 0: less than half a ninth"
        elif self.colours != "none":
            yield f"palest colour: magnitude {limit}"
        if self.halves:
            typical, most = (self.magnitude(half) for half in (statistics.median(self.halves), max(self.halves)))
            yield f"95 % intervals: ±{typical}{unit} in the middle, ±{most}{unit} at most"
        yield from self.special_marks()

    def special_marks(self) -> Iterator[str]:
        values = [value for row in self.map.cells for value in row]
        dense = self.grid.dense
        if None in values:
            yield f"{numbers.MISSING} not measured"
        if any(value is not None and numbers.below_floor(value, self.map.floor) for value in values):
            mark = numbers.BELOW_FLOOR[0] if dense else numbers.BELOW_FLOOR
            yield f"{mark} cannot be told from zero: up to {numbers.compact(self.map.floor)}"
        if any(value is not None and not math.isfinite(value) for value in values):
            yield f"{NOT_FINITE if dense else 'nan, inf'} measured, but not a finite number"

    def legends(self) -> Iterator[Text]:
        """Every text that the map itself does not show in full."""
        map, shown = self.map, self.grid.text_width
        if not map.legend:
            return
        rows_in_full = all(cell_len(self.write(label)) <= shown for label in map.row_labels)
        if map.row_labels == map.column_labels:
            yield from () if rows_in_full else self.legend("Training sets and probes", map.row_labels)
            return
        if not rows_in_full:
            yield from self.legend("Training sets (rows)", map.row_labels)
        yield from self.legend("Probes (columns)", map.column_labels)

    def legend(self, heading: str, labels: Sequence[str]) -> Iterator[Text]:
        yield from self.wrapped(heading, style=_BOLD)
        width = len(str(len(labels)))
        for number, label in enumerate(labels, start=1):
            yield from self.wrapped(label, prefix=f"{number:>{width}} ")

    def wrapped(self, text: str, prefix: str = "", style: Style = _PLAIN) -> Iterator[Text]:
        """`text` on as many lines as it takes, `prefix` before the first and as much space before the others."""
        room = max(1, self.width - len(prefix))
        for number, line in enumerate(Text(self.write(text), style=style).wrap(self.console, room, overflow="fold")):
            line.rstrip()
            yield Text(prefix if number == 0 else " " * len(prefix)).append_text(line)

    def write(self, text: str) -> str:
        return printable(text, self.console.encoding)
