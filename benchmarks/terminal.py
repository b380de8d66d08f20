"""The explorer over a pseudo-terminal while both cores are busy: how soon it paints, and how many bytes that takes."""

import os
import pty
import select
import signal
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time
from contextlib import contextmanager, suppress
from fcntl import ioctl
from pathlib import Path

import numpy as np

from eiftui.domains.schema import Domain, Text
from eiftui.session.results import BaseProbe, BaseRecord, Measured, ModelRecord
from eiftui.session.session import Session
from eiftui.session.written import text_id
from eiftui.settings import Settings

HIGH, WIDE = 40, 120
STARTS, KEYS, ROWS = 7, 60, 8
QUIET, IDLE = 0.4, 3.0
"""Seconds without a byte after which what was asked for is all there; and how long an idle screen is listened to."""
ROUND = (b"\x1b[B", b"\x1b[C", b"\x1b[A", b"\x1b[D")
"""Down, right, up, left."""
BOTTOM = b"\x1b[1;5F"
COLOURS = {"TERM": "xterm-256color", "COLORTERM": ""}
UNLIKE_A_PERSON = ("NO_COLOR", "SSH_CONNECTION", "PYTHONDONTWRITEBYTECODE")
"""Without byte code on the disk every start would compile the package anew."""
BUSY = "while True: sum(range(1_000_000))"
LEAST = """
from textual.app import App
from textual.widgets import Static

class Least(App):
    BINDINGS = [("q", "quit", "leave")]

    def compose(self):
        yield Static("nats/token")

Least().run()
"""
"""The least that an application of Textual can be: how quick this machine is at such things."""


def main():
    print(f"\nThe explorer in a terminal of {WIDE}×{HIGH}, both cores busy but for the first paint")
    with tempfile.TemporaryDirectory() as folder:
        small, large = (made_up(Path(folder) / f"{size}.eif", size) for size in (11, 200))
        first_paint(small)
        with busy_cores():
            for size, path in ((11, small), (200, large)):
                live(size, path, Path(folder) / "lags")


def first_paint(path):
    """From the start of the command until the matrix is there; the first start warms the disk's cache."""
    commands = ([sys.executable, "-m", "eiftui", str(path)], [sys.executable, "-c", LEAST])
    starts = [[Terminal(command).first(b"nats/token") for command in commands] for _ in range(STARTS)][1:]
    wall, processor = zip(*[ours for ours, _ in starts], strict=True)
    least = [seconds for _, (seconds, _) in starts]
    say("first paint, warm, s (0.6)", f"median {statistics.median(wall):.2f}, {min(wall):.2f}–{max(wall):.2f}")
    say("  of which this process computes, s", f"median {statistics.median(processor):.2f}")
    ratio = statistics.median(ours / other for ours, other in zip(wall, least, strict=True))
    say("  and one line of text in Textual, in turn, s", f"median {statistics.median(least):.2f}, ratio {ratio:.1f}")


def live(size, path, lags):
    """An explorer on one matrix: keys, rows that arrive, and nothing."""
    terminal = Terminal([sys.executable, "-m", "benchmarks.explorer", str(path), str(lags)])
    terminal.until(b"nats/token")
    terminal.quiet(2.0)
    moves = [terminal.reply(lambda key=key: terminal.write(key)) for key in ROUND * (KEYS // 4)]
    terminal.write(BOTTOM)  # where rows are missing
    terminal.quiet(QUIET)
    rows = [terminal.reply(lambda: terminal.signal(signal.SIGUSR1)) for _ in range(ROWS)]
    idle = terminal.quiet(IDLE)
    terminal.write(b"q")
    terminal.process.wait()
    late = np.array(lags.read_text().split(), float)
    seconds = [1e3 * seconds for seconds, _ in moves]
    name = f"{size}×{size}: "
    say(name + "key to paint, ms (p95 50)", percentiles(seconds))
    say(name + "lag of the event loop, ms (p95 10)", percentiles(late))
    say(name + "bytes of a cursor's move (2,000)", sizes(bytes for _, bytes in moves))
    say(name + f"bytes of a row's arrival ({1000 if size == 11 else 4000:,})", sizes(bytes for _, bytes in rows))
    say(name + f"bytes of {IDLE:.0f} idle seconds (0)", str(idle))


class Terminal:
    """A command on a pseudo-terminal of its own."""

    def __init__(self, command):
        self.began = time.perf_counter()
        self.fd, inner = pty.openpty()
        ioctl(inner, termios.TIOCSWINSZ, struct.pack("HHHH", HIGH, WIDE, 0, 0))
        outer = {name: value for name, value in os.environ.items() if name not in UNLIKE_A_PERSON}
        self.process = subprocess.Popen(
            command, stdin=inner, stdout=inner, stderr=inner, env=outer | COLOURS, start_new_session=True
        )
        os.close(inner)

    def write(self, keys):
        os.write(self.fd, keys)

    def signal(self, number):
        self.process.send_signal(number)

    def first(self, shown):
        """Seconds and seconds of computing until some bytes are there; then it is left.

        With its worker, which would take a processor from whatever is started next.
        """
        seconds = self.until(shown)
        user, system = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()[11:13]
        self.write(b"q")
        with suppress(OSError):  # the terminal has nobody left
            while self._read(30.0):
                pass
        self.process.wait()
        os.close(self.fd)
        return seconds, (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def until(self, shown):
        """Seconds from the start until some bytes are there."""
        found = b""
        while shown not in found:
            found += self._read(30.0)
        return time.perf_counter() - self.began

    def reply(self, ask):
        """Seconds until the first byte after `ask`, and how many bytes come until all is quiet."""
        began = time.perf_counter()
        ask()
        first = len(self._read(10.0))
        return time.perf_counter() - began, first + self.quiet(QUIET)

    def quiet(self, seconds):
        """How many bytes come until there are none for some seconds."""
        count = 0
        while part := self._read(seconds):
            count += len(part)
        return count

    def _read(self, seconds):
        """What there is, at the latest after some seconds."""
        ready, _, _ = select.select([self.fd], [], [], seconds)
        return os.read(self.fd, 1 << 16) if ready else b""


@contextmanager
def busy_cores():
    """In place of a worker that measures."""
    workers = [subprocess.Popen([sys.executable, "-c", BUSY]) for _ in range(os.cpu_count() or 1)]
    try:
        yield
    finally:
        for worker in workers:
            worker.kill()
            worker.wait()


def made_up(path, size):
    """A session of `size` training sets on as many probes, in which the last rows are missing."""
    texts = tuple(Text(id=str(index), sentences=(f"Sentence {index} is one of {size}.",)) for index in range(size))
    with Session.create(path, Domain(name="bench", title="", source="", texts=texts), Settings()) as session:
        session.append(_model(session), _base(session))
        for index in range(size - ROWS - 2):
            session.append(row(session, index))
    return path


def row(session, index):
    """Made-up numbers of a training set, of which the first row has the largest."""
    sentences = session.filled(session.rows[index], 0)
    changes = np.random.default_rng(index).normal(size=(len(session.probes), 6)) / (1 if index == 0 else 3)
    return Measured(
        key=session.settings.key("trained", session.model.fingerprint),
        condition="trained",
        row=text_id(sentences),
        sentences=sentences,
        tokens=(tuple(range(6)),),
        probes=tuple(text_id(session.filled(probe, 0)) for probe in session.probes),
        eif=changes.mean(axis=1),
        changes=tuple(changes),
        seconds=0.1,
        mechanism="made up",
    )


def _model(session):
    return ModelRecord(
        choice=session.settings.model,
        fingerprint="made-up",
        parameters=1,
        start=0,
        start_text="",
        context=64,
        device="cpu",
        versions={},
    )


def _base(session):
    probes = [session.filled(probe, 0) for probe in session.probes]
    return BaseRecord(
        key=session.settings.key("base", "made-up"),
        probes=tuple(
            BaseProbe(id=text_id(probe), sentences=probe, tokens=tuple(range(6)), losses=np.ones(6)) for probe in probes
        ),
    )


def percentiles(values):
    half, most, largest = np.percentile(list(values), [50, 95, 100])
    return f"median {half:.1f}, p95 {most:.1f}, most {largest:.1f}"


def sizes(counts):
    counts = list(counts)
    return f"median {statistics.median(counts):,.0f}, most {max(counts):,}"


def say(label, figures):
    print(f"  {label:<46}{figures}", flush=True)
