"""Textual's terminal, but one that may go: Textual's own waits for ever for a terminal that takes nothing any more."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import Any, TextIO

from textual.drivers import linux_driver
from textual.drivers.linux_driver import LinuxDriver

from eiftui.tui.pastes import Pastes


class Losable:
    """Where a terminal's output goes, and nowhere once the terminal has gone."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def write(self, text: str) -> None:
        with suppress(OSError):
            self._file.write(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._file.flush()

    def fileno(self) -> int:
        return self._file.fileno()


class LosableDriver(LinuxDriver):
    """Lets the application go on, to be left as it should, when its terminal has gone."""

    def __init__(self, *app: Any, **how: Any) -> None:
        super().__init__(*app, **how)
        # the thread that writes would end at an error, and whoever paints would wait for it until the queue has room
        self._file = Losable(sys.__stderr__ or sys.stderr)  # type: ignore[assignment]  # what a thread needs of a file

    def run_input_thread(self) -> None:
        setattr(linux_driver, "XTermParser", Pastes)  # noqa: B010  # the thread makes one of that name
        with suppress(OSError):  # an error would end the application as a mistake does
            super().run_input_thread()
