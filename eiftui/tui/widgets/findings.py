"""What the numbers say, in the place of the matrix: one view after another, worked out beside the screen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

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
from textual.worker import Worker

from eiftui.session.session import Session
from eiftui.tui.bindings import part_bindings
from eiftui.tui.document import Document
from eiftui.tui.errand import Errand
from eiftui.tui.keymap import key_of
from eiftui.tui.refusals import may_change
from eiftui.tui.screens.prompt import PromptScreen
from eiftui.tui.widgets.heatmap import HeatMap
from eiftui.tui.widgets.matrix import MatrixPane
from eiftui.tui.widgets.part import Part, Words

Name = Literal["matrix", "desiderata", "symmetry", "distribution", "rate", "semantics", "dynamics"]
NAMES: tuple[Name, ...] = ("matrix", "desiderata", "symmetry", "distribution", "rate", "semantics", "dynamics")
SECONDS_BETWEEN_ANALYSES = 2.0
TAB = "tab"
"""What the style of a view's name says which it is by, for the mouse."""
PLOT_LINES, LEAST_WIDTH = 14, 40


@dataclass(frozen=True)
class Said:
    """What a view says."""

    words: Group
    suggestion: float | None
    """The learning rate that a sweep suggests, where the view is about that."""


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
        self._analysing: Name | None = None
        """The view that a thread is at work on."""
        self._outdated = False
        """Whether the document has changed since the last began."""
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
        self._outdated = True
        self._analyse_later()

    def watch_view(self) -> None:
        on = self.view != "matrix"
        self.screen.query_one("#stage").set_class(on, "-findings")
        self.screen.set_class(on, "-reading")
        self.screen.remove_class("-writing")
        if on:
            self.query_one(Words).show(_tabs(self.view))
            self.query_one(Static).update("…")
            self._analyse()
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
        if not may_change(self, self.document):
            return
        if self.view == "rate":
            self.action_sweep()
        elif self.view == "semantics":
            self.action_embed()
        elif self.view == "dynamics":
            self.action_trace()

    def action_adopt(self) -> None:
        if self._suggestion is not None and may_change(self, self.document):
            self.post_message(self.RateAdopted(self._suggestion))
            self._suggestion = None
            self.refresh_bindings()

    def action_sweep(self) -> None:
        from eiftui.tui.studies import RateSweep

        self._ask("Rates, LOW:HIGH:N with N for each factor of ten:", RateSweep.USUAL, RateSweep.read)

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

    def _analyse_later(self) -> None:
        """While measuring goes on, the document changes all the time: an analysis every other second is enough."""
        if self._outdated and not self._analysing and self._due is None and self.view != "matrix":
            self._due = self.set_timer(SECONDS_BETWEEN_ANALYSES, self._analyse_again)

    def _analyse_again(self) -> None:
        self._due = None
        self._analyse()

    def _analyse(self) -> None:
        """Have the findings worked out, unless they are: one thread at a time, for none can be ended."""
        if self.view != "matrix" and not self._analysing:
            self._analysing, self._outdated = self.view, False
            room = max(LEAST_WIDTH, self.size.width - 4), PLOT_LINES
            self._work_out(self.view, room, not self.app.no_color)

    @work(thread=True)
    def _work_out(self, view: Name, size: tuple[int, int], coloured: bool) -> Said:
        """What a view says; what that takes is worked out, unless it is known."""
        from eiftui.tui.findings import VIEWS, Shown

        found = self.document.findings()
        keys = {id: key_of(self.app, id) for id in ("matrix.contrast", "findings.measure")}
        words = Group(*VIEWS[view](Shown(found, size, coloured, keys)))
        return Said(words, getattr(found.sweep, "suggestion", None) if view == "rate" else None)

    def on_worker_state_changed(self, message: Worker.StateChanged) -> None:
        """The thread has ended: show what it found, if that is still asked for, and go on where it is not."""
        if not message.worker.is_finished:
            return
        view, self._analysing = self._analysing, None
        said = message.worker.result
        if view != self.view:
            self._analyse()
        elif said is not None:
            self._show(said)
        self._analyse_later()

    def _show(self, said: Said) -> None:
        self.query_one(Static).update(said.words)
        adopted = said.suggestion == self.document.session.settings.optimizer.lr
        self._suggestion = None if adopted else said.suggestion
        self.refresh_bindings()
        if self._at_the_end:
            self._at_the_end = False
            self.call_after_refresh(self.page.scroll_end, animate=False)


def _tabs(view: Name) -> Content:
    """The names of all views; a click on one shows it."""
    return Content("  ").join([*(_tab(name, name == view) for name in NAMES), Content.styled(" [ ]", "$text-muted")])


def _tab(name: Name, here: bool) -> Content:
    tab = Content.styled(name.capitalize(), "$primary bold underline" if here else "$text-muted not bold")
    return tab.stylize(Style.from_meta({TAB: name}))
