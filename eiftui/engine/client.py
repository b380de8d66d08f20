"""The near end of a worker process, for an event loop: requests out, answers in, and no torch on this side."""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
import sys
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TypeVar

from eiftui.engine.protocol import (
    Answer,
    Answered,
    Asked,
    Cancel,
    Cancelled,
    Done,
    Failed,
    Finding,
    Load,
    Request,
    Stage,
)
from eiftui.errors import EiftuiError, InputError

COMMAND = (sys.executable, "-P", "-m", "eiftui.engine.worker")
"""-P: what lies in the current folder is not taken for a library."""
LINE_LIMIT = 1 << 24
PATIENCE = 2.0
"""Seconds that a worker has to give up its requests before it is asked to end."""
LAST_PATIENCE = 5.0
"""Seconds that it then has before it is killed."""
LOG_LINES = 20
Kind = TypeVar("Kind", bound=Finding)


class RequestCancelled(EiftuiError):
    """The request was given up, as was asked; what was answered before holds."""


class WorkerDied(EiftuiError):
    """The worker ended without being asked to. The message says how."""

    def __init__(self, message: str, log: str = "") -> None:
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
        if isinstance(answer, Done | Failed | Cancelled | EiftuiError):
            self.ended.set()


class Client:
    """One worker process, which does one request at a time; others wait their turn, but for `Tokenize`.

    `start` it, `ask` it, `cancel` what it does, `close` it. If it dies, `died` is called with how, every open request
    raises the same, and `start` makes a new one, which has no model loaded.
    """

    def __init__(
        self,
        log: Path | None = None,
        died: Callable[[WorkerDied], None] = lambda death: None,
        name: str = "the worker",
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """`log` takes what the worker's libraries print; None leaves that to this process's standard error."""
        self._log, self._died, self._name = log, died, name
        self._environment = {**os.environ, **(environment or {})}
        self._log_start = 0
        self._numbers = itertools.count(1)
        self._open: dict[int, _Open] = {}
        self._process: asyncio.subprocess.Process | None = None
        self._listening: asyncio.Task[None] | None = None
        self._ending = False
        self._gone = EiftuiError(f"{name} is not running")
        """Why there is no worker."""

    @property
    def running(self) -> bool:
        """Whether there is a worker to ask."""
        return self._listening is not None and not self._listening.done() and not self._ending

    @property
    def pid(self) -> int | None:
        """Process id of the worker, and id of its process group."""
        return self._process.pid if self._process else None

    async def start(self) -> None:
        """Start a worker where none runs. It takes requests at once, and some seconds to load its libraries.

        Raises:
            EiftuiError: it cannot be started, or its log not written.
        """
        if self.running:
            return
        try:
            self._process = await self._spawn()
        except OSError as error:
            raise EiftuiError(f"cannot start {self._name} ({error.strerror})") from error
        self._ending = False
        self._listening = asyncio.create_task(self._listen(self._process))

    async def ask(self, request: Request) -> AsyncGenerator[Finding | Stage, None]:
        """The answers to a request, as they come, until it is done. To stop reading gives the request up.

        Raises:
            InputError: what was asked cannot be done as it is.
            RequestCancelled: it was given up.
            WorkerDied: the worker ended.
            EiftuiError: it failed otherwise, or there is no worker.
        """
        number, asked = next(self._numbers), _Open(request)
        if not self.running:
            raise self._gone
        self._open[number] = asked
        try:
            self._send(number, request)
            await self._drain()
            while not isinstance(answer := await asked.answers.get(), Done):
                if isinstance(answer, EiftuiError):
                    raise answer
                if isinstance(answer, Cancelled):
                    raise RequestCancelled("cancelled")
                if isinstance(answer, Failed):
                    raise (InputError if answer.exit_code == InputError.exit_code else EiftuiError)(answer.error)
                yield answer
        finally:
            if not asked.ended.is_set():
                self._send(number, Cancel(number=number))

    async def one(self, request: Request, kind: type[Kind]) -> Kind:
        """The answer of a kind to a request that has one of it. Raises as `ask` does."""
        found: list[Kind] = []
        async with aclosing(self.ask(request)) as answers:
            async for answer in answers:
                if isinstance(answer, kind):
                    found.append(answer)
        return found[0]

    async def cancel(self) -> bool:
        """Give up everything that is asked. Answers that were on their way still come.

        Returns whether the worker goes on. If not, because it did not answer in time or was loading a model, it was
        ended: `start` a new one, and load the model again.
        """
        waiting = list(self._open.values())
        if not self.running:
            return False
        if not any(isinstance(asked.request, Load) for asked in waiting):
            for number in self._open:
                self._send(number, Cancel(number=number))
            with suppress(TimeoutError):
                async with asyncio.timeout(PATIENCE):
                    for asked in waiting:
                        await asked.ended.wait()
                    return self.running
        # what libraries leave behind when they are stopped while they load is not to be relied on
        await self.close()
        return False

    async def close(self) -> None:
        """End the worker, whatever it does; open requests are given up."""
        if self._process is None or self._listening is None or self._listening.done():
            return
        self._ending = True
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._signal(signal.SIGTERM)
        done, _ = await asyncio.wait([self._listening], timeout=LAST_PATIENCE)
        if not done:
            self._signal(signal.SIGKILL)
            await self._listening

    async def _spawn(self) -> asyncio.subprocess.Process:
        # in a session of its own: Ctrl-C at the terminal is not for it, and what it starts ends with it
        spawn = partial(
            asyncio.create_subprocess_exec,
            *COMMAND,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=LINE_LIMIT,
            env=self._environment,
            start_new_session=True,
        )
        if self._log is None:
            return await spawn()
        self._log.parent.mkdir(parents=True, exist_ok=True)
        with self._log.open("ab") as log:
            self._log_start = log.tell()
            return await spawn(stderr=log)

    def _send(self, number: int, request: Request | Cancel) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        if not self._process.stdin.is_closing():
            self._process.stdin.write(Asked(number=number, request=request).model_dump_json().encode() + b"\n")

    async def _drain(self) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        with suppress(ConnectionError):  # it died: how is found out by listening
            await self._process.stdin.drain()

    async def _listen(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        problem = ""
        try:
            async for line in process.stdout:
                answered = Answered.model_validate_json(line)
                if asked := self._open.get(answered.number):
                    asked.take(answered.answer)
                    if asked.ended.is_set():
                        del self._open[answered.number]
                await asyncio.sleep(0)  # many answers at once must not hold up the loop
        except ValueError as error:
            problem = f": what it said cannot be read: {str(error).splitlines()[0]}"
            self._signal(signal.SIGKILL)
        self._bury(await process.wait(), problem)

    def _bury(self, code: int, problem: str) -> None:
        """Tell everybody who waits that the worker is gone."""
        if self._ending:
            self._gone = RequestCancelled(f"{self._name} was ended")
        else:
            self._gone = WorkerDied(f"{self._name} ended unexpectedly{problem or self._how(code)}", self._tail())
        for asked in self._open.values():
            asked.take(self._gone)
        self._open.clear()
        if isinstance(self._gone, WorkerDied):
            self._died(self._gone)

    def _how(self, code: int) -> str:
        if code == -signal.SIGKILL:
            return f" (killed by signal {-code}, as the system does when memory runs out)"
        if code < 0:
            return f" (killed by signal {-code})"
        last = self._tail().strip().splitlines()[-1:]
        return f" (exit code {code})" + "".join(f": {line}" for line in last)

    def _tail(self) -> str:
        """The last lines of this worker's part of the log."""
        if self._log is None:
            return ""
        with suppress(OSError), self._log.open("rb") as log:
            log.seek(self._log_start)
            lines = log.read().decode(errors="replace").splitlines()
            return "\n".join(lines[-LOG_LINES:])
        return ""

    def _signal(self, number: signal.Signals) -> None:
        """Send a signal to the worker and what it started."""
        if self._process is not None and self._process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)
