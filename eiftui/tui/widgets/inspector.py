"""The inspector: the cell under the cursor in full, its sentences, what every condition says of it, and its tokens."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import chain, repeat
from threading import Thread

import numpy as np
from rich.cells import cell_len
from textual import events
from textual.app import ComposeResult
from textual.content import Content
from textual.message import Message

from eiftui.domains.schema import Text
from eiftui.session.safetext import visible
from eiftui.show import numbers
from eiftui.tui.cell import Estimate, Statistics, TokenChanges, estimate, estimates, step_overshoots, token_changes
from eiftui.tui.document import Document
from eiftui.tui.picture import Array, Status
from eiftui.tui.sentences import origin_in_words, with_words
from eiftui.tui.view import View, hidden_axis
from eiftui.tui.widgets.cells import NAMES, depth
from eiftui.tui.widgets.page import Page
from eiftui.tui.widgets.part import Part
from eiftui.tui.widgets.tokens import TOKEN, coloured, described

SECONDS_FOR_THE_FIRST_PAINT = 0.2
LABEL = 13
"""Columns of what a line is called, on its left."""
STEP = "overshoots: the numbers of this row mean little; a sweep, in the view Rate, finds a better learning rate"
LINES = 3
"""Of a text that is folded."""


class Inspector(Part):
    """Shows a cell; without a choice of draw, its sentences have the words of the first."""

    @dataclass
    class StatisticsLoaded(Message):
        """Intervals can be had from here on."""

        statistics: Statistics

    def __init__(self, document: Document) -> None:
        super().__init__(document, id="inspector")
        self._cell: tuple[int, int] | None = None
        self._token = 0
        self._view = View()
        self._statistics: Statistics = _mean_alone

    def on_mount(self) -> None:
        # a daemon: whoever leaves does not wait for it
        load = Thread(target=self._load_statistics, daemon=True)
        self.set_timer(SECONDS_FOR_THE_FIRST_PAINT, load.start)

    def _load_statistics(self) -> None:
        """Load what intervals need after the first paint, as it takes as long."""
        from eiftui.analysis import overshot  # noqa: F401
        from eiftui.show.summary import over_draws

        self.post_message(self.StatisticsLoaded(over_draws))

    def on_inspector_statistics_loaded(self, message: StatisticsLoaded) -> None:
        self._statistics = message.statistics
        self.show_document()

    def compose(self) -> ComposeResult:
        yield Page(id="cell")

    def show_cell(self, row: int, column: int) -> None:
        if self._cell is None or column != self._cell[1]:
            self._token = 0
        if (row, column) != self._cell:
            self._cell = row, column
            self.query_one(Page).scroll_to_top()
        self.show_document()

    def show_view(self, view: View) -> None:
        self._view = view
        self.show_document()

    def paint(self) -> None:
        self.query_one(Page).show(self._lines())

    def on_page_resized(self) -> None:
        self.show_document()

    def on_descendant_focus(self) -> None:
        self.show_document()

    def on_descendant_blur(self) -> None:
        self.show_document()

    def on_click(self, event: events.Click) -> None:
        token = event.style.meta.get(TOKEN)
        if token is not None:
            self._token = int(token)
            self.show_document()

    def action_next_token(self) -> None:
        self._move_token(1)

    def action_previous_token(self) -> None:
        self._move_token(-1)

    @property
    def _draw(self) -> int:
        """Whose words are shown."""
        return self._view.draw or 0

    def _move_token(self, by: int) -> None:
        tokens = self._tokens()
        if tokens is not None:
            self._token = max(0, min(len(tokens.texts) - 1, self._token + by))
            self.show_document()

    def _tokens(self) -> TokenChanges | None:
        rows, probes = self.document.rows, self.document.probes
        if self._cell is None or self._cell[0] >= len(rows) or self._cell[1] >= len(probes):
            return None
        return token_changes(self.document, self._view.shown, *self._cell, self._draw)

    def _lines(self) -> list[Content]:
        rows, probes = self.document.rows, self.document.probes
        if hidden_axis(self._view, self.document):
            return []
        if self._cell is None or self._cell[0] >= len(rows) or self._cell[1] >= len(probes):
            return []
        row, column = self._cell
        words = self.document.session.words(self._draw)
        learned, probed = (with_words(text, words) + self._origin(text) for text in (rows[row], probes[column]))
        found = estimates(self.document, row, column, self._view.draw, self._statistics)
        return [
            *self._folded(f"{row + 1:>3} learned", learned),
            *self._folded(f"{column + 1:>3} probed ", probed),
            *self._values(found),
            *self._step_lines(row),
            *self._token_lines(),
            *self._causes(found),
        ]

    def _origin(self, text: Text) -> Content:
        """Where a wording is from, if nobody typed it."""
        how = self.document.session.origin(text)
        if how is None:
            return Content("")
        return Content.styled(f"  · {origin_in_words(how, self.document.rows, self.document.probes)}", "$text-muted")

    def _values(self, found: list[Estimate]) -> list[Content]:
        """Every condition, as many on a line as there is room for, one below the other."""
        sign = -1 if self._view.log_probability else 1
        uneven = len({one.draws for one in found if one.draws}) > 1
        items = [(one.shown, _estimated(one, sign, uneven)) for one in found]
        names, texts = (max(cell_len(item[part]) for item in items) for part in (0, 1))
        cells = [
            Content.assemble((name.ljust(names + 1), "$text-muted"), text.ljust(texts + 3)) for name, text in items
        ]
        across = max(1, (self._room + 3) // cells[0].cell_length)
        lines = [Content("").join(cells[start : start + across]) for start in range(0, len(cells), across)]
        intervals = not all(math.isnan(one.half) for one in found)
        labels = chain(["Δ log-prob" if sign < 0 else "Δ loss", "± 95 %" if intervals else ""], repeat(""))
        return [self._head(label) + line.rstrip() for label, line in zip(labels, lines, strict=False)]

    def _token_lines(self) -> list[Content]:
        tokens = self._tokens()
        if tokens is None or not tokens.texts:
            return []
        self._token = min(self._token, len(tokens.texts) - 1)
        text = described(tokens, self._token)
        if self._view.draw is None and self.document.session.draws > 1:
            text += f" · draw {self._draw + 1}{self._of_that_draw()}"
        if depth(self.app) == "none" and tokens.limit:
            text += f" · ±9 is {numbers.magnitude(tokens.limit)}"
        return [
            *self._labelled("tokens", coloured(tokens, self._token, depth(self.app))),
            *self._labelled("token", Content(text)),
        ]

    def _of_that_draw(self) -> str:
        """What the cell is in the draw whose tokens are shown, which the mean need not be like."""
        assert self._cell is not None
        one = estimate(self.document, self._view.shown, *self._cell, self._draw, _mean_alone)
        if one.status != Status.VALUE:
            return ""
        sign = -1 if self._view.log_probability else 1
        return f", cell {numbers.estimate(sign * one.mean, math.nan, ' ' if one.shown == 'baseline' else '+')}"

    def _step_lines(self, row: int) -> list[Content]:
        """That the row's numbers mean little, where its step is too long."""
        loaded = self._statistics is not _mean_alone
        if not loaded or not step_overshoots(self.document, row):
            return []
        return self._labelled("step", Content.styled(STEP, "$text-warning"))

    def _causes(self, found: list[Estimate]) -> list[Content]:
        """Why something failed."""
        causes = {one.cause: one.shown for one in reversed(found) if one.cause}
        return [
            line
            for cause, shown in causes.items()
            for line in self._labelled("failed", Content.styled(f"{shown}: {visible(cause)}", "$text-error"))
        ]

    @property
    def _room(self) -> int:
        return max(1, self.query_one(Page).scrollable_content_region.width - LABEL)

    def _labelled(self, label: str, content: Content) -> list[Content]:
        """On as many lines as it takes, what it is called before the first."""
        labels = chain([label], repeat(""))
        return [self._head(one) + line for one, line in zip(labels, content.wrap(self._room), strict=False)]

    def _folded(self, label: str, content: Content) -> list[Content]:
        """Likewise, on a few lines at most unless the pane has the focus: the numbers below are to be seen."""
        lines = self._labelled(label, content)
        if len(lines) <= LINES or self.query_one(Page).has_focus:
            return lines
        return [*lines[: LINES - 1], lines[LINES - 1].truncate(self._room + LABEL - 1) + "…"]

    def _head(self, label: str) -> Content:
        return Content.styled(f"{label:>{LABEL - 2}}  ", "$text-muted")


def _estimated(one: Estimate, sign: int, counted: bool) -> str:
    """A quantity in words: a number, `counted` with its draws, or why there is none."""
    if one.status != Status.VALUE:
        return f"{numbers.MISSING} {NAMES[one.status]}"
    told = numbers.estimate(sign * one.mean, one.half, " " if one.shown == "baseline" else "+")
    if numbers.below_floor(one.mean, one.floor):
        told = f"{numbers.BELOW_FLOOR} (floor {numbers.compact(one.floor)})"
    return f"{told} ({numbers.counted(one.draws, 'draw')})" if counted and one.draws else told


def _mean_alone(values: Array) -> tuple[Array, Array]:
    measured = values[~np.isnan(values)]
    return np.asarray(measured.mean() if measured.size else np.nan), np.asarray(np.nan)
