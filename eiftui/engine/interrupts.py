"""Interrupting the main thread in the midst of its work, there alone where it leaves nothing half done."""

from __future__ import annotations

import inspect
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import CodeType, FrameType
from typing import Any

import torch

from eiftui.influence.prediction import first_order
from eiftui.models.tokens import encode

SOON = 0.001
EVERY = 0.02
"""Seconds to the first attempt to interrupt, and from one to the next."""


class Interrupted(BaseException):
    """The request that is being done was cancelled. No `Exception`, so that no library takes it for a failure."""


def _code(function: Callable[..., Any]) -> CodeType:
    """Of the function itself: what decorates it is shared with others."""
    return inspect.unwrap(function).__code__


COMPUTING: tuple[Callable[..., Any], ...] = (torch.nn.Module.__call__, torch.autograd.backward, first_order, encode)
INTERRUPTIBLE = frozenset(_code(function) for function in COMPUTING)
"""What takes long, and computes without changing what outlives it. Elsewhere weights, say, are put back."""


class Interrupts:
    """Raises `Interrupted` in the main thread while it does a request that any thread cancels by its number.

    A request whose turn has not come is interrupted as it begins, and at every `check`. Make it in the main thread.
    """

    def __init__(self) -> None:
        self.now: int | None = None
        """Number of the request that is being done."""
        self._cancelled: set[int] = set()
        signal.signal(signal.SIGALRM, self._strike)

    def cancel(self, number: int) -> None:
        """Interrupt the request of this number, again and again until it ends: one time may be lost in a library."""
        self._cancelled.add(number)
        signal.setitimer(signal.ITIMER_REAL, SOON, EVERY)

    @contextmanager
    def during(self, number: int) -> Iterator[None]:
        """What is inside is the request of this number."""
        self.now = number
        try:
            yield
        finally:
            self.now = None
            self._cancelled.discard(number)

    def check(self, number: int) -> None:
        """Raise `Interrupted` if the request of this number is cancelled."""
        if number in self._cancelled:
            raise Interrupted

    def _strike(self, signal_number: int, frame: FrameType | None) -> None:
        if self.now is None:
            signal.setitimer(signal.ITIMER_REAL, 0)
        elif self.now in self._cancelled and any(one.f_code in INTERRUPTIBLE for one in _stack(frame)):
            raise Interrupted


def _stack(frame: FrameType | None) -> Iterator[FrameType]:
    while frame is not None:
        yield frame
        frame = frame.f_back
