"""The inspector: the cell under the cursor in full, its sentences and what every condition says of it."""

from __future__ import annotations

from textual.content import Content

from eiftui.settings import CONDITIONS
from eiftui.show.numbers import MISSING, estimate
from eiftui.tui.document import Document
from eiftui.tui.sentences import with_words
from eiftui.tui.view import View
from eiftui.tui.widgets.part import Part


class Inspector(Part):
    """Shows a cell; without a choice of draw, its sentences have the words of the first."""

    def __init__(self, document: Document) -> None:
        super().__init__(document, id="inspector")
        self._cell: tuple[int, int] | None = None
        self._draw: int | None = None
        self._content = Content("")

    def show_cell(self, row: int, column: int) -> None:
        self._cell = row, column
        self.show_document()

    def show_view(self, view: View) -> None:
        self._draw = view.draw
        self.show_document()

    def show_document(self) -> None:
        content = self._describe()
        if not content.is_same(self._content):
            self._content = content
            self.refresh()

    def render(self) -> Content:
        return self._content

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
        from eiftui.show.summary import mean_and_interval  # brings scipy, which takes longer than the first paint

        words: list[Content] = [Content("     ")]
        for condition in CONDITIONS:
            values = self.document.table(condition).values[:, row, column]
            if self._draw is not None:
                values = values[self._draw : self._draw + 1]
            mean, half = mean_and_interval(values)
            text = MISSING if mean != mean else estimate(float(mean), float(half))
            words += [Content.styled(f"{condition} ", "$text-muted"), Content(f"{text}   ")]
        return Content("").join(words)
