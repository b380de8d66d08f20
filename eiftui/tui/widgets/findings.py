"""What the numbers say, in the place of the matrix: one view after another, worked out beside the screen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from rich.console import Group
from textual import events, work
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.style import Style
from textual.timer import Timer
from textual.widgets import Static
from textual.worker import get_current_worker

from eiftui.session.readings import Readings
from eiftui.session.session import Session
from eiftui.tui.actions import part_bindings
from eiftui.tui.document import Document
from eiftui.tui.errand import Errand
from eiftui.tui.screens.prompt import PromptScreen
from eiftui.tui.widgets.heatmap import HeatMap
from eiftui.tui.widgets.matrix import MatrixPane
from eiftui.tui.widgets.part import Part, Words

if TYPE_CHECKING:
    from eiftui.analysis.findings import Findings

Name = Literal["matrix", "desiderata", "symmetry", "distribution", "rate", "semantics", "dynamics"]
NAMES: tuple[Name, ...] = ("matrix", "desiderata", "symmetry", "distribution", "rate", "semantics", "dynamics")
SECONDS_BETWEEN_ANALYSES = 2.0
TAB = "tab"
"""What the style of a view's name says which it is by, for the mouse."""
PLOT_LINES, LEAST_WIDTH = 14, 40


class FindingsPane(Part):
    """One view of the findings; none, and nothing is analysed, while the matrix is shown."""

    BINDINGS = part_bindings("findings")

    view: reactive[Name] = reactive[Name]("matrix", init=False)

    @dataclass
    class StudyAsked(Message):
        """A view lacks what this errand measures."""

        errand: Errand

    class EmbeddingAsked(Message):
        """The texts are to be embedded."""

    @dataclass
    class RateAdopted(Message):
        """The session is to go on with another learning rate."""

        rate: float

    def __init__(self, document: Document) -> None:
        super().__init__(document, id="findings")
        self._due: Timer | None = None
        self._suggestion: float | None = None
        """The learning rate to adopt, where there is one that is not the present one."""
        self._at_the_end = False
        """Whether to show the end of what is said next."""

    def compose(self) -> ComposeResult:
        yield Words(classes="title")
        with VerticalScroll(id="said"):
            yield Static(markup=False)

    @property
    def page(self) -> VerticalScroll:
        """What has the focus while a view is shown."""
        return self.query_one("#said", VerticalScroll)

    def paint(self) -> None:
        """While measuring goes on, the document changes all the time: an analysis every other second is enough."""
        if self.view != "matrix" and self._due is None:
            self._due = self.set_timer(SECONDS_BETWEEN_ANALYSES, self._analyse_again)

    def watch_view(self) -> None:
        on = self.view != "matrix"
        self.screen.query_one("#stage").set_class(on, "-findings")
        self.screen.set_class(on, "-reading")
        self.screen.remove_class("-writing")
        if on:
            self.query_one(Words).show(_tabs(self.view))
            self.query_one(Static).update("…")
            self.analyse()
            self.call_after_refresh(self.page.focus)
        else:
            self.call_after_refresh(self.screen.query_one(MatrixPane).chart.focus)
        self.refresh_bindings()

    def on_click(self, event: events.Click) -> None:
        if name := event.style.meta.get(TAB):
            self.view = name

    def action_next(self) -> None:
        self.view = NAMES[(NAMES.index(self.view) + 1) % len(NAMES)]

    def action_previous(self) -> None:
        self.view = NAMES[NAMES.index(self.view) - 1]

    def action_show(self, name: Name) -> None:
        self.view = name

    def show_newest(self, name: Name) -> None:
        """Show the end of a view, where what was made last stands."""
        self._at_the_end = True
        self.view = name

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only some views lack what can be measured from here, and only one suggests something."""
        if action == "measure":
            return self.view in ("rate", "semantics", "dynamics")
        return action != "adopt" or (self.view == "rate" and self._suggestion is not None)

    def action_measure(self) -> None:
        if self.view == "rate":
            self.action_sweep()
        elif self.view == "semantics":
            self.action_embed()
        elif self.view == "dynamics":
            self.action_trace()

    def action_adopt(self) -> None:
        if self._suggestion is not None:
            self.post_message(self.RateAdopted(self._suggestion))
            self._suggestion = None
            self.refresh_bindings()

    def action_sweep(self) -> None:
        from eiftui.tui.studies import RateSweep

        self._ask("Rates, LOW:HIGH:N to a tenfold:", RateSweep.USUAL, RateSweep.read)

    def action_embed(self) -> None:
        self.post_message(self.EmbeddingAsked())

    def action_trace(self) -> None:
        from eiftui.tui.studies import Tracing

        row, _ = self.screen.query_one(HeatMap).cursor or (0, 0)
        self._ask("Learn row xTIMES then ROWS:", f"{row + 1} x2", Tracing.read)

    def _ask(self, question: str, usual: str, read: Callable[[str, Session], Errand]) -> None:
        """Ask what is to be measured, and have it measured."""

        def take(answer: str) -> None:
            self.post_message(self.StudyAsked(read(answer, self.document.session)))

        self.app.push_screen(PromptScreen(question, usual, take))

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
            self._note_suggestion(found)
            if self._at_the_end:
                self._at_the_end = False
                self.call_after_refresh(self.page.scroll_end, animate=False)

    def _note_suggestion(self, found: Findings) -> None:
        suggestion = getattr(found.sweep, "suggestion", None)
        self._suggestion = None if suggestion == self.document.session.settings.optimizer.lr else suggestion
        self.refresh_bindings()


def _tabs(view: Name) -> Content:
    """The names of all views; a click on one shows it."""
    return Content("  ").join([*(_tab(name, name == view) for name in NAMES), Content.styled(" [ ]", "$text-muted")])


def _tab(name: Name, here: bool) -> Content:
    tab = Content.styled(name.capitalize(), "$primary bold underline" if here else "$text-muted not bold")
    return tab.stylize(Style.from_meta({TAB: name}))
