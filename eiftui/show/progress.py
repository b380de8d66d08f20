"""How a run tells how far it is: a bar on a terminal, plain lines in a log, JSON lines for scripts, or nothing."""

from __future__ import annotations

import json
import math
import time
from typing import Protocol, TextIO

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TaskID, TextColumn
from rich.text import Text

from eiftui.show.encoding import printable
from eiftui.show.pace import Clock, Pace

SECONDS_BETWEEN_LINES = 5.0
SHARE_BETWEEN_LINES = 0.1


class ProgressReport(Protocol):
    """What a run reports to. `finish` is called exactly once, also when the run fails or is interrupted."""

    def start(self, total: int, done: int = 0) -> None:
        """Begin `total` steps, of which `done` were already done in an earlier run."""

    def stage(self, text: str) -> None:
        """Say what the run is doing now."""

    def advance(self, n: int = 1, text: str = "") -> None:
        """`n` more steps are done; `text`, if any, is the new stage."""

    def finish(self, text: str = "") -> None:
        """The run is over; `text` is its result in words."""


class _PaceColumn(ProgressColumn):
    """The live pace, asked again at every repaint."""

    def __init__(self, pace: Pace) -> None:
        super().__init__()
        self.pace = pace

    def render(self, task: Task) -> Text:
        return Text(str(self.pace))


class RunProgress:
    """A bar on a terminal; elsewhere a plain line after every 5 seconds or 10 %, whichever is first."""

    def __init__(self, console: Console | None = None, clock: Clock = time.monotonic) -> None:
        self._console = console or Console(stderr=True)
        self._clock = clock
        self._pace = Pace(0, 0, clock)
        self._bar: Progress | None = None
        self._task = TaskID(0)
        self._stage = ""
        self._printed = (0.0, 0)

    def start(self, total: int, done: int = 0) -> None:
        self._stop()
        self._pace = Pace(total, done, self._clock)
        self._printed = (0.0, done)
        if self._console.is_interactive:
            columns = (TextColumn("{task.description}", markup=False), BarColumn(), _PaceColumn(self._pace))
            self._bar = Progress(*columns, console=self._console, transient=True)
            self._task = self._bar.add_task(self._words(self._stage), total=total, completed=done)
            self._bar.start()

    def stage(self, text: str) -> None:
        self._stage = text
        if self._bar:
            self._bar.update(self._task, description=self._words(text))
        else:
            self._print_if_due()

    def advance(self, n: int = 1, text: str = "") -> None:
        self._pace.done += n
        self._stage = text or self._stage
        if self._bar:
            self._bar.update(self._task, completed=self._pace.done, description=self._words(self._stage))
        else:
            self._print_if_due()

    def finish(self, text: str = "") -> None:
        self._stop()
        if text:
            self._print(text)

    def _print_if_due(self) -> None:
        """A line in a log; before `start` there is no pace to tell, and every stage is one."""
        if self._line_is_due():
            self._printed = (self._pace.seconds, self._pace.done)
            words = [str(self._pace)] * (self._pace.total > 0) + [self._stage] * bool(self._stage)
            self._print(" · ".join(words))

    def _line_is_due(self) -> bool:
        seconds, done = self._printed
        waited = self._pace.seconds - seconds >= SECONDS_BETWEEN_LINES
        return waited or self._pace.done - done >= SHARE_BETWEEN_LINES * self._pace.total

    def _stop(self) -> None:
        if self._bar:
            self._bar.stop()
            self._bar = None

    def _words(self, text: str) -> str:
        return printable(text, self._console.encoding)

    def _print(self, text: str) -> None:
        self._console.print(Text(self._words(text)), soft_wrap=True)


class JsonProgress:
    """One JSON object a line: stage, done, total, seconds, left (null while it cannot be told)."""

    def __init__(self, stream: TextIO, clock: Clock = time.monotonic) -> None:
        self._stream = stream
        self._clock = clock
        self._pace = Pace(0, 0, clock)
        self._stage = ""

    def start(self, total: int, done: int = 0) -> None:
        self._pace = Pace(total, done, self._clock)
        self._write()

    def stage(self, text: str) -> None:
        self._stage = text
        self._write()

    def advance(self, n: int = 1, text: str = "") -> None:
        self._pace.done += n
        self.stage(text or self._stage)

    def finish(self, text: str = "") -> None:
        self.stage(text or self._stage)

    def _write(self) -> None:
        pace = self._pace
        left = None if math.isnan(pace.left) else round(pace.left, 3)
        seconds = round(pace.seconds, 3)
        line = {"stage": self._stage, "done": pace.done, "total": pace.total, "seconds": seconds, "left": left}
        self._stream.write(json.dumps(line) + "\n")
        self._stream.flush()


class QuietProgress:
    """Says nothing."""

    def start(self, total: int, done: int = 0) -> None: ...

    def stage(self, text: str) -> None: ...

    def advance(self, n: int = 1, text: str = "") -> None: ...

    def finish(self, text: str = "") -> None: ...
