"""One run: what a document lacks is asked of the worker task by task, and kept as it comes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import aclosing
from typing import cast

from eiftui.engine.client import RequestCancelled
from eiftui.engine.protocol import Result, Stage, Task
from eiftui.errors import EiftuiError, InputError
from eiftui.session.records import Notice
from eiftui.session.results import Measured
from eiftui.tui.document import Document
from eiftui.tui.errand import Errand
from eiftui.tui.faults import Faults
from eiftui.tui.picture import Status
from eiftui.tui.scope import EVERYTHING
from eiftui.tui.worker import Worker


class Measuring:
    """Goes on an errand, whatever becomes of sentences and settings meanwhile: the plan follows them."""

    def __init__(self, document: Document, worker: Worker, errand: Errand = EVERYTHING) -> None:
        self.document, self.worker, self.errand = document, worker, errand
        self.faults = Faults()
        self.cells = 0
        """Measured so far."""
        self.total = 0
        """To be measured, with those that are."""
        self.task: Task | None = None
        """What is being measured."""
        self._planned_for = document.session.sheet, document.session.settings
        self.stopping = False
        """Whether to stop at the next opportunity, and not to begin anything."""
        self.stopped_status = Status.PENDING
        """What is said of cells that were running when the run was stopped."""
        self._gave_way = False
        """Whether a task was given up since the plan was made, though it is wanted."""
        self.advanced: Callable[[], None] = lambda: None
        """Called when a task begins, and when something is measured."""
        self.news: Callable[[Notice], None] = lambda notice: None
        """Told what a person should know."""

    async def measure(self) -> None:
        """Measure everything there is to measure.

        Raises:
            RequestCancelled: `stop` was called.
            EiftuiError: something failed, or could not be kept; the message says what to do.
        """
        while await self._follow_plan():
            pass

    async def get_ready(self) -> None:
        """Have the model that the session wants. Raises as `measure` does."""
        await self.document.keep()  # what an earlier run could not
        for notice in self.document.take_model(await self.worker.ready(self.document.session.settings)):
            self.news(notice)
        await self.document.keep(*self.errand.records(self.document.session))
        self.total = self.cells + self.errand.missing(self.document.session)

    def stop(self, status: Status) -> None:
        """Have `measure` come to an end soon, as `RequestCancelled`; what runs now is marked with a status."""
        self.stopping, self.stopped_status = True, status
        if self.task:
            self.worker.client.give_up(self.task)

    def give_way(self) -> None:
        """Let somebody else have the worker: what is measured just now is asked for again later."""
        if self.task:
            self._gave_way = True
            self.worker.client.give_up(self.task)

    def note_change(self) -> None:
        """The document has changed: give up what is being measured if nobody wants it any more."""
        if self.task and not self._wanted(self.task):
            self.worker.client.give_up(self.task)

    def _wanted(self, task: Task) -> bool:
        """Whether a task is still part of the errand. Beside the matrix, any change has it planned anew."""
        return self.document.wants(task) if self.errand.of_matrix else self._as_planned

    @property
    def _as_planned(self) -> bool:
        """Whether sentences and settings are those that the plan was made from."""
        return (self.document.session.sheet, self.document.session.settings) == self._planned_for

    async def _follow_plan(self) -> bool:
        """Measure as the plan is now. Whether it has to be made anew, because what it was made from has changed."""
        session = self.document.session
        self._planned_for = session.sheet, session.settings
        self._gave_way = False
        await self.get_ready()
        for task in self._parts():
            await self._do(task)
            if self._gave_way or not self._as_planned:
                return True
        return False

    def _parts(self) -> Iterator[Task]:
        """The tasks of the plan, without what cannot be measured, which is marked."""
        for task in self.errand.tasks(self.document.session):
            for fault, reason in self.faults.of(task):
                self._mark(fault, Status.FAILED, reason)
            if sound := self.faults.without(task):
                yield sound

    async def _do(self, task: Task) -> None:
        """Have a task measured; of one that has a text at fault, what is sound."""
        try:
            await self._ask(task)
        except InputError:
            if not await self.faults.find(self.worker.client, task):
                raise
            for fault, reason in self.faults.of(task):
                self._mark(fault, Status.FAILED, reason)
            if sound := self.faults.without(task):
                await self._ask(sound)

    async def _ask(self, task: Task) -> None:
        """Have a task measured, and marks on its cells tell how far it is."""
        if self.worker.taken:
            self.advanced()
            await self.worker.free()
        self._check_stopping()
        self.task = task
        self._mark(task, Status.RUNNING)
        self.advanced()
        try:
            async with aclosing(self.worker.client.ask(task)) as answers:
                async for answer in answers:
                    if not isinstance(answer, Stage):
                        await self._keep(cast(Result, answer))
                        self._check_stopping()
            self._mark(task, Status.PENDING)
        except RequestCancelled:
            self._mark(task, self.stopped_status)
            self._check_stopping()  # else it gave way, or nobody wants it any more
            if not self.worker.client.running:
                raise
        except EiftuiError as error:
            self._mark(task, Status.FAILED, str(error))
            raise
        finally:
            self.task = None

    async def _keep(self, result: Result) -> None:
        await self.document.keep(result)
        if isinstance(result, Measured):
            self.cells += len(result.eif)
            self.advanced()

    def _mark(self, task: Task, status: Status, cause: str = "") -> None:
        """Say on the matrix how far the cells of a task are, where they are there."""
        if self.errand.of_matrix:
            self.document.mark(task, status, cause)

    def _check_stopping(self) -> None:
        if self.stopping:
            raise RequestCancelled("stopped")
