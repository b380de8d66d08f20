"""The explorer's one worker: started when it is needed, with the model that is needed, and started anew if it dies."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager, suppress
from pathlib import Path

from platformdirs import user_log_path

from eiftui.engine.client import Client, WorkerDied
from eiftui.engine.estimate import Estimate, sample
from eiftui.engine.protocol import Calibrated, Load, Stage
from eiftui.session.readings import Readings
from eiftui.session.results import ModelRecord
from eiftui.settings import Settings

Hire = Callable[..., Client]
"""Makes a `Client`, and takes what that takes."""
PATIENCE = 0.8
"""Seconds after which a worker that does not give up its work is ended: who cancels waits no longer than a second."""
NICENESS = 5
"""The screen comes first where both want the same core."""


def log_path() -> Path:
    """Where the worker's libraries print what they have to say."""
    return user_log_path("eiftui") / "worker.log"


class Worker:
    """A client, and which model its process has loaded."""

    def __init__(self, hire: Hire = Client, log: Path | None = None) -> None:
        self.client = hire(log=log or log_path(), died=lambda death: self.died(death))
        self.client.patience = min(self.client.patience, PATIENCE)
        self.staged: Callable[[Stage], None] = lambda stage: None
        """Told how far loading is."""
        self.died: Callable[[WorkerDied], None] = lambda death: None
        """Told when the process has ended unasked."""
        self._loaded: tuple[str, ModelRecord] | None = None
        """What the process was asked to load, and what that turned out to be."""
        self._loading = asyncio.Lock()
        self.wanted: Callable[[], None] = lambda: None
        """Called when somebody comes before whoever measures, who then gives up what is measured just now."""
        self._before = 0
        self._free = asyncio.Event()
        self._free.set()

    @asynccontextmanager
    async def first(self) -> AsyncIterator[None]:
        """For something short that a person waits for: whoever measures waits meanwhile."""
        self._before += 1
        self._free.clear()
        self.wanted()
        try:
            yield
        finally:
            self._before -= 1
            if not self._before:
                self._free.set()

    @property
    def taken(self) -> bool:
        """Whether somebody comes before whoever measures."""
        return not self._free.is_set()

    async def free(self) -> None:
        """Wait until nobody comes first."""
        await self._free.wait()

    def has(self, settings: Settings) -> bool:
        """Whether the model of some settings is loaded."""
        return self._model_of(settings) is not None

    async def ready(self, settings: Settings) -> ModelRecord:
        """Have a process with the model of the settings, and say what that is.

        Raises:
            EiftuiError: it cannot be had, or loading was cancelled, or the process died (see `Client.ask`).
        """
        async with self._loading:
            model = self._model_of(settings)
            if model is None:
                await self.start()
                self._loaded = None
                model = await self._load(settings)
                self._loaded = _needed(settings), model
            return model

    async def estimate(self, session: Readings) -> Estimate:
        """What it will take to measure all that a session of the model lacks. Raises as `Client.one` does."""
        asked = sample(session)
        async with self.first():
            return asked.estimate(await self.client.one(asked.request, Calibrated))

    async def cancel(self) -> bool:
        """Give up whatever the process does; whether it goes on. One that does not was ended: `ready` makes another."""
        return await self.client.cancel()

    async def close(self) -> None:
        """End the process."""
        await self.client.close()

    async def start(self) -> None:
        """Have a process, of whatever model. Raises EiftuiError if it cannot be had."""
        if not self.client.running:
            self._loaded = None
            await self.client.start()
            with suppress(OSError, TypeError):
                os.setpriority(os.PRIO_PROCESS, self.client.pid or -1, NICENESS)

    def _model_of(self, settings: Settings) -> ModelRecord | None:
        """The model of some settings, if the process that runs has loaded it."""
        loaded, model = self._loaded or ("", None)
        return model if self.client.running and loaded == _needed(settings) else None

    async def _load(self, settings: Settings) -> ModelRecord:
        async with aclosing(self.client.ask(Load(settings=settings))) as answers:
            async for answer in answers:
                if isinstance(answer, Stage):
                    self.staged(answer)
                elif isinstance(answer, ModelRecord):
                    model = answer
        return model


def _needed(settings: Settings) -> str:
    """What has to be loaded: the engine is tried on the model when that is loaded."""
    return f"{settings.model.model_dump_json()} {settings.method.engine}"
