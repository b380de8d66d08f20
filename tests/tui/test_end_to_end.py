"""The explorer as a person has it: in a terminal, with the real worker and the default model, killed in every way."""

from __future__ import annotations

import os
import shlex
import signal
import sys
import time
from pathlib import Path

import pytest

from eiftui.domains.schema import Domain, Text
from eiftui.models.fetch import cached
from eiftui.models.registry import DEFAULT
from eiftui.session.records import RunRecord
from eiftui.session.session import Session
from eiftui.settings import CONDITIONS, Settings
from tests.tui.terminal import LONG, Terminal

pytestmark = [
    pytest.mark.skipif(not cached(DEFAULT), reason="the default model is not in the cache"),
    pytest.mark.skipif(not Path("/proc/self").exists(), reason="the worker is found in /proc"),
]
TEXTS = Domain(
    name="two",
    title="",
    source="",
    texts=(
        Text(id="ab", sentences=("{A} is a {B}.",)),
        Text(id="ba", sentences=("{B} is no {A}.",)),
    ),
)
MANY = 200
SOON = 20.0
"""Seconds within which it ends, on a machine that has much else to do."""


def a_session(folder: Path, draws: int) -> Path:
    """A session that is to be gone on with when it is opened."""
    with Session.create(folder / "two.eif", TEXTS, Settings(draws=draws)) as session:
        session.append(RunRecord(going_on=True))
    return folder / "two.eif"


def cells(path: Path) -> int:
    """How many are on the disk."""
    with Session.open(path, read_only=True) as session:
        return sum(int(session.measured(condition).sum()) for condition in CONDITIONS)


def going_on(path: Path) -> bool:
    with Session.open(path, read_only=True) as session:
        return session.going_on


def worker_of(terminal: Terminal) -> int:
    """The process id of the explorer's worker."""
    children = Path(f"/proc/{terminal.process.pid}/task/{terminal.process.pid}/children")
    return int(children.read_text().split()[0])


def is_gone(pid: int, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not Path(f"/proc/{pid}").exists() or "Z" in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split():
            return True
        time.sleep(0.05)
    return False


def test_a_session_is_measured_to_its_end_and_left(tmp_path):
    path = a_session(tmp_path, draws=1)
    with Terminal(path) as terminal:
        terminal.until("Measured 12 cells")
        terminal.until("everything is measured")
        terminal.press("q")
        assert terminal.ended() == 0
        assert "\x1b[?1049l" in terminal.raw
        assert f"saved in {path}; go on with: {shlex.quote(sys.executable)} -m eiftui {path}" in terminal.text
    assert cells(path) == 12
    assert not going_on(path)


def test_stopping_is_answered_and_keeps_what_is_measured(tmp_path):
    path = a_session(tmp_path, draws=MANY)
    with Terminal(path) as terminal:
        terminal.until("draw 2/")
        terminal.forget()
        terminal.press("\x1b")
        terminal.until("cells not measured")
        terminal.press("q")
        assert terminal.ended() == 0
    assert cells(path) >= 12
    assert not going_on(path)


def test_continuations_come_before_a_run_which_then_goes_on(tmp_path):
    path = a_session(tmp_path, draws=MANY)
    with Terminal(path) as terminal:
        terminal.until("draw 2/")
        terminal.press("g")
        terminal.until("By the model")
        terminal.press("3")
        terminal.until("Temperature")
        terminal.press("\r")
        terminal.until("[ ] 5 ")
        terminal.forget()
        terminal.press("\x1b")
        terminal.until("draw 4/")
    assert going_on(path)


def test_whatever_is_killed_nothing_is_lost_and_it_goes_on(tmp_path):
    path = a_session(tmp_path, draws=MANY)
    with Terminal(path) as terminal:
        terminal.until("draw 2/")
        os.kill(worker_of(terminal), signal.SIGKILL)
        terminal.until("killed by signal 9")
        kept = cells(path)
        terminal.forget()
        terminal.press("r")
        terminal.until("draw 4/")
        assert cells(path) > kept >= 12
        worker = worker_of(terminal)
        terminal.process.kill()
        terminal.ended()
        assert is_gone(worker, LONG)
    kept = cells(path)
    assert going_on(path)
    with Terminal(path) as terminal:
        terminal.until("draw 6/")
        assert cells(path) > kept


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_at_once_with_its_worker(tmp_path, number):
    path = a_session(tmp_path, draws=MANY)
    with Terminal(path) as terminal:
        terminal.until("draw 2/")
        worker = worker_of(terminal)
        if number == signal.SIGHUP:
            terminal.hang_up()
            terminal.process.wait(LONG)
        else:
            terminal.process.send_signal(number)
            assert terminal.ended() == 130
            assert "\x1b[?1049l" in terminal.raw
        assert is_gone(worker, LONG)
    assert cells(path) >= 12
    assert going_on(path)


def test_it_does_not_outlive_a_terminal_that_goes_without_a_signal(tmp_path):
    path = a_session(tmp_path, draws=1)
    with Terminal(path, told=False) as terminal:
        terminal.until("Training sets")
        terminal.hang_up()
        assert terminal.process.wait(LONG) == 130


@pytest.mark.parametrize("moment", ["starting", "painting"])
def test_it_ends_soon_when_its_terminal_goes_while_it_has_much_to_write(tmp_path, moment):
    path = a_session(tmp_path, draws=MANY)
    with Terminal(path, size=(200, 60)) as terminal:
        if moment == "painting":
            terminal.until("draw 2/")
            terminal.press("tvdtvdtvdtvd]" * 10)
        else:
            terminal.begun()
        terminal.hang_up()
        assert terminal.process.wait(SOON) == 130
    assert going_on(path)


def test_a_signal_ends_it_though_its_terminal_takes_nothing_any_more(tmp_path):
    path = a_session(tmp_path, draws=MANY)
    with Terminal(path, size=(200, 60)) as terminal:
        terminal.until("draw 1/")
        worker = worker_of(terminal)
        terminal.press("tvdtvdtvdtvd]" * 30)
        time.sleep(SOON / 4)  # painted, and read by nobody
        terminal.process.send_signal(signal.SIGTERM)
        assert terminal.process.wait(SOON) == 130
        assert is_gone(worker, LONG)
    assert going_on(path)


@pytest.mark.parametrize(("key", "kept"), [("a", "sentence"), ("N", "note")])
@pytest.mark.parametrize("end", ["signal", "terminal"])
def test_what_is_being_written_is_kept_whatever_ends_it(tmp_path, key, kept, end):
    path = a_session(tmp_path, draws=1)
    with Terminal(path) as terminal:
        terminal.until("Training sets")
        terminal.press(key)
        terminal.until("kept when you leave" if kept == "note" else "Add")
        terminal.press("Wolves howl.")
        terminal.until("Wolves howl.")
        if end == "signal":
            terminal.process.send_signal(signal.SIGTERM)
            assert terminal.ended() == 130
        else:
            terminal.hang_up()
            assert terminal.process.wait(LONG) == 130
    session = Session.open(path, read_only=True)
    assert (session.note if kept == "note" else session.unsaved.text) == "Wolves howl."
    assert [row.label for row in session.rows] == ["{A} is a {B}.", "{B} is no {A}."]


def test_coloured_text_that_is_pasted_does_nothing_but_stand_in_the_field(tmp_path):
    path = a_session(tmp_path, draws=1)
    with Terminal(path) as terminal:
        terminal.until("Training sets")
        before = path.read_bytes()
        terminal.press("\x1b[200~Snow is \x1b[31mdb\x7f\x1b[0m white.\r\x1b[201~")
        terminal.until("Snow is db white.")
        assert path.read_bytes().startswith(before)
        terminal.process.send_signal(signal.SIGTERM)
        assert terminal.ended() == 130
    session = Session.open(path, read_only=True)
    assert [row.label for row in session.rows] == ["{A} is a {B}.", "{B} is no {A}."]
    assert session.unsaved.text == "Snow is db white."
