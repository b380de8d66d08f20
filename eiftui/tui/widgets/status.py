"""The status bar: what the worker does and how far it is, or what there is to be done."""

from __future__ import annotations

import math

from textual import work
from textual.app import ComposeResult
from textual.content import Content
from textual.timer import Timer

from eiftui.session.safetext import visible
from eiftui.show.numbers import completed, counted, duration
from eiftui.tui.document import Document
from eiftui.tui.keymap import key_of
from eiftui.tui.outcome import NOTHING_THERE
from eiftui.tui.running import Runner
from eiftui.tui.widgets.part import Part, Words
from eiftui.tui.work import Phase

SECONDS_BETWEEN_PAINTS = 0.1
SECONDS_BETWEEN_CLOCKS = 1.0
WIDE = 100
"""Columns from which on there is room for a long bar and for the rate."""
ESTIMATING = Content("estimating what it takes…")


class StatusBar(Part):
    """One line under the stage. While nothing goes on, nothing is painted. It does the actions of running."""

    def __init__(self, document: Document, runner: Runner) -> None:
        super().__init__(document, id="run")
        self.runner = runner
        self._due: Timer | None = None
        self._estimating = False
        """Whether a person waits to hear what the rest will take."""

    def compose(self) -> ComposeResult:
        yield Words()

    def on_mount(self) -> None:
        self.runner.work.changed = self.note_change
        self._clock = self.set_interval(SECONDS_BETWEEN_CLOCKS, self._show, pause=True)
        self.call_after_refresh(self._show)

    def on_resize(self) -> None:
        self._show()

    def note_change(self) -> None:
        """The runner has something to tell, which is shown soon, with what it tells until then."""
        if self._due is None and self.is_attached:
            self._due = self.set_timer(SECONDS_BETWEEN_PAINTS, self._show)

    def paint(self) -> None:
        self.note_change()

    def action_run(self) -> None:
        self.runner.toggle()

    def action_cancel(self) -> None:
        self.runner.cancel()

    def action_retry(self) -> None:
        self.runner.retry()

    @work
    async def action_estimate(self) -> None:
        if self._estimating:
            return
        self._estimating = True
        self.note_change()
        try:
            self.runner.work.said(await self.runner.cost(self.document.session.settings), "information")
        finally:
            self._estimating = False
            self.note_change()

    def _show(self) -> None:
        self._due = None
        if self.runner.work.phase == Phase.MEASURING:
            self._clock.resume()
        else:
            self._clock.pause()
        self.query_one(Words).show(self._line())

    def _line(self) -> Content:
        """What goes on, as much of it as there is room for beside what can be done about it."""
        hint = Content.styled(self._hint(), "$text-muted")
        width = max(0, self.size.width - hint.cell_length - 2)
        line = (Content(" ") + self._describe()).truncate(width, ellipsis=True)
        return line + Content(" " * (width - line.cell_length + 1)) + hint

    def _hint(self) -> str:
        """What can be done about what goes on."""
        run, stop = (key_of(self.app, id) for id in ("run.run", "run.cancel"))
        match self.runner.work.phase:
            case Phase.LOADING | Phase.ESTIMATING:
                return f"{stop} stops"
            case Phase.MEASURING:
                return f"{run} pauses  {stop} stops"
            case Phase.PAUSED:
                return f"{run} goes on  {stop} ends"
            case Phase.FAILED:
                return f"{key_of(self.app, 'app.log')}: the log"
        return ""

    def _describe(self) -> Content:
        work, text = self.runner.work, visible(self.runner.work.text)
        if self._estimating:
            return ESTIMATING
        match work.phase:
            case Phase.MEASURING:
                return self._progress()
            case Phase.LOADING:
                bar = "" if work.fraction is None else f" {completed(work.fraction)}"
                words = [self._bar(work.fraction)] if work.fraction is not None else []
                then = ", then measuring" if self.runner.will_measure else ""
                return Content(" ").join([*words, Content(f"{text or 'starting the worker'}{bar}{then}…")])
            case Phase.ESTIMATING:
                return ESTIMATING
            case Phase.STOPPING:
                return Content.styled("stopping; what is measured is kept…", "$text-warning")
            case Phase.PAUSED:
                return Content.styled("paused", "$text-warning") + Content(f" · {self._lacking()}")
            case Phase.FAILED:
                return Content.styled(text, "$text-error")
        return self._idle()

    def _progress(self) -> Content:
        """`████░░ trained · draw 3/5 · 34/75 cells · 12/s · 1m12s left`."""
        pace = self.runner.pace
        words = [self.runner.work.text, f"{pace.done}/{pace.total} cells"]
        if not math.isnan(pace.rate) and self.size.width >= WIDE:
            words.append(f"{pace.rate:.3g}/s" if pace.rate >= 1 else f"{duration(1 / pace.rate)} each")
        if not math.isnan(pace.left):
            words.append(f"{duration(max(0.0, pace.left))} left")
        share = pace.done / pace.total if pace.total else 1.0
        return self._bar(share) + Content(" " + " · ".join(filter(None, words)))

    def _idle(self) -> Content:
        session = self.document.session
        if self.document.lost:
            return Content.styled(visible(self.document.lost), "$text-error")
        if session.read_only:
            left = "it cannot be written here" if self.document.obstacle else "nobody writes it any more"
            followed = left if self.document.writer is None else "followed live"
            return Content.styled(followed, "$text-muted")
        if session.lost_settings:
            key = key_of(self.app, "screen.settings")
            return Content.styled(f"its settings are lost: {key} offers others", "$text-warning")
        if not (self.document.rows and self.document.probes):
            return Content.styled(NOTHING_THERE, "$text-muted")
        if self.document.lacking():
            return Content(self._lacking() + self._ways())
        return Content.styled("everything is measured", "$text-success")

    def _ways(self) -> str:
        """How what is not measured can be."""
        if self.runner.worker is None:
            return ""
        run, retry, log = (key_of(self.app, id) for id in ("run.run", "run.retry", "app.log"))
        failed = f" · some failed: {retry} tries those again, {log} says why" if self.document.failed() else ""
        return f" · {run} measures them{failed}"

    def _lacking(self) -> str:
        return f"{counted(self.document.lacking(), 'cell')} not measured"

    def _bar(self, share: float) -> Content:
        width = 20 if self.size.width >= WIDE else 10
        full = math.floor(max(0.0, min(1.0, share)) * width)
        return Content.assemble(("█" * full, "$primary"), ("░" * (width - full), "$text-muted"))
