"""The explorer in a pseudo-terminal of its own: keys go in, and what it has painted comes out as text."""

from __future__ import annotations

import fcntl
import os
import re
import select
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path
from types import TracebackType
from typing import Self

COMMAND = (sys.executable, "-m", "eiftui")
ROOT = Path(__file__).parents[2]
ESCAPES = re.compile(r"\x1b(?:\[[0-9;?<>=$]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|P[^\x1b]*\x1b\\|[@-Z\\-_=>])")
OWN = ("TEXTUAL", "COLUMNS", "LINES")
"""What the tests have set in their environment, or whoever started them: this terminal has a size of its own."""
LONG = 120.0
"""Seconds after which what is waited for does not come any more, on a machine that has much else to do."""


class Terminal:
    """Runs `eiftui SESSION` until the block is left, whatever happens in it."""

    def __init__(self, session: Path, size: tuple[int, int] = (100, 30), told: bool = True) -> None:
        """Unless it is `told`, it gets no signal when the terminal goes, as under a parent that keeps them back."""
        self._near, far = os.openpty()
        fcntl.ioctl(far, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
        environment = {key: value for key, value in os.environ.items() if not key.startswith(OWN)}
        environment |= {"TERM": "xterm-256color", "PYTHONPATH": str(ROOT)}
        self.process = subprocess.Popen(
            [*COMMAND, str(session)],
            stdin=far,
            stdout=far,
            stderr=far,
            cwd=session.parent,
            env=environment,
            start_new_session=True,
            preexec_fn=(lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0)) if told else None,
        )
        os.close(far)
        self.raw = ""
        self._from = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        if self._near >= 0:
            os.close(self._near)

    @property
    def text(self) -> str:
        """All that was painted so far, in its order."""
        return ESCAPES.sub("", self.raw)

    def press(self, keys: str) -> None:
        os.write(self._near, keys.encode())

    def until(self, shown: str, seconds: float = LONG) -> None:
        """Return when a text has been painted, since `forget` where that was called."""
        deadline = time.monotonic() + seconds
        while shown not in ESCAPES.sub("", self.raw[self._from :]):
            if not self._read(deadline):
                raise AssertionError(f"{shown!r} was not painted:\n{self.text[-3000:]}")

    def begun(self, seconds: float = LONG) -> None:
        """Return when the terminal has been taken, before anything is painted."""
        deadline = time.monotonic() + seconds
        while not self.raw:
            assert self._read(deadline)

    def forget(self) -> None:
        """Let `until` see only what is painted from here on."""
        self._from = len(self.raw)

    def ended(self, seconds: float = LONG) -> int:
        """The exit code, when it has ended."""
        deadline = time.monotonic() + seconds
        while self.process.poll() is None and time.monotonic() < deadline:
            self._read(min(deadline, time.monotonic() + 0.05))
        return self.process.wait(max(0.01, deadline - time.monotonic()))

    def hang_up(self) -> None:
        """Close the terminal, as a lost connection does."""
        os.close(self._near)
        self._near = -1

    def _read(self, deadline: float) -> bool:
        """Take in what is painted next; False if nothing is until then, or nobody paints any more."""
        ready, _, _ = select.select([self._near], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            return False
        try:
            read = os.read(self._near, 1 << 16)
        except OSError:
            return False
        self.raw += read.decode(errors="replace")
        return bool(read)
