"""The inspector: the cell under the cursor in full, its sentences and what every condition says of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from threading import Thread

import numpy as np
from textual.app import ComposeResult
from textual.content import Content
from textual.message import Message

from eiftui.settings import CONDITIONS
from eiftui.show.numbers import MISSING, estimate
from eiftui.tui.document import Document
from eiftui.tui.sentences import with_words
from eiftui.tui.view import Array, View
from eiftui.tui.widgets.part import Part, Words

SECONDS_FOR_THE_FIRST_PAINT = 0.2
Statistics = Callable[[Array], tuple[Array, Array]]
"""The mean over draws and the half-width of its 95 % interval."""


class Inspector(Part):
    """Shows a cell; without a choice of draw, its sentences have the words of the first."""

    @dataclass
    class StatisticsLoaded(Message):
        """Intervals can be had from here on."""

        statistics: Statistics

    def __init__(self, document: Document) -> None:
        super().__init__(document, id="inspector")
        self._cell: tuple[int, int] | None = None
        self._draw: int | None = None
        self._statistics: Statistics = _mean_alone

    def on_mount(self) -> None:
        # a daemon: whoever leaves does not wait for it
        load = Thread(target=self._load_statistics, daemon=True)
        self.set_timer(SECONDS_FOR_THE_FIRST_PAINT, load.start)

    def _load_statistics(self) -> None:
        """Load what intervals need after the first paint, as it takes as long."""
        from eiftui.show.summary import mean_and_interval

        self.post_message(self.StatisticsLoaded(mean_and_interval))

    def on_inspector_statistics_loaded(self, message: StatisticsLoaded) -> None:
        self._statistics = message.statistics
        self.show_document()

    def compose(self) -> ComposeResult:
        yield Words()

    def show_cell(self, row: int, column: int) -> None:
        self._cell = row, column
        self.show_document()

    def show_view(self, view: View) -> None:
        self._draw = view.draw
        self.show_document()

    def show_document(self) -> None:
        self.query_one(Words).show(self._describe())

    def _describe(self) -> Content:
        rows, probes = self.document.rows, self.document.probes
        if self._cell is None or self._cell[0] >= len(rows) or self._cell[1] >= len(probes):
            return Content("")
        row, column = self._cell
        words = self.document.session.words(self._draw or 0)
        lines = [
            Content.assemble((f"{row + 1:>4} learned  ", "$text-muted"), with_words(rows[row], words)),
            Content.assemble((f"{column + 1:>4} probed   ", "$text-muted"), with_words(probes[column], words)),
            self._values(row, column),
        ]
        return Content("\n").join(lines)

    def _values(self, row: int, column: int) -> Content:
        """Every condition's value, with its interval where the mean is shown."""
        words: list[Content] = [Content("     ")]
        for condition in CONDITIONS:
            values = self.document.table(condition).values[:, row, column]
            if self._draw is not None:
                values = values[self._draw : self._draw + 1]
            mean, half = self._statistics(values)
            text = MISSING if mean != mean else estimate(float(mean), float(half))
            words += [Content.styled(f"{condition} ", "$text-muted"), Content(f"{text}   ")]
        return Content("").join(words)


def _mean_alone(values: Array) -> tuple[Array, Array]:
    measured = values[~np.isnan(values)]
    return np.asarray(measured.mean() if measured.size else np.nan), np.asarray(np.nan)
