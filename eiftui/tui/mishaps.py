"""Mistakes of our own met while the explorer runs: a message and some lines in a log, and no end of the program."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from platformdirs import user_log_path
from textual.app import App
from textual.message import Message
from textual.message_pump import MessagePump
from textual.widget import Widget
from textual.worker import WorkerFailed


class Mishap(Message):
    """A mistake was met, and what it was met in was given up."""

    def __init__(self, error: BaseException) -> None:
        super().__init__()
        self.error = error


class Surviving(MessagePump):
    """What has handlers that may go wrong: all of ours. It hears the next message, where Textual would let it end."""

    async def _dispatch_message(self, message: Message) -> None:
        # Textual has no public way to go on after what a handler raises
        try:
            await super()._dispatch_message(message)
        except Exception as error:
            self.app._handle_exception(error)


class SurvivingApp(Surviving, App[Any]):
    """Says what went wrong, and goes on."""

    def __init__(self, **how: Any) -> None:
        super().__init__(**how)
        self._mishaps: set[str] = set()
        self._ready_once = False
        """Whether the first screen has been shown."""

    def on_mishap(self, message: Mishap) -> None:
        """Say once what went wrong, however often it does."""
        mishap = repr(message.error)
        if mishap in self._mishaps:
            return
        self._mishaps.add(mishap)
        try:
            self.notify(noted(message.error), severity="error")
        except Exception as error:  # nobody is left to tell
            super()._handle_exception(error)

    def on_ready(self) -> None:
        self._ready_once = True

    def _handle_exception(self, error: Exception) -> None:
        """What anybody raises ends the program only where there is nothing on the screen yet, or nothing any more."""
        # Textual has no public way to survive what handlers, callbacks, timers and workers raise
        cause = error.error if isinstance(error, WorkerFailed) else error
        if not (self._ready_once and self.post_message(Mishap(cause))):
            super()._handle_exception(error)


@contextmanager
def survived(widget: Widget) -> Iterator[None]:
    """What is done here for a widget may go wrong without anything else going wrong."""
    try:
        yield
    except Exception as error:
        widget.post_message(Mishap(error))


def mishaps_path() -> Path:
    """Where they are written down."""
    return user_log_path("eiftui") / "explorer.log"


def noted(error: BaseException) -> str:
    """Write down where an error comes from, and say in a sentence what a person should know of it."""
    with suppress(OSError):
        mishaps_path().parent.mkdir(parents=True, exist_ok=True)
        with mishaps_path().open("a", encoding="utf-8") as log:
            log.write(f"{datetime.now():%Y-%m-%d %H:%M:%S}\n{''.join(traceback.format_exception(error))}\n")
    return f"eiftui made a mistake ({type(error).__name__}: {error}); what is measured is kept, and the log says more"
