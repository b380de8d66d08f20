"""What the numbers say, in the place of the matrix: one view after another, worked out beside the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from rich.console import Group
from textual import work
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.reactive import reactive
from textual.timer import Timer
from textual.widgets import Static
from textual.worker import get_current_worker

from eiftui.session.readings import Readings
from eiftui.tui.document import Document
from eiftui.tui.widgets.matrix import MatrixPane
from eiftui.tui.widgets.part import Part, Words

if TYPE_CHECKING:
    from eiftui.analysis.findings import Findings

Name = Literal["matrix", "desiderata", "symmetry", "distribution", "rate", "semantics", "dynamics"]
NAMES: tuple[Name, ...] = ("matrix", "desiderata", "symmetry", "distribution", "rate", "semantics", "dynamics")
SECONDS_BETWEEN_ANALYSES = 2.0
PLOT_LINES, LEAST_WIDTH = 14, 40


class FindingsPane(Part):
    """One view of the findings; none, and nothing is analysed, while the matrix is shown."""

    view: reactive[Name] = reactive[Name]("matrix", init=False)

    def __init__(self, document: Document) -> None:
        super().__init__(document, id="findings")
        self._due: Timer | None = None

    def compose(self) -> ComposeResult:
        yield Words(classes="title")
        with VerticalScroll(id="said"):
            yield Static(markup=False)

    def paint(self) -> None:
        """While measuring goes on, the document changes all the time: an analysis every other second is enough."""
        if self.view != "matrix" and self._due is None:
            self._due = self.set_timer(SECONDS_BETWEEN_ANALYSES, self._analyse_again)

    def watch_view(self) -> None:
        on = self.view != "matrix"
        self.screen.query_one("#stage").set_class(on, "-findings")
        if on:
            self.query_one(Words).show(Content(f"{self.view.capitalize()} · [ ] other views"))
            self.query_one(Static).update("…")
            self.analyse()
            self.call_after_refresh(self.query_one("#said").focus)
        else:
            self.call_after_refresh(self.screen.query_one(MatrixPane).chart.focus)

    def action_next(self) -> None:
        self.view = NAMES[(NAMES.index(self.view) + 1) % len(NAMES)]

    def action_previous(self) -> None:
        self.view = NAMES[NAMES.index(self.view) - 1]

    def action_show(self, name: Name) -> None:
        self.view = name

    def _analyse_again(self) -> None:
        self._due = None
        if self.view != "matrix":
            self.analyse()

    @work(thread=True, exclusive=True)
    def analyse(self) -> None:
        """Work out the findings in a thread, and show them if they are still what is asked for."""
        from eiftui.analysis.findings import analyse

        worker, session = get_current_worker(), self.document.session
        found = analyse(session)
        if not worker.is_cancelled:
            self.app.call_from_thread(self._show, session, found)

    def _show(self, session: Readings, found: Findings) -> None:
        from eiftui.tui.findings import VIEWS, Shown

        if self.view != "matrix":
            size = (max(LEAST_WIDTH, self.size.width - 4), PLOT_LINES)
            shown = Shown(session, found, size, coloured=not self.app.no_color)
            self.query_one(Static).update(Group(*VIEWS[self.view](shown)))
