"""How the explorer is left when nobody asks it to: at a signal, or with its terminal. Never does it stay behind."""

from __future__ import annotations

import asyncio
import os
import select
import signal
import sys
from contextlib import suppress
from threading import Timer
from types import FrameType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from eiftui.tui.app import Explorer

INTERRUPTED = 130
SECONDS_BETWEEN_LOOKS = 1.0
SECONDS_TO_LEAVE = 8.0
"""After them, more than its worker is given, it ends at once: what is measured is on the disk."""


def leave_at_signals(app: Explorer) -> None:
    """From now on SIGTERM and SIGHUP have the application left. To be called where its loop runs."""
    loop = asyncio.get_running_loop()

    def leave(number: int, frame: FrameType | None) -> None:
        with suppress(RuntimeError):  # the loop has ended already
            loop.call_soon_threadsafe(_leave, app)
        end_in(SECONDS_TO_LEAVE)

    # asyncio's own handlers are of no use while the loop waits, for a terminal that takes nothing, say
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, leave)


async def leave_with_the_terminal(app: Explorer) -> None:
    """Not every terminal that goes sends SIGHUP, or to us (`nohup`); Textual would read from nothing for ever."""
    terminal = select.poll()
    terminal.register(sys.stdin, 0)  # its end is told whatever is asked for
    while not terminal.poll(0):
        await asyncio.sleep(SECONDS_BETWEEN_LOOKS)
    _leave(app)
    end_in(SECONDS_TO_LEAVE)


def end_in(seconds: float) -> None:
    """End the process then, if it still is, whatever it waits for."""
    last = Timer(seconds, os._exit, (INTERRUPTED,))
    last.daemon = True
    last.start()


def _leave(app: Explorer) -> None:
    """From within the application: what it does on leaving belongs to its screens."""
    app.call_later(app.exit, None, INTERRUPTED)
