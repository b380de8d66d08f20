"""Who computes: this process, or several workers of this machine side by side."""

from __future__ import annotations

import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import Protocol

from eiftui.engine.protocol import ANSWERS, Answer, Done, Failed, Load, Request, Result, Stage, Task
from eiftui.errors import EiftuiError, InputError
from eiftui.session.records import ModelRecord


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
        self._answers: queue.SimpleQueue[tuple[int, Answer | None]] = queue.SimpleQueue()
        threads = str(max(1, (os.cpu_count() or 1) // number))
        environment = {**os.environ, "OMP_NUM_THREADS": threads, "PYTHONUNBUFFERED": "1"}
        self._processes = [
            subprocess.Popen(
                [sys.executable, "-m", "eiftui.engine.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=environment,
                encoding="utf-8",
            )
            for _ in range(number)
        ]
        for index, process in enumerate(self._processes):
            threading.Thread(target=self._listen, args=(index, process), daemon=True).start()

    def _listen(self, index: int, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            self._answers.put((index, ANSWERS.validate_json(line)))
        self._answers.put((index, None))

    def load(self, request: Load) -> ModelRecord:
        """The first worker loads first, so that a model is fetched once."""
        first = self._ask({0: request})
        records = [record for record in first if isinstance(record, ModelRecord)]
        others = {index: request.model_copy(update={"worker": index}) for index in range(1, len(self._processes))}
        for _ in self._ask(others):
            pass
        return records[0]

    def measure(self, task: Task) -> Iterator[Result]:
        """Rows are dealt out in turn; what has no rows is for the first worker."""
        number = len(self._processes) if task.what not in ("base", "floor", "check") else 1
        hands = {index: task.model_copy(update={"rows": task.rows[index::number]}) for index in range(number)}
        yield from self._ask({index: hand for index, hand in hands.items() if hand.rows or number == 1})

    def _ask(self, requests: dict[int, Request] | dict[int, Load] | dict[int, Task]) -> Iterator[Result]:
        """Send a request to some workers and give back what they answer until all are done."""
        for index, request in requests.items():
            self._send(index, request)
        waiting, failure = set(requests), None
        while waiting:
            index, answer = self._answers.get()
            if answer is None:
                raise EiftuiError(
                    f"worker {index + 1} ended unexpectedly{self._status(index)}; what it measured is kept"
                )
            if isinstance(answer, Stage):
                self._tell(answer.text, answer.fraction)
            elif isinstance(answer, Done | Failed):
                waiting.discard(index)
                failure = answer if isinstance(answer, Failed) else failure
            else:
                yield answer
        if failure:
            raise (InputError if failure.exit_code == InputError.exit_code else EiftuiError)(failure.error)

    def _send(self, index: int, request: Request) -> None:
        pipe = self._processes[index].stdin
        assert pipe is not None
        try:
            pipe.write(request.model_dump_json() + "\n")
            pipe.flush()
        except BrokenPipeError as error:
            raise EiftuiError(f"worker {index + 1} ended unexpectedly{self._status(index)}") from error

    def _status(self, index: int) -> str:
        code = self._processes[index].poll()
        return "" if code is None else f" (killed by signal {-code})" if code < 0 else f" (exit code {code})"

    def close(self) -> None:
        """End the workers; one that is busy is not waited for."""
        for process in self._processes:
            if process.stdin is not None:
                with suppress(BrokenPipeError):  # it died with a request on its way to it
                    process.stdin.close()
            process.terminate()
        for process in self._processes:
            process.wait()
