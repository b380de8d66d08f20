"""What the explorer has its worker do on a session of images: measure what is missing, and look at single digits."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable, Sequence
from contextlib import aclosing

from eiftui.engine.client import RequestCancelled
from eiftui.engine.image_requests import LookAtImages, LookedAt, RunImages
from eiftui.engine.protocol import Finding, Stage
from eiftui.errors import EiftuiError
from eiftui.session.image_records import ImageRecord
from eiftui.tui.images.document import ImageDocument
from eiftui.tui.worker import Worker

Requests = Callable[[], Sequence[LookAtImages]]
"""Made only if they are going to be asked."""
Take = Callable[[Sequence[LookedAt]], None]


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
        self._wishes: dict[str, tuple[Hashable, Sequence[LookAtImages], Take]] = {}
        self._asked: tuple[str, Hashable] | None = None
        """Kind and matter of the wish that is being granted."""
        self._failed: dict[str, Hashable] = {}
        """Of each kind of wish, the matter of the last one where that failed."""
        self._granting: asyncio.Task[None] | None = None
        self._running: asyncio.Task[None] | None = None
        self._request: RunImages | None = None
        self._gave_way = self._stopping = False
        if worker:
            worker.wanted = self._give_way
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

    @property
    def waiting(self) -> str:
        """What is waited for while there is no answer to a wish."""
        starts = self.worker is not None and not self.worker.client.has_answered
        return "the worker starts…" if starts else "the worker looks at it…"

    def cancel(self) -> None:
        """Stop a run; what is measured is kept."""
        self._stopping = True
        self._give_up()

    def wish(self, kind: str, about: Hashable, requests: Requests, take: Take) -> None:
        """Have `take` called with the answers, unless another wish of the kind comes before it is asked.

        A screen that is painted again wishes again: what is being asked about is not asked twice, and what failed is
        tried again only after a wish about something else.
        """
        if self.worker is None or self._failed.get(kind) == about:
            return
        self._failed.pop(kind, None)
        if self._asked == (kind, about):
            self._wishes.pop(kind, None)
            return
        if kind not in self._wishes or self._wishes[kind][0] != about:
            self._wishes[kind] = about, requests(), take
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
        self._stopping = False
        try:
            await worker.start()
            while not await self._measure(worker):
                pass
            self._tell("")
        except EiftuiError as error:
            self._fail(str(error))

    async def _measure(self, worker: Worker) -> bool:
        """Have measured what is missing. Whether that is over: if it gave way, the rest has to be asked for anew."""
        await worker.free()
        self._gave_way = False
        if self._stopping:
            return True
        self._request = RunImages(path=str(self.document.session.path.absolute()))
        try:
            async with aclosing(worker.client.ask(self._request)) as answers:
                async for answer in answers:
                    await self._take(answer)
        except RequestCancelled:
            return not self._gave_way
        finally:
            self._request = None
        return True

    def _give_way(self) -> None:
        """Somebody waits for something short: what is measured just now is asked for again later."""
        self._gave_way = True
        self._give_up()

    def _give_up(self) -> None:
        if self.worker is not None and self._request is not None:
            self.worker.client.give_up(self._request)

    async def _take(self, answer: Finding | Stage) -> None:
        if isinstance(answer, Stage):
            self._tell(answer.text)
        elif isinstance(answer, ImageRecord):
            await self.document.keep(answer)

    async def _grant(self, worker: Worker) -> None:
        async with worker.first():
            while self._wishes:
                kind = next(iter(self._wishes))
                about, requests, take = self._wishes.pop(kind)
                self._asked = kind, about
                try:
                    await worker.start()
                    found = [await worker.client.one(request, LookedAt) for request in requests]
                except EiftuiError as error:
                    self._failed[kind] = about
                    self._fail(str(error))
                else:
                    take(found)
                finally:
                    self._asked = None

    def _tell(self, text: str) -> None:
        self.text, self.problem = text, ""
        self.changed()

    def _fail(self, problem: str) -> None:
        self.text, self.problem = "", problem
        self.changed()
