"""What the explorer does with its worker: loads the model, and measures what is missing until told otherwise."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable, Coroutine
from enum import StrEnum
from typing import Any, Literal

from eiftui.engine.client import RequestCancelled, WorkerDied
from eiftui.engine.estimate import Estimate, sample
from eiftui.engine.plan import cells_missing, complete
from eiftui.engine.protocol import Calibrated, Stage
from eiftui.errors import EiftuiError, InputError
from eiftui.session.records import RunRecord
from eiftui.settings import Settings
from eiftui.show.pace import Clock, Pace
from eiftui.tui.document import Document
from eiftui.tui.embedding import embed
from eiftui.tui.errand import Errand
from eiftui.tui.measuring import Measuring
from eiftui.tui.mishaps import noted
from eiftui.tui.outcome import NOTHING_LEFT, in_short, in_words, warnings
from eiftui.tui.picture import Status
from eiftui.tui.scope import EVERYTHING
from eiftui.tui.worker import Worker

Severity = Literal["information", "warning", "error"]
MANY = 3000
"""Cells from which on a run is estimated before it begins: that takes as long as some hundred cells do."""
GIVING_WAY = "waits until the model is free again"
BUSY = "busy: wait until this is done, or stop it (esc)"
READ_ONLY = "nothing is measured here: another process writes the session"


class Phase(StrEnum):
    """What is going on."""

    IDLE = "idle"
    LOADING = "loading"
    ESTIMATING = "estimating"
    MEASURING = "measuring"
    STOPPING = "stopping"
    PAUSED = "paused"
    FAILED = "failed"


class Runner:
    """Does one thing at a time on one document. What a status bar shows is here, and `changed` when it changes."""

    def __init__(self, document: Document, worker: Worker | None, clock: Clock = time.monotonic) -> None:
        """Without a worker nothing can be measured."""
        self.document, self.worker = document, None if document.session.read_only else worker
        self.phase = Phase.IDLE
        self.text = ""
        """What is being done, or why it failed."""
        self.fraction: float | None = None
        """How much of loading is done, where that is known."""
        self.pace = Pace(0, 0, clock)
        self.changed: Callable[[], None] = lambda: None
        self.said: Callable[[str, Severity], None] = lambda text, severity: None
        """Told what a person should hear of now."""
        self._clock = clock
        self._expected = math.nan
        self._errand: Errand = EVERYTHING
        self._measuring: Measuring | None = None
        self._next: Errand | None = None
        """What was asked for while the model is loaded, to be measured then."""
        self._stopped: Phase | None = None
        self._work: asyncio.Task[None] | None = None
        self._stopper: asyncio.Task[None] | None = None
        if self.worker:
            self.worker.staged, self.worker.died = self._note_stage, self._note_death
            self.worker.wanted = self._give_way

    @property
    def busy(self) -> bool:
        """Whether a run, or loading, is under way."""
        return self._work is not None and not self._work.done()

    @property
    def seconds_left(self) -> float:
        """Of the run; nan if not known."""
        return self._expected - self.pace.seconds if math.isnan(self.pace.left) else self.pace.left

    def begin(self) -> None:
        """Load the model, and go on measuring if that was under way when the session was left."""
        if self.document.session.going_on:
            self.run()
        else:
            self.load_for_the_rest()

    def load_for_the_rest(self) -> None:
        """Load the model if there is anything to do with it: to look at what is measured takes none."""
        if not complete(self.document.session):
            self.load()

    def load(self) -> None:
        """Load the model of the settings, unless something is under way, which does so itself."""
        if self.worker and not self.busy and not self.worker.has(self.document.session.settings):
            self._start(self._load(self.worker))

    def run(self, errand: Errand = EVERYTHING) -> None:
        """Measure what an errand asks for. Cells that failed before are tried again."""
        if self.worker is None:
            self.said(READ_ONLY, "warning")
        elif self.phase == Phase.LOADING and self._measuring is None:
            self._next = errand
        elif not self.busy:
            self._errand = errand
            self._start(self._run(self.worker, errand))
        else:
            self.said(BUSY, "warning")

    def embed(self) -> None:
        """Have the texts embedded that are not."""
        if self.worker is None:
            self.said(READ_ONLY, "warning")
        elif self.busy:
            self.said(BUSY, "warning")
        else:
            self._start(self._embed(self.worker))

    def toggle(self) -> None:
        """Run, or pause the run, or go on with it."""
        if self._measuring and self.busy:
            self.pause()
        else:
            self.run(self._errand if self.phase == Phase.PAUSED else EVERYTHING)

    def retry(self) -> None:
        """Measure what failed."""
        failed = self.document.failed()
        if failed:
            self.run(failed)
        else:
            self.said("nothing has failed", "information")

    def pause(self) -> None:
        """Stop, to go on later."""
        self._stop(Phase.PAUSED)

    def cancel(self) -> None:
        """Stop; what is measured is kept."""
        if self.phase == Phase.PAUSED:
            self._be(Phase.IDLE)
        else:
            self._stop(Phase.IDLE)

    def note_change(self) -> None:
        """The document has changed, perhaps while it is measured."""
        if self._measuring:
            self._measuring.note_change()
        self.changed()

    async def estimate(self, settings: Settings | None = None) -> Estimate:
        """What it will take to measure all that is missing, also with other settings of the model that is loaded.

        Raises:
            EiftuiError: it cannot be told.
        """
        if self.worker is None:
            raise InputError(READ_ONLY)
        asked = sample(self.document.session.under(settings))
        async with self.worker.first():
            return asked.estimate(await self.worker.client.one(asked.request, Calibrated))

    async def cost(self, settings: Settings) -> str:
        """What it will take to measure what is missing with some settings, or why that cannot be told."""
        if not cells_missing(self.document.session.under(settings)):
            return NOTHING_LEFT
        if self.busy and self.phase != Phase.MEASURING:
            return "busy: wait until the model is there, or stop that (esc)"
        if self.worker is None:
            return READ_ONLY
        if not self.worker.has(settings):
            return "its model has to be loaded first: run it"
        try:
            return in_short(await self.estimate(settings))
        except EiftuiError as error:
            return str(error)

    async def close(self) -> None:
        """Leave the document as it is: who opens it again goes on with a run that is under way."""
        if self._work and not self._work.done():
            self._work.cancel()
            await asyncio.wait([self._work])

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        self._stopped = self._next = None
        self._work = asyncio.create_task(self._guard(work))
        self._work.add_done_callback(lambda work: self._go_on())

    def _go_on(self) -> None:
        if self._next is not None and self.phase == Phase.IDLE:
            self.run(self._next)

    async def _guard(self, work: Coroutine[Any, Any, None]) -> None:
        """Do some work, and say how it ended."""
        try:
            await work
            self._be(Phase.IDLE)
        except RequestCancelled:
            self._be(self._stopped or Phase.IDLE)
        except WorkerDied as death:
            self._fail(f"{death}; r starts another and goes on")
        except EiftuiError as error:
            self._fail(str(error))
        except Exception as error:  # a run that ends without a word is worse than one that says what it ends of
            self._fail(noted(error))
        finally:
            self._measuring = None

    async def _load(self, worker: Worker) -> None:
        self._be(Phase.LOADING)
        model = await worker.ready(self.document.session.settings)
        if self.document.session.model is None:
            self.document.take_model(model)

    async def _embed(self, worker: Worker) -> None:
        self._check_roles()
        self._be(Phase.LOADING)
        self.document.take_model(await worker.ready(self.document.session.settings))
        draws = self.document.session.draws

        def note(draw: int) -> None:
            self.text = f"embedding texts · draw {draw + 1}/{draws}"
            self.changed()

        await embed(self.document, worker, note)
        self.said("Texts are embedded: the view Semantics says what their likeness tells", "information")

    async def _run(self, worker: Worker, errand: Errand) -> None:
        """Measure, from loading to the last word."""
        self._check_roles()
        self._be(Phase.LOADING)
        self.document.clear_marks()
        measuring = self._measuring = Measuring(self.document, worker, errand)
        measuring.news = lambda notice: self.said(notice.text, "warning")
        measuring.advanced = self._note_advance
        await measuring.get_ready()
        if errand == EVERYTHING:
            await self._note_going_on(True)
        await self._expect(measuring)
        began = self._clock()
        self._be(Phase.MEASURING)
        await measuring.measure()
        await self._end(measuring, self._clock() - began)

    def _check_roles(self) -> None:
        """Raises InputError where there is nothing to measure."""
        try:
            self.document.session.sheet.check_roles()
        except ValueError as error:
            raise InputError(f"nothing to measure: {error}") from error

    async def _expect(self, measuring: Measuring) -> None:
        """Say beforehand what a long run will take."""
        self._expected = math.nan
        if measuring.total >= MANY and measuring.errand == EVERYTHING:
            self._be(Phase.ESTIMATING)
            expected = await self.estimate()
            self._expected = expected.total
            self.said(in_short(expected), "information")
        self.pace = Pace(measuring.total, 0, self._clock)

    async def _end(self, measuring: Measuring, seconds: float) -> None:
        """Every task was done."""
        if measuring.errand == EVERYTHING:
            await self._note_going_on(False)
        if faults := len(measuring.faults):
            self.said(f"{faults} texts cannot be measured: their cells say why", "warning")
        if measuring.errand.done and not faults:
            self.said(measuring.errand.done, "information")
        elif measuring.cells:
            self.said(in_words(self.document, measuring.cells, seconds), "information")
            for warning in await asyncio.to_thread(warnings, self.document):
                self.said(warning, "warning")
        elif not faults:
            self.said("Everything is measured already.", "information")

    def _stop(self, phase: Phase) -> None:
        if not self.busy or self.worker is None or self.phase == Phase.STOPPING:
            return
        self._stopped, self._next = phase, None
        self._be(Phase.STOPPING)
        if self._measuring:
            self._measuring.stop(Status.PENDING if phase == Phase.PAUSED else Status.CANCELLED)
        self._stopper = asyncio.create_task(self._make_stop(self.worker))

    async def _make_stop(self, worker: Worker) -> None:
        """Have the worker give up; one that does not is ended, and another started."""
        measured = self._measuring is not None and self._measuring.task is not None
        goes_on = await worker.cancel()
        if self._work:
            await asyncio.wait([self._work])
        try:
            await self._note_going_on(False)
        except EiftuiError as error:
            self._fail(str(error))
        if measured and not goes_on and not self.busy:
            self._start(self._load(worker))

    async def _note_going_on(self, going_on: bool) -> None:
        """Record whether whoever opens the session next is to go on."""
        if going_on != self.document.session.going_on:
            await self.document.keep(RunRecord(going_on=going_on))

    def _give_way(self) -> None:
        if self._measuring:
            self._measuring.give_way()

    def _note_advance(self) -> None:
        measuring = self._measuring
        if measuring is None:
            return
        if measuring.worker.taken:
            self.text = GIVING_WAY
        elif task := measuring.task:
            draw = self.document.draw_of(task) + 1
            self.text = f"{measuring.errand.describe(task)} · draw {draw}/{self.document.session.draws}"
        self.pace.done, self.pace.total = measuring.cells, measuring.total
        self.changed()

    def _note_stage(self, stage: Stage) -> None:
        self.text, self.fraction = stage.text, stage.fraction
        self.changed()

    def _note_death(self, death: WorkerDied) -> None:
        if not self.busy:  # else whoever waits for an answer is told
            self._fail(f"{death}; r starts another")

    def _fail(self, reason: str) -> None:
        self._be(Phase.FAILED, reason)
        self.said(reason, "error")

    def _be(self, phase: Phase, text: str = "") -> None:
        self.phase, self.text, self.fraction = phase, text, None
        self.changed()
