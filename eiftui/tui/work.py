"""One piece of work at a time: what a status bar shows of it, how it is stopped, and how it ended."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from enum import StrEnum
from typing import Any, Literal

from eiftui.engine.client import RequestCancelled, WorkerDied
from eiftui.errors import EiftuiError
from eiftui.tui.mishaps import noted

Severity = Literal["information", "warning", "error"]


class Phase(StrEnum):
    """What is going on."""

    IDLE = "idle"
    LOADING = "loading"
    ESTIMATING = "estimating"
    MEASURING = "measuring"
    STOPPING = "stopping"
    PAUSED = "paused"
    FAILED = "failed"


class Work:
    """Whatever a piece of work raises ends it with a word. What a status bar shows is here."""

    def __init__(self) -> None:
        self.phase = Phase.IDLE
        self.text = ""
        """What is being done, or why it failed."""
        self.fraction: float | None = None
        """How much of loading is done, where that is known."""
        self.changed: Callable[[], None] = lambda: None
        """Called when any of these changes."""
        self.said: Callable[[str, Severity], None] = lambda text, severity: None
        """Told what a person should hear of now."""
        self._task: asyncio.Task[None] | None = None
        self._stopped = Phase.IDLE
        """What it is to be once it was stopped."""

    @property
    def busy(self) -> bool:
        """Whether something is under way."""
        return self._task is not None and not self._task.done()

    def start(self, work: Coroutine[Any, Any, None], then: Callable[[], None] = lambda: None) -> None:
        """Do some work, and call `then` when it has ended, however it did."""
        self._stopped = Phase.IDLE
        self._task = asyncio.create_task(self._guard(work))
        self._task.add_done_callback(lambda task: then())

    def be(self, phase: Phase, text: str = "") -> None:
        """Go on to another phase."""
        self.phase, self.text, self.fraction = phase, text, None
        self.changed()

    def tell(self, text: str, fraction: float | None = None) -> None:
        """Say what is being done in this phase."""
        self.text, self.fraction = text, fraction
        self.changed()

    def fail(self, reason: str) -> None:
        self.be(Phase.FAILED, reason)
        self.said(reason, "error")

    def stop(self, phase: Phase) -> None:
        """Say that it is being stopped, as whoever has that done knows, and what phase comes then."""
        self._stopped = phase
        self.be(Phase.STOPPING)

    async def end(self) -> None:
        """Wait until it has ended."""
        if self._task:
            await asyncio.wait([self._task])

    async def close(self) -> None:
        """End it where it is."""
        if self._task and not self._task.done():
            self._task.cancel()
            await self.end()

    async def _guard(self, work: Coroutine[Any, Any, None]) -> None:
        """Do some work, and say how it ended."""
        try:
            await work
            self.be(Phase.IDLE)
        except RequestCancelled:
            self.be(self._stopped)
        except WorkerDied as death:
            self.fail(f"{death}; r starts another and goes on")
        except EiftuiError as error:
            self.fail(str(error))
        except Exception as error:  # a run that ends without a word is worse than one that says what it ends of
            self.fail(noted(error))
