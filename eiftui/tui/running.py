"""What the explorer does with its worker: loads the model, and measures what is missing until told otherwise."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Coroutine
from typing import Any

from eiftui.engine.client import WorkerDied
from eiftui.engine.plan import cells_missing, complete
from eiftui.engine.protocol import Stage
from eiftui.errors import EiftuiError, InputError
from eiftui.session.records import RunRecord
from eiftui.settings import Settings
from eiftui.show.numbers import counted
from eiftui.show.pace import Clock, Pace
from eiftui.tui.document import Document
from eiftui.tui.embedding import embed
from eiftui.tui.errand import Errand
from eiftui.tui.measuring import Measuring
from eiftui.tui.outcome import NOTHING_LEFT, NOTHING_THERE, in_short, measured, strongest, warnings
from eiftui.tui.picture import Status
from eiftui.tui.scope import EVERYTHING
from eiftui.tui.work import Phase, Work
from eiftui.tui.worker import Worker

MANY = 3000
"""Cells from which on a run is estimated before it begins: that takes as long as some hundred cells do."""
GIVING_WAY = "waits until the model is free again"
BUSY = "busy: wait until this is done, or stop it (esc)"
READ_ONLY = "nothing is measured in a session that can only be read"
LOST_SETTINGS = "the settings of this session are lost: nothing is measured until you apply some (Settings)"


class Runner:
    """Does one thing at a time on one document."""

    def __init__(self, document: Document, worker: Worker | None, clock: Clock = time.monotonic) -> None:
        """Without a worker nothing can be measured."""
        self.document, self.worker = document, None if document.session.read_only else worker
        self.work = Work()
        self.pace = Pace(0, 0, clock)
        self._clock = clock
        self._errand: Errand = EVERYTHING
        self._measuring: Measuring | None = None
        self._next: Errand | None = None
        """What was asked for while the model is loaded, to be measured then."""
        self._stopper: asyncio.Task[None] | None = None
        if self.worker:
            self.worker.staged, self.worker.died = self._note_stage, self._note_death
            self.worker.wanted = self._give_way

    def begin(self) -> None:
        """Load the model, and go on measuring if that was under way when the session was left."""
        if self.document.session.going_on and not self.document.session.lost_settings:
            self.run()
        else:
            self.load_for_the_rest()

    def load_for_the_rest(self) -> None:
        """Load the model if there is anything to do with it: to look at what is measured takes none."""
        if not complete(self.document.session):
            self.load()

    def load(self) -> None:
        """Load the model of the settings, unless something is under way, which does so itself, or they are lost."""
        session = self.document.session
        if self.worker and not self.work.busy and not session.lost_settings and not self.worker.has(session.settings):
            self._start(self._load(self.worker))

    def run(self, errand: Errand = EVERYTHING) -> None:
        """Measure what an errand asks for. Cells that failed before are tried again."""
        worker = self._able()
        if worker is None:
            return
        if self.work.phase == Phase.LOADING and self._measuring is None:
            self._next = errand
        elif not self.work.busy:
            self._errand = errand
            self._start(self._run(worker, errand))
        else:
            self.work.said(BUSY, "warning")

    def embed(self) -> None:
        """Have the texts embedded that are not."""
        worker = self._able()
        if worker is None:
            return
        if self.work.busy:
            self.work.said(BUSY, "warning")
        else:
            self._start(self._embed(worker))

    def _able(self) -> Worker | None:
        """The worker, if anything may be measured; if not, that is said."""
        if self.worker is None:
            self.work.said(READ_ONLY, "warning")
        elif self.document.session.lost_settings:
            self.work.said(LOST_SETTINGS, "warning")
        else:
            return self.worker
        return None

    def toggle(self) -> None:
        """Run, or pause the run, or go on with it."""
        if self._measuring and self.work.busy:
            self.pause()
        else:
            self.run(self._errand if self.work.phase == Phase.PAUSED else EVERYTHING)

    def retry(self) -> None:
        """Measure what failed."""
        failed = self.document.failed()
        if failed:
            self.run(failed)
        else:
            self.work.said("nothing has failed", "information")

    def pause(self) -> None:
        """Stop, to go on later."""
        self._stop(Phase.PAUSED)

    def cancel(self) -> None:
        """Stop; what is measured is kept."""
        if self.work.phase == Phase.PAUSED:
            self.work.be(Phase.IDLE)
        else:
            self._stop(Phase.IDLE)

    def note_change(self) -> None:
        """The document has changed, perhaps while it is measured."""
        if self._measuring:
            self._measuring.note_change()
        self.work.changed()

    @property
    def will_measure(self) -> bool:
        """Whether anything is measured once the model is there."""
        return self._next is not None or self._measuring is not None

    async def cost(self, settings: Settings) -> str:
        """What it will take to measure what is missing with some settings, or why that cannot be told."""
        if not (self.document.rows and self.document.probes):
            return NOTHING_THERE
        if not cells_missing(self.document.session.under(settings)):
            return NOTHING_LEFT
        if self.work.busy and self.work.phase != Phase.MEASURING:
            return "busy: wait until the model is there, or stop that (esc)"
        if self.worker is None:
            return READ_ONLY
        if not self.worker.has(settings):
            return "its model has to be loaded first: run it"
        try:
            return in_short(await self.worker.estimate(self.document.session.under(settings)))
        except EiftuiError as error:
            return str(error)

    async def close(self) -> None:
        """Leave the document as it is: who opens it again goes on with a run that is under way."""
        await self.work.close()

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        self._next = None
        self.work.start(work, then=self._go_on)

    def _go_on(self) -> None:
        if self._next is not None and self.work.phase == Phase.IDLE:
            self.run(self._next)

    async def _load(self, worker: Worker) -> None:
        self.work.be(Phase.LOADING)
        model = await worker.ready(self.document.session.settings)
        if self.document.session.model is None:
            self.document.take_model(model)

    async def _embed(self, worker: Worker) -> None:
        self._check_roles()
        self.work.be(Phase.LOADING)
        self.document.take_model(await worker.ready(self.document.session.settings))
        draws = self.document.session.draws

        def note(draw: int) -> None:
            self.work.tell(f"embedding texts · draw {draw + 1}/{draws}")

        await embed(self.document, worker, note)
        self.work.said("Texts are embedded: the view Semantics says what their likeness tells", "information")

    async def _run(self, worker: Worker, errand: Errand) -> None:
        """Measure, from loading to the last word."""
        self._check_roles()
        self.work.be(Phase.LOADING)
        self.document.clear_marks()
        measuring = self._measuring = Measuring(self.document, worker, errand)
        measuring.news = lambda notice: self.work.said(notice.text, "warning")
        measuring.advanced = self._note_advance
        try:
            await self._measure(measuring)
        finally:
            self._measuring = None

    async def _measure(self, measuring: Measuring) -> None:
        await measuring.get_ready()
        if measuring.errand == EVERYTHING:
            await self._note_going_on(True)
        await self._expect(measuring)
        began = self._clock()
        self.work.be(Phase.MEASURING)
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
        seconds = math.nan
        if measuring.total >= MANY and measuring.errand == EVERYTHING:
            self.work.be(Phase.ESTIMATING)
            expected = await measuring.worker.estimate(self.document.session)
            seconds = expected.total
            self.work.said(in_short(expected), "information")
        self.pace = Pace(measuring.total, 0, self._clock, seconds)

    async def _end(self, measuring: Measuring, seconds: float) -> None:
        """Every task was done."""
        if measuring.errand == EVERYTHING:
            await self._note_going_on(False)
        if faults := len(measuring.faults):
            self.work.said(f"{counted(faults, 'text')} cannot be measured: their cells say why", "warning")
        if measuring.errand.done and not faults:
            self.work.said(measuring.errand.done, "information")
        elif measuring.cells:
            said = measured(measuring.cells, seconds)
            if measuring.errand == EVERYTHING:  # of a few cells, the strongest of all is no news
                said += strongest(self.document)
            self.work.said(said, "information")
            for warning in await asyncio.to_thread(warnings, self.document):
                self.work.said(warning, "warning")
        elif not faults:
            self.work.said("Everything is measured already.", "information")

    def _stop(self, phase: Phase) -> None:
        if not self.work.busy or self.worker is None or self.work.phase == Phase.STOPPING:
            return
        self._next = None
        self.work.stop(phase)
        if self._measuring:
            self._measuring.stop(Status.PENDING if phase == Phase.PAUSED else Status.CANCELLED)
            if phase == Phase.IDLE:  # the key leaves dialogues too, and may have been pressed once too often
                self.work.said("stopped; what is measured is kept, and a run goes on from there", "information")
        self._stopper = asyncio.create_task(self._make_stop(self.worker))

    async def _make_stop(self, worker: Worker) -> None:
        """Have the worker give up; one that does not is ended, and another started."""
        measured = self._measuring is not None and self._measuring.task is not None
        goes_on = await worker.cancel()
        await self.work.end()
        try:
            await self._note_going_on(False)
        except EiftuiError as error:
            self.work.fail(str(error))
        if measured and not goes_on and not self.work.busy:
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
        self.pace.done, self.pace.total = measuring.cells, measuring.total
        if measuring.worker.taken:
            self.work.tell(GIVING_WAY)
        elif task := measuring.task:
            draw = self.document.draw_of(task) + 1
            self.work.tell(f"{measuring.errand.describe(task)} · draw {draw}/{self.document.session.draws}")
        else:
            self.work.changed()

    def _note_stage(self, stage: Stage) -> None:
        self.work.tell(stage.text, stage.fraction)

    def _note_death(self, death: WorkerDied) -> None:
        if not self.work.busy:  # else whoever waits for an answer is told
            self.work.fail(f"{death}; r starts another")
