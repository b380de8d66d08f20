"""What the explorer has its worker do on a session of images: measure what is missing, and look at single digits."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import aclosing

from eiftui.engine.client import RequestCancelled
from eiftui.engine.image_requests import LookAtImages, LookedAt, RunImages
from eiftui.engine.protocol import Finding, Stage
from eiftui.errors import EiftuiError
from eiftui.session.image_records import ImageRecord
from eiftui.tui.images.document import ImageDocument
from eiftui.tui.worker import Worker

Take = Callable[[LookedAt], None]


class ImageWork:
    """Runs, and grants wishes to look at digits, of which the latest of each kind counts."""

    def __init__(self, document: ImageDocument, worker: Worker | None) -> None:
        """Without a worker nothing can be computed."""
        self.document, self.worker = document, worker
        self.text = ""
        """What is being done."""
        self.problem = ""
        """Why something could not be done."""
        self.changed: Callable[[], None] = lambda: None
        self._wishes: dict[str, tuple[LookAtImages, Take]] = {}
        self._granting: asyncio.Task[None] | None = None
        self._running: asyncio.Task[None] | None = None
        self._request: RunImages | None = None
        if worker:
            worker.died = lambda death: self._fail(f"{death}; what is asked next starts another")

    @property
    def running(self) -> bool:
        """Whether a run is under way."""
        return self._running is not None and not self._running.done()

    @property
    def can_run(self) -> bool:
        return self.worker is not None and not self.document.session.read_only

    def run(self) -> None:
        """Measure what the session lacks."""
        if self.worker is not None and self.can_run and not self.running and self.document.lacking():
            self._running = asyncio.create_task(self._run(self.worker))

    def cancel(self) -> None:
        """Stop a run; what is measured is kept."""
        if self.worker is not None and self._request is not None:
            self.worker.client.give_up(self._request)

    def wish(self, kind: str, request: LookAtImages, take: Take) -> None:
        """Have `take` called with the answer, unless another wish of the kind comes before it is asked."""
        if self.worker is None:
            return
        self._wishes[kind] = request, take
        if self._granting is None or self._granting.done():
            self._granting = asyncio.create_task(self._grant(self.worker))

    async def close(self) -> None:
        """Give up what is under way."""
        self._wishes.clear()
        tasks = [task for task in (self._granting, self._running) if task is not None and not task.done()]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    async def _run(self, worker: Worker) -> None:
        self._tell("starting the worker")
        self._request = RunImages(path=str(self.document.session.path.absolute()))
        try:
            await worker.start()
            async with aclosing(worker.client.ask(self._request)) as answers:
                async for answer in answers:
                    self._take(answer)
            self._tell("")
        except RequestCancelled:
            self._tell("")
        except EiftuiError as error:
            self._fail(str(error))
        finally:
            self._request = None

    def _take(self, answer: Finding | Stage) -> None:
        if isinstance(answer, Stage):
            self._tell(answer.text)
        elif isinstance(answer, ImageRecord):
            self.document.keep(answer)

    async def _grant(self, worker: Worker) -> None:
        while self._wishes:
            request, take = self._wishes.pop(next(iter(self._wishes)))
            try:
                await worker.start()
                take(await worker.client.one(request, LookedAt))
            except EiftuiError as error:
                self._fail(str(error))
                return

    def _tell(self, text: str) -> None:
        self.text, self.problem = text, ""
        self.changed()

    def _fail(self, problem: str) -> None:
        self.text, self.problem = "", problem
        self.changed()
