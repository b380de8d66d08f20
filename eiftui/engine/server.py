"""What a worker process does: requests as lines of JSON from its input, answers to its output.

It ends when its input does, so it never outlives whoever started it.
"""

from __future__ import annotations

import os
import queue
import signal
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NoReturn

from eiftui.engine import images
from eiftui.engine.calibration import calibrate
from eiftui.engine.continuations import continuations
from eiftui.engine.embedding import embeddings
from eiftui.engine.image_requests import LookAtImages, RunImages
from eiftui.engine.interrupts import Interrupted, Interrupts
from eiftui.engine.measurer import Measurer
from eiftui.engine.protocol import (
    Answer,
    Answered,
    Asked,
    Calibrate,
    Cancel,
    Cancelled,
    Continue,
    Done,
    Embed,
    End,
    Failed,
    Finding,
    Load,
    Request,
    Stage,
    Task,
    Tokenize,
)
from eiftui.engine.tokenizing import tokenized
from eiftui.errors import EiftuiError
from eiftui.influence.memory import out_of_memory
from eiftui.models.progress import Progress

GRACE = 0.7
"""Seconds to tidy up after whoever started this is gone: to remove temporary folders, and end a download."""


class Server:
    """Does requests one at a time in the main thread, while another thread reads what is asked."""

    def __init__(self, requests: BinaryIO, answers: BinaryIO) -> None:
        """Make it in the main thread."""
        self._requests, self._answers = requests, answers
        self._waiting: queue.SimpleQueue[tuple[int, Request]] = queue.SimpleQueue()
        self._telling = threading.Lock()
        self._interrupts = Interrupts()
        self._measurer = Measurer(self._stage)

    def serve(self) -> NoReturn:
        """Answer requests until the input ends or SIGTERM comes. Does not return, but ends the process."""
        signal.signal(signal.SIGTERM, _leave)
        threading.Thread(target=self._read, daemon=True).start()
        try:
            while True:
                number, request = self._waiting.get()
                with self._interrupts.during(number):
                    end = self._do(number, request)
                self._tell(number, end)
        except SystemExit as leaving:
            # any other way to end waits for the thread that reads
            os._exit(int(leaving.code or 0))

    def _read(self) -> None:
        try:
            for line in self._requests:
                self._take(Asked.model_validate_json(line))
        except ValueError:
            traceback.print_exc()
        finally:
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGTERM)
            time.sleep(GRACE)
            os._exit(0)

    def _take(self, asked: Asked) -> None:
        if isinstance(asked.request, Cancel):
            self._interrupts.cancel(asked.request.number)
        elif isinstance(asked.request, Tokenize):  # at once, whatever the main thread does
            self._tell(asked.number, self._do(asked.number, asked.request))
        else:
            self._waiting.put((asked.number, asked.request))

    def _do(self, number: int, request: Request) -> End:
        """Do a request, telling what is found, and say how it ended."""
        try:
            self._interrupts.check(number)
            for finding in find(self._measurer, request, self._stage):
                self._tell(number, finding)
                self._interrupts.check(number)
            return Done()
        except Interrupted:
            return Cancelled()
        except EiftuiError as error:
            return Failed(error=str(error), exit_code=error.exit_code)
        except Exception as error:
            traceback.print_exc()
            return Failed(error=out_of_memory(error) or f"{type(error).__name__}: {error}")

    def _stage(self, text: str, fraction: float | None) -> None:
        if self._interrupts.now is not None:
            self._tell(self._interrupts.now, Stage(text=text, fraction=fraction))

    def _tell(self, number: int, answer: Answer) -> None:
        line = Answered(number=number, answer=answer).model_dump_json().encode() + b"\n"
        try:
            with self._telling:
                self._answers.write(line)
                self._answers.flush()
        except BrokenPipeError:
            sys.exit()  # nobody is there to be told


def find(measurer: Measurer, request: Request, progress: Progress = lambda text, fraction: None) -> Iterator[Finding]:
    """What a request asks for, and how far it is. Raises what measuring raises."""
    match request:
        case Load():
            yield measurer.load(request)
        case Task():
            yield from measurer.measure(request)
        case Tokenize():
            yield tokenized(measurer.model, request)
        case Calibrate():
            yield calibrate(measurer, request)
        case Continue():
            yield from continuations(measurer.model, request)
        case Embed():
            yield from embeddings(measurer.model, request)
        case LookAtImages():
            yield images.looked(request)
        case RunImages():
            yield from images.records(Path(request.path), progress)


def _leave(*_: object) -> NoReturn:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # a second one would stop the tidying up
    sys.exit(128 + signal.SIGTERM)  # as a shell would say it
