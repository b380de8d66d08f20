"""The worker process: requests as lines of JSON on standard input, answers on standard output.

It ends when its input does, so it never outlives whoever started it.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from typing import TextIO

import torch
from pydantic import ValidationError

from eiftui.engine.measurer import Measurer
from eiftui.engine.protocol import REQUESTS, Answer, Done, Failed, Load, Request, Stage
from eiftui.errors import EiftuiError


def serve(requests: TextIO, answers: TextIO) -> None:
    """Answer requests until there are no more."""

    def tell(answer: Answer) -> None:
        answers.write(answer.model_dump_json() + "\n")
        answers.flush()

    measurer = Measurer(lambda text, fraction: tell(Stage(text=text, fraction=fraction)))
    for line in requests:
        try:
            for answer in _answers(measurer, REQUESTS.validate_json(line)):
                tell(answer)
            tell(Done())
        except EiftuiError as error:
            tell(Failed(error=str(error), exit_code=error.exit_code))
        except ValidationError as error:
            tell(Failed(error=f"not a request: {error.errors()[0]['msg']}"))
        except (torch.OutOfMemoryError, MemoryError):
            tell(Failed(error="out of memory; try --memory-budget, --dtype bfloat16 or a smaller model"))


def _answers(measurer: Measurer, request: Request) -> Iterator[Answer]:
    if isinstance(request, Load):
        yield measurer.load(request)
    else:
        yield from measurer.measure(request)


def main() -> None:
    """Serve standard input. What libraries print goes to standard error, so that answers stay whole.

    Ctrl-C at the terminal reaches workers too, but it is whoever started them who ends them.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    sys.stdin.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    serve(sys.stdin, answers)


if __name__ == "__main__":
    main()
