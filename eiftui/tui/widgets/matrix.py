"""The matrix: what is shown of the session, under a title that says what it is, over the scale of its colours."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from textual.app import ComposeResult
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive

from eiftui.tui import copying
from eiftui.tui.document import Document
from eiftui.tui.order import ORDERS
from eiftui.tui.sentences import label
from eiftui.tui.view import SHOWN, Picture, View, picture, title
from eiftui.tui.widgets.heatmap import HeatMap
from eiftui.tui.widgets.legend import Legend
from eiftui.tui.widgets.part import Part, Words

T = TypeVar("T")
AROUND = 3
"""Lines above and below those of the matrix."""


class MatrixPane(Part):
    """Owns the view: which quantity of which draw is shown, and in which order."""

    view: reactive[View] = reactive(View, init=False)

    @dataclass
    class ViewChanged(Message):
        """Something else is shown."""

        view: View

    def __init__(self, document: Document) -> None:
        super().__init__(document, id="matrix")

    def compose(self) -> ComposeResult:
        yield Words(classes="title")
        yield HeatMap(id="heatmap")
        yield Legend()

    def on_mount(self) -> None:
        self.show_document()

    @property
    def heatmap(self) -> HeatMap:
        return self.query_one(HeatMap)

    def show_document(self) -> None:
        view = self.view
        if view.draw is not None and view.draw >= self.document.session.draws:
            self.view = replace(view, draw=None)
            return
        drawn = picture(view, self.document)
        self.styles.height = len(drawn.rows) + AROUND  # the style sheet says how high at most
        self.query_one(Words).show(Content(title(view, drawn, self.document.session.draws)))
        self.heatmap.show(drawn, [label(text) for text in self.document.rows])
        self.query_one(Legend).show(drawn)

    def watch_view(self) -> None:
        self.show_document()
        self.post_message(self.ViewChanged(self.view))

    def action_toggle_prompted(self) -> None:
        self.view = replace(self.view, shown="prompted" if self.view.shown == "trained" else "trained")

    def action_next_quantity(self) -> None:
        self.view = replace(self.view, shown=_step(SHOWN, self.view.shown, 1))

    def action_previous_quantity(self) -> None:
        self.view = replace(self.view, shown=_step(SHOWN, self.view.shown, -1))

    def action_next_draw(self) -> None:
        self.view = replace(self.view, draw=_step(self._draws, self.view.draw, 1))

    def action_previous_draw(self) -> None:
        self.view = replace(self.view, draw=_step(self._draws, self.view.draw, -1))

    def action_normalise(self) -> None:
        self.view = replace(self.view, normalised=not self.view.normalised)

    def action_log_probability(self) -> None:
        self.view = replace(self.view, log_probability=not self.view.log_probability)

    def action_intervals(self) -> None:
        self.view = replace(self.view, intervals=not self.view.intervals)

    def action_own_scale(self) -> None:
        self.view = replace(self.view, own_scale=not self.view.own_scale)

    def action_sort_rows(self) -> None:
        row, _ = self.heatmap.cursor or (0, 0)
        self.view = replace(self.view, rows_by=_step(ORDERS, self.view.rows_by, 1), like=row)

    def action_sort_columns(self) -> None:
        _, column = self.heatmap.cursor or (0, 0)
        self.view = replace(self.view, columns_by=_step(ORDERS, self.view.columns_by, 1), like_column=column)

    def action_copy_cell(self) -> None:
        self._copy("The number", copying.cell)

    def action_copy_row(self) -> None:
        self._copy("The row", lambda drawn, line, place: copying.row(drawn, self.document.rows, line))

    def action_copy_matrix(self) -> None:
        texts = self.document.rows, self.document.probes
        self._copy("The matrix", lambda drawn, line, place: copying.matrix(drawn, *texts))

    def _copy(self, what: str, text: Callable[[Picture, int, int], str]) -> None:
        """Send something of what is shown, at the cursor, to the terminal, which may take it or not."""
        if self.heatmap.cursor is None:
            return
        drawn = picture(self.view, self.document)
        row, column = self.heatmap.cursor
        line, place = drawn.rows.tolist().index(row), drawn.columns.tolist().index(column)
        self.app.copy_to_clipboard(text(drawn, line, place))
        self.notify(f"{what} was sent to the terminal's clipboard")

    @property
    def _draws(self) -> Sequence[int | None]:
        return [None, *range(self.document.session.draws)]


def _step(choices: Sequence[T], now: T, by: int) -> T:
    return choices[(choices.index(now) + by) % len(choices)]
