"""Who computes: this process, or several workers of this machine side by side."""

from __future__ import annotations

import asyncio
import os
import queue
import threading
from collections.abc import Coroutine, Iterator, Mapping
from typing import Any, Protocol

from eiftui.engine.client import Client, WorkerDied
from eiftui.engine.protocol import Load, Request, Result, Stage, Task
from eiftui.errors import EiftuiError, InputError
from eiftui.session.results import ModelRecord


class Team(Protocol):
    """Loads a model, once, and measures tasks on it."""

    def load(self, request: Load) -> ModelRecord:
        """Load a model. Raises EiftuiError."""
        ...

    def measure(self, task: Task) -> Iterator[Result]:
        """The records of a task as they come, rows in any order. Raises EiftuiError."""
        ...

    def close(self) -> None: ...


class Tell(Protocol):
    """Is told what is being done."""

    def __call__(self, text: str, fraction: float | None) -> None: ...


def make_team(workers: str, tell: Tell) -> Team:
    """The team that `--workers` asks for: `here`, `local` or `local:N`.

    Raises:
        InputError: it asks for something else.
    """
    kind, _, number = workers.partition(":")
    if workers == "here":
        from eiftui.engine.here import Here

        return Here(tell)
    if kind != "local" or (number and not (number.isdecimal() and int(number) > 0)):
        raise InputError(f"no workers {workers!r}: use local or local:N")
    return Workers(int(number or 1), tell)


class Workers:
    """Worker processes, each with the model; the rows of a task are dealt out among them."""

    def __init__(self, number: int, tell: Tell) -> None:
        self._tell = tell
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.clients = [Client(name=f"worker {index + 1}", environment=_share_of(number)) for index in range(number)]
        for client in self.clients:
            self._await(client.start())

    def load(self, request: Load) -> ModelRecord:
        """The first worker loads first, so that a model is fetched once."""
        first = list(self._ask({0: request}))
        for _ in self._ask({i: request.model_copy(update={"worker": i}) for i in range(1, len(self.clients))}):
            pass
        return next(record for record in first if isinstance(record, ModelRecord))

    def measure(self, task: Task) -> Iterator[Result]:
        """Rows are dealt out in turn; what has no rows is for the first worker."""
        number = len(self.clients) if task.what not in ("base", "floor", "check") else 1
        hands = {index: task.model_copy(update={"rows": task.rows[index::number]}) for index in range(number)}
        yield from self._ask({index: hand for index, hand in hands.items() if hand.rows or number == 1})

    def _ask(self, requests: Mapping[int, Request]) -> Iterator[Result]:
        """Send a request to some workers and give back what they answer until all are done."""
        answers: queue.SimpleQueue[Result | EiftuiError | None] = queue.SimpleQueue()
        for index, request in requests.items():
            asyncio.run_coroutine_threadsafe(self._pass_on(self.clients[index], request, answers), self._loop)
        waiting, failure = len(requests), None
        while waiting:
            answer = answers.get()
            if isinstance(answer, WorkerDied):
                raise answer
            if answer is None or isinstance(answer, EiftuiError):
                waiting -= 1
                failure = answer or failure
            else:
                yield answer
        if failure:
            raise failure

    async def _pass_on(
        self, client: Client, request: Request, answers: queue.SimpleQueue[Result | EiftuiError | None]
    ) -> None:
        """Put what a worker answers where this thread reads it, and at the end None, or why there is none."""
        try:
            async for answer in client.ask(request):
                if isinstance(answer, Stage):
                    self._tell(answer.text, answer.fraction)
                else:
                    answers.put(answer)  # type: ignore[arg-type]  # tasks and models have no other answers
            answers.put(None)
        except EiftuiError as error:
            answers.put(error)

    def _await(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def close(self) -> None:
        """End the workers; one that is busy is not waited for."""
        for client in self.clients:
            self._await(client.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


def _share_of(number: int) -> dict[str, str]:
    """The environment of one of several workers that share the cores of this machine.

    Threads that wait for others to finish let go of their core: by default they spin, and where workers are more than
    cores, they spin on what another would compute with (three on two cores: 22 s instead of 8).
    """
    threads = max(1, (os.cpu_count() or 1) // number)
    return {"OMP_NUM_THREADS": str(threads), **({"OMP_WAIT_POLICY": "PASSIVE"} if number > 1 else {})}
