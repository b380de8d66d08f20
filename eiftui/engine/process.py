"""A worker as a process of its own: lines to it, lines from it, its log, and how it came to its end."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Self

from eiftui.engine.protocol import Answered, Asked
from eiftui.errors import EiftuiError

COMMAND = (sys.executable, "-P", "-m", "eiftui.engine.worker")
"""-P: what lies in the current folder is not taken for a library."""
LINE_LIMIT = 1 << 24
LOG_LINES = 20


@dataclass(frozen=True)
class Ending:
    """How a worker came to its end."""

    how: str
    """In words that go into brackets."""
    log: str
    """The last lines that it wrote to its log."""


class WorkerProcess:
    """A worker process that was started here, and what it starts, which ends with it."""

    def __init__(self, process: asyncio.subprocess.Process, log: Path | None, log_start: int) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self.pid = process.pid
        self._process, self._stdin, self._stdout = process, process.stdin, process.stdout
        self._log, self._log_start = log, log_start

    @classmethod
    async def start(cls, log: Path | None, environment: Mapping[str, str]) -> Self:
        """Start a worker. Its log goes on in the file `log`; None leaves it to this process's standard error.

        Raises:
            EiftuiError: it cannot be started, or the log not written.
        """
        spawn = partial(
            asyncio.create_subprocess_exec,
            *COMMAND,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=LINE_LIMIT,
            env={**os.environ, **environment},
            start_new_session=True,  # Ctrl-C at the terminal is not for it, and one signal reaches all that it starts
        )
        try:
            if log is None:
                return cls(await spawn(), None, 0)
            log.parent.mkdir(parents=True, exist_ok=True)
            with log.open("ab") as file:
                return cls(await spawn(stderr=file), log, file.tell())
        except OSError as error:
            raise EiftuiError(f"cannot start a worker: {error.strerror} {error.filename or ''}".rstrip()) from error

    def send(self, asked: Asked) -> None:
        """Send a line, or nothing where the worker is gone."""
        if not self._stdin.is_closing():
            self._stdin.write(asked.model_dump_json().encode() + b"\n")

    async def sent(self) -> None:
        """Return when the worker has room for more."""
        with suppress(ConnectionError):  # it is gone, which `answers` finds out
            await self._stdin.drain()

    async def answers(self) -> AsyncIterator[Answered]:
        """What comes from it, until it is gone. It is killed if that cannot be understood."""
        try:
            async for line in self._stdout:
                yield Answered.model_validate_json(line)
                await asyncio.sleep(0)  # many answers at once must not hold up the loop
        except ValueError:
            self.signal(signal.SIGKILL)
            raise

    async def ending(self) -> Ending:
        """Wait until it is gone, and say how that came."""
        code = await self._process.wait()
        log = self._tail()
        if code == -signal.SIGKILL:
            return Ending("killed by signal 9, as the system does when memory runs out", log)
        if code < 0:
            return Ending(f"killed by signal {-code}", log)
        return Ending(": ".join([f"exit code {code}", *log.splitlines()[-1:]]), log)

    def end(self) -> None:
        """Ask it to end: it is told so, and hears no more."""
        self._stdin.close()
        self.signal(signal.SIGTERM)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to it and what it started."""
        if self._process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(self.pid, number)

    def _tail(self) -> str:
        if self._log is None:
            return ""
        with suppress(OSError), self._log.open("rb") as file:
            file.seek(self._log_start)
            return "\n".join(file.read().decode(errors="replace").rstrip().splitlines()[-LOG_LINES:])
        return ""
