"""The matrix: what is shown of the session, under a title that says what it is, over the scale of its colours."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from textual.app import ComposeResult
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive

from eiftui.domains.schema import Cell
from eiftui.errors import InputError
from eiftui.tui import copying
from eiftui.tui.document import Document
from eiftui.tui.jumping import QUESTION, cell_named
from eiftui.tui.keymap import key_of
from eiftui.tui.order import ORDERS
from eiftui.tui.picture import Picture, place_of
from eiftui.tui.refusals import hidden, lacking
from eiftui.tui.screens.prompt import PromptScreen
from eiftui.tui.view import SHOWN, View, picture, title
from eiftui.tui.widgets.heatmap import HeatMap
from eiftui.tui.widgets.legend import STEPS, Legend, is_pale
from eiftui.tui.widgets.overview import Overview
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

    @dataclass
    class ContrastChosen(Message):
        """Two cells, of which the first ought to be lower."""

        lower: Cell
        higher: Cell

    def __init__(self, document: Document) -> None:
        super().__init__(document, id="matrix")
        self._lower: Cell | None = None
        """The first cell of a contrast, while the second is looked for."""
        self._home: tuple[int, int] | None = None
        """Row and column of the cursor when a filter began to be typed: it stays there while nothing passes."""
        self._ids = self._ids_now
        """Of the texts that were painted last."""

    def compose(self) -> ComposeResult:
        yield Words(classes="title")
        yield HeatMap(id="heatmap")
        yield Overview(id="overview")
        yield Legend()

    def on_mount(self) -> None:
        self.show_document()

    @property
    def heatmap(self) -> HeatMap:
        return self.query_one(HeatMap)

    @property
    def chart(self) -> HeatMap | Overview:
        """What can have the focus: the heat map or the overview."""
        return self.query_one(Overview) if self.has_class("-overview") else self.heatmap

    def paint(self) -> None:
        view = self.view
        if view.draw is not None and view.draw >= self.document.session.draws:
            self.view = replace(view, draw=None)
            return
        cursor = self._follow_texts()
        drawn = picture(self.view, self.document)
        self.styles.height = len(drawn.rows) + AROUND  # the style sheet says how high at most
        self.heatmap.show(drawn, self.document.row_labels, cursor)
        nothing = lacking(self.app, self.document) or hidden(self.app, view, self.document)
        self.heatmap.nothing = self.query_one(Overview).nothing = nothing
        self._show_overview()
        self._explain()

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

    def action_contrast(self) -> None:
        """Mark the cell of the cursor, or have it be the other one; the marked cell again takes the mark back."""
        if self.heatmap.cursor is None:
            return
        row, column = self.heatmap.cursor
        cell = Cell(row=self.document.rows[row].id, probe=self.document.probes[column].id)
        if self._marked is None:
            self._lower = cell
        else:
            if self._lower and cell != self._lower:
                self.post_message(self.ContrastChosen(self._lower, cell))
            self._lower = None
        self._show_title()

    @property
    def _marked(self) -> str | None:
        """The marked cell in words; None where there is none, or it is there no more."""
        rows, columns = ([text.id for text in texts] for texts in (self.document.rows, self.document.probes))
        if self._lower is None or self._lower.row not in rows or self._lower.probe not in columns:
            return None
        return f"{rows.index(self._lower.row) + 1} → {columns.index(self._lower.probe) + 1}"

    def action_spread(self) -> None:
        self.view = replace(self.view, spread=not self.view.spread)

    def action_jump(self) -> None:
        self.app.push_screen(PromptScreen(QUESTION, "", self._jump))

    def action_filter_rows(self) -> None:
        def take(wanted: str) -> None:
            self._filter(replace(self.view, row_filter=wanted))

        self._ask_filter("Training sets with:", self.view.row_filter, take)

    def action_filter_columns(self) -> None:
        def take(wanted: str) -> None:
            self._filter(replace(self.view, column_filter=wanted))

        self._ask_filter("Probes with:", self.view.column_filter, take)

    def _ask_filter(self, question: str, wanted: str, take: Callable[[str], None]) -> None:
        self._home = self.heatmap.cursor or self._home
        self.app.push_screen(PromptScreen(question, wanted, take, live=True))

    def _filter(self, view: View) -> None:
        """Show what passes, with the cursor at home or, where that does not pass, on the first row or column."""
        self.view = view
        drawn = self.heatmap.picture
        if self._home is None or drawn is None:
            return
        if self.heatmap.cursor:
            row, column = self._home
            self.heatmap.move(place_of(row, drawn.rows, 0), place_of(column, drawn.columns, 0))
        else:
            self.post_message(HeatMap.CursorMoved(*self._home))

    def action_overview(self) -> None:
        """Show all of the matrix, or its cells again."""
        self.toggle_class("-overview")
        self.call_after_refresh(self.show_document)
        self.call_after_refresh(self.chart.focus)

    def on_overview_opened(self) -> None:
        self.action_overview()

    def on_overview_cell_chosen(self, message: Overview.CellChosen) -> None:
        # by the heat map itself: a message of it that was sent by its parent would end there
        self.heatmap.call_later(self.heatmap.move, message.line, message.place)

    def on_heat_map_cursor_moved(self) -> None:
        self._show_overview()

    def on_heat_map_zoomed(self) -> None:
        self._explain()

    @property
    def _ids_now(self) -> tuple[list[str], list[str]]:
        """Of the rows and of the columns."""
        return [text.id for text in self.document.rows], [text.id for text in self.document.probes]

    def _follow_texts(self) -> tuple[int, int] | None:
        """Where the texts of the cursor's cell are, if texts have moved; what others are ordered by moves along."""
        before, now = self._ids, self._ids_now
        if before == now:
            return None
        self._ids = now
        rows, columns = (_renumbered(*axis) for axis in zip(before, now, strict=True))
        like, like_column = rows(self.view.like), columns(self.view.like_column)
        self.set_reactive(MatrixPane.view, replace(self.view, like=like, like_column=like_column))
        self._home = self._home and (rows(self._home[0]), columns(self._home[1]))
        cursor = self.heatmap.cursor
        return cursor and (rows(cursor[0]), columns(cursor[1]))

    def _explain(self) -> None:
        self._show_title()
        if self.heatmap.picture is not None:
            drawn = self.heatmap.picture
            shares_a_scale_too_wide = drawn.power < 1 and is_pale(drawn)
            hint = f"{key_of(self.app, 'matrix.own_scale')}: a scale of its own" if shares_a_scale_too_wide else ""
            self.query_one(Legend).show(drawn, self.has_class("-overview"), self.chart.steps, hint)

    def _show_title(self) -> None:
        if self.heatmap.picture is not None:
            words = title(self.view, self.heatmap.picture, self.document.session.draws)
            words = f"{STEPS}: {words}" if self.chart.steps else words
            if self.has_class("-overview"):
                rows, columns = self.query_one(Overview).block
                words += f" · strongest of {rows}×{columns} cells" if rows * columns > 1 else ""
            if marked := self._marked:
                words = f"{marked} ought to be lower than … {key_of(self.app, 'matrix.contrast')} marks the other cell"
            self.query_one(Words).show(Content(words))

    def _show_overview(self) -> None:
        if self.has_class("-overview") and self.heatmap.picture is not None:
            self.query_one(Overview).show(self.heatmap.picture, self.heatmap.position, self.heatmap.window)

    def _jump(self, answer: str) -> None:
        """Put the cursor on the cell that an answer names; its row or its column may be left out."""
        shape = len(self.document.rows), len(self.document.probes)
        if not self.heatmap.move_to(*cell_named(answer, self.heatmap.cursor or (0, 0), shape)):
            raise InputError("A filter hides it; row, column:")

    @property
    def _draws(self) -> Sequence[int | None]:
        return [None, *range(self.document.session.draws)]


def _step(choices: Sequence[T], now: T, by: int) -> T:
    return choices[(choices.index(now) + by) % len(choices)]


def _renumbered(before: Sequence[str], now: Sequence[str]) -> Callable[[int], int]:
    """Gives the number that a text of some ids has among those of now; one that is gone, the nearest to its own."""
    places = {id: number for number, id in enumerate(now)}

    def number(old: int) -> int:
        kept = places.get(before[old]) if old < len(before) else None
        return min(old, max(0, len(now) - 1)) if kept is None else kept

    return number
