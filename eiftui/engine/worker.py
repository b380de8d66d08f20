"""The worker process: requests as lines of JSON on standard input, answers on standard output.

It ends when its input does, so it never outlives whoever started it.
"""

from __future__ import annotations

import os
import queue
import signal
import sys
import threading
import traceback
from collections.abc import Iterator
from typing import BinaryIO

import torch

from eiftui.engine.measurer import Measurer
from eiftui.engine.protocol import (
    Answer,
    Answered,
    Asked,
    Cancel,
    Cancelled,
    Done,
    End,
    Failed,
    Finding,
    Load,
    Request,
    Stage,
    Task,
)
from eiftui.errors import EiftuiError


class Interrupted(BaseException):
    """The request that is being done was cancelled. No `Exception`, so that no library takes it for a failure."""


class Worker:
    """Does requests one at a time in the main thread, while another thread reads what is asked."""

    def __init__(self, requests: BinaryIO, answers: BinaryIO) -> None:
        self._requests, self._answers = requests, answers
        self._waiting: queue.SimpleQueue[tuple[int, Request]] = queue.SimpleQueue()
        self._telling = threading.Lock()
        self._cancelled: set[int] = set()
        self._now = 0
        self._measurer = Measurer(lambda text, fraction: self._tell(self._now, Stage(text=text, fraction=fraction)))

    def serve(self) -> None:
        """Answer requests until the input ends."""
        threading.Thread(target=self._read, daemon=True).start()
        while True:
            number, request = self._waiting.get()
            self._now = number
            self._tell(number, self._do(number, request))

    def _read(self) -> None:
        for line in self._requests:
            asked = Asked.model_validate_json(line)
            if isinstance(asked.request, Cancel):
                self._cancelled.add(asked.request.number)
            else:
                self._waiting.put((asked.number, asked.request))
        os._exit(0)

    def _do(self, number: int, request: Request) -> End:
        """Do a request, telling what is found, and say how it ended."""
        try:
            self._check(number)
            for finding in self._find(request):
                self._tell(number, finding)
                self._check(number)
        except Interrupted:
            return Cancelled()
        except EiftuiError as error:
            return Failed(error=str(error), exit_code=error.exit_code)
        except (torch.OutOfMemoryError, MemoryError):
            return Failed(error="out of memory; try --memory-budget, --dtype bfloat16 or a smaller model")
        except Exception as error:
            traceback.print_exc()
            return Failed(error=f"{type(error).__name__}: {error}")
        return Done()

    def _find(self, request: Request) -> Iterator[Finding]:
        if isinstance(request, Load):
            yield self._measurer.load(request)
        elif isinstance(request, Task):
            yield from self._measurer.measure(request)
        else:
            raise EiftuiError(f"not yet: {request.kind}")

    def _check(self, number: int) -> None:
        if number in self._cancelled:
            raise Interrupted

    def _tell(self, number: int, answer: Answer) -> None:
        line = Answered(number=number, answer=answer).model_dump_json().encode() + b"\n"
        with self._telling:
            self._answers.write(line)
            self._answers.flush()


def main() -> None:
    """Serve standard input. What libraries print goes to standard error, so that answers stay whole.

    Ctrl-C at the terminal reaches workers too, but it is whoever started them who ends them.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    Worker(sys.stdin.buffer, answers).serve()


if __name__ == "__main__":
    main()
