"""The near end of a worker process, for an event loop: requests out, answers in, and no torch on this side."""

from __future__ import annotations

import asyncio
import itertools
import signal
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from eiftui.engine.process import WorkerProcess
from eiftui.engine.protocol import Answer, Asked, Cancel, Cancelled, Done, End, Failed, Finding, Load, Request, Stage
from eiftui.errors import EiftuiError, InputError

Kind = TypeVar("Kind", bound=Finding)


class RequestCancelled(EiftuiError):
    """The request was given up, as was asked; what was answered before holds."""


class WorkerDied(EiftuiError):
    """The worker ended without being asked to. The message says how."""

    def __init__(self, message: str, log: str) -> None:
        super().__init__(message)
        self.log = log
        """The last lines that it wrote to its log."""


@dataclass
class _Open:
    """A request that is not finished."""

    request: Request
    answers: asyncio.Queue[Answer | EiftuiError] = field(default_factory=asyncio.Queue)
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    def take(self, answer: Answer | EiftuiError) -> None:
        self.answers.put_nowait(answer)
        if isinstance(answer, End | EiftuiError):
            self.ended.set()


class Client:
    """One worker process. It does one request at a time and others wait their turn, but for `Tokenize`.

    `start` it, `ask` it, `cancel` what it does, `close` it. If it dies, every open request raises `WorkerDied`, `died`
    is called with the same, and `start` makes a new one, which has no model loaded.
    """

    patience = 2.0
    """Seconds that a worker has to give up what it does before it is asked to end."""
    last_patience = 5.0
    """Seconds that it then has before it is killed."""

    def __init__(
        self,
        log: Path | None = None,
        died: Callable[[WorkerDied], None] = lambda death: None,
        name: str = "the worker",
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """`log` takes what the worker's libraries print; None leaves that to this process's standard error.

        `environment` adds variables to the worker's.
        """
        self._log, self._died, self._name, self._environment = log, died, name, environment or {}
        self._numbers = itertools.count(1)
        self._open: dict[int, _Open] = {}
        self._process: WorkerProcess | None = None
        self._listening: asyncio.Task[None] | None = None
        self._starting = asyncio.Lock()
        self._closing = False
        self.has_answered = False
        """Whether the worker has told anything yet, and so has its libraries."""
        self._gone = EiftuiError(f"{name} is not running")
        """Why there is no worker, where there is none."""

    @property
    def running(self) -> bool:
        """Whether there is a worker to ask."""
        return self._process is not None and not self._closing

    @property
    def pid(self) -> int | None:
        """Process id of the worker, if there is one."""
        return self._process.pid if self._process else None

    async def start(self) -> None:
        """Start a worker where there is none. It takes requests at once, and needs some seconds for its libraries.

        Raises:
            EiftuiError: it cannot be started, or its log not written.
        """
        async with self._starting:
            if self._process is None:
                self.has_answered, self._process = False, await self._spawn()
                self._listening = asyncio.create_task(self._listen(self._process))

    async def ask(self, request: Request) -> AsyncGenerator[Finding | Stage, None]:
        """The answers to a request, as they come, until it is done.

        Whoever stops reading earlier gives the request up (with `contextlib.aclosing`, at once).

        Raises:
            InputError: what was asked cannot be done as it is.
            RequestCancelled: it was given up.
            WorkerDied: the worker ended.
            EiftuiError: it failed otherwise, or there is no worker.
        """
        if self._process is None or self._closing:
            raise self._gone
        number, asked = next(self._numbers), _Open(request)
        self._process.send(Asked(number=number, request=request))
        self._open[number] = asked
        try:
            await self._process.sent()
            while not isinstance(answer := await asked.answers.get(), End | EiftuiError):
                yield answer
            if not isinstance(answer, Done):
                raise _error(answer)
        finally:
            if not asked.ended.is_set():
                self._process.send(Asked(number=number, request=Cancel(number=number)))

    async def one(self, request: Request, kind: type[Kind]) -> Kind:
        """The answer of a kind to a request that has one such. Raises as `ask` does."""
        async with aclosing(self.ask(request)) as answers:
            found = [answer async for answer in answers if isinstance(answer, kind)]
        return found[0]

    def give_up(self, request: Request) -> None:
        """Cancel one request. Its answers that are on their way still come, and then it is `RequestCancelled`."""
        for number, asked in self._open.items():
            if self._process is not None and asked.request is request:
                self._process.send(Asked(number=number, request=Cancel(number=number)))

    async def cancel(self) -> bool:
        """Give up everything that is asked. Answers that were on their way still come.

        Returns whether the worker goes on. If not, because it did not answer in time or was loading a model, it was
        ended: `start` a new one, and load the model again.
        """
        if self._process is None:
            return False
        # what libraries leave behind when they are stopped while they load is not to be relied on
        if not any(isinstance(asked.request, Load) for asked in self._open.values()) and await self._give_up():
            return self.running
        await self.close()
        return False

    async def close(self) -> None:
        """End the worker, whatever it does; open requests are given up."""
        if self._process is None or self._listening is None:
            return
        self._closing = True
        self._process.end()
        ended, _ = await asyncio.wait([self._listening], timeout=self.last_patience)
        if not ended:
            self._process.signal(signal.SIGKILL)
            await self._listening

    async def _spawn(self) -> WorkerProcess:
        return await WorkerProcess.start(self._log, self._environment)

    async def _give_up(self) -> bool:
        """Cancel every request; whether all ended in time."""
        assert self._process is not None
        asked = dict(self._open)
        for number in asked:
            self._process.send(Asked(number=number, request=Cancel(number=number)))
        try:
            async with asyncio.timeout(self.patience):
                for one in asked.values():
                    await one.ended.wait()
        except TimeoutError:
            return False
        return True

    async def _listen(self, process: WorkerProcess) -> None:
        """Hand out answers until the worker is gone, and then tell everybody who waits."""
        problem = None
        try:
            async for answered in process.answers():
                self.has_answered = True
                if asked := self._open.get(answered.number):
                    asked.take(answered.answer)
                    if asked.ended.is_set():
                        del self._open[answered.number]
        except ValueError as error:
            problem = f"it sent what cannot be understood: {str(error).splitlines()[0]}"
        ending = await process.ending()
        self._bury(
            WorkerDied(
                f"{self._name} ended unexpectedly ({problem or ending.how}); what was measured is kept", ending.log
            )
        )

    def _bury(self, death: WorkerDied) -> None:
        asked_to = self._closing
        self._gone = RequestCancelled(f"{self._name} was ended") if asked_to else death
        self._process, self._closing = None, False
        for asked in self._open.values():
            asked.take(self._gone)
        self._open.clear()
        if not asked_to:
            self._died(death)


def _error(end: Failed | Cancelled | EiftuiError) -> EiftuiError:
    """What is raised where a request ended so."""
    if isinstance(end, Failed):
        return (InputError if end.exit_code == InputError.exit_code else EiftuiError)(end.error)
    return RequestCancelled("cancelled") if isinstance(end, Cancelled) else end
