"""Signals, kills and a second writer: real processes, and what they leave behind."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from eiftui.session.session import Session
from eiftui.settings import CONDITIONS
from tests.cli.conftest import Command, environment, interruptible, start
from tests.cli.test_run import cells

STALLED = """
import builtins, time
from eiftui.__main__ import entry_point
load = builtins.__import__
def stall(name, *rest):
    if name == "eiftui.cli.main":
        print(flush=True)
        time.sleep(60)
    return load(name, *rest)
builtins.__import__ = stall
entry_point()
"""
DRAWS = 15
ALL = 3 * (DRAWS * 8 + 1)


@pytest.fixture
def running(eiftui: Command, tiny_folder: Path, tmp_path: Path) -> object:
    """Starts a run of many draws in a process, and gives it back when so many cells are measured."""

    def call(done: int, *arguments: str) -> subprocess.Popen[str]:
        what = ("--train", "texts.txt", "--draws", str(DRAWS), "--model", tiny_folder, "--device", "cpu")
        process = start("run", "--json-progress", *what, "--out", "s.eif", *arguments, cwd=tmp_path)
        assert process.stderr is not None
        for line in process.stderr:
            if json.loads(line)["done"] >= done:
                return process
        raise AssertionError(f"ended with {process.wait()} before {done} cells were measured")

    return call


def measured(path: str = "s.eif") -> int:
    with Session.open(Path(path), read_only=True) as session:
        return sum(int(session.measured(condition).sum()) for condition in CONDITIONS)


def test_what_is_interrupted_before_it_has_begun_ends_without_a_word() -> None:
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "env": environment()}
    process = subprocess.Popen([sys.executable, "-c", STALLED], preexec_fn=interruptible, **pipes)
    assert process.stdout is not None
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    assert process.communicate() == ("", "")
    assert process.returncode == -signal.SIGINT


@pytest.mark.parametrize(
    ("number", "arguments"),
    [(signal.SIGINT, ()), (signal.SIGTERM, ()), (signal.SIGINT, ("--workers", "local:2"))],
    ids=["SIGINT", "SIGTERM", "SIGINT to workers too"],
)
def test_an_interrupted_run_says_so_in_one_line_and_keeps_all(
    running: Command, number: signal.Signals, arguments: tuple[str, ...]
) -> None:
    process = running(20, *arguments)
    os.killpg(process.pid, number)  # type: ignore[attr-defined]  # as a terminal does at Ctrl-C
    out, err = process.communicate()  # type: ignore[attr-defined]
    assert process.returncode == 130, err  # type: ignore[attr-defined]
    *progress, last = err.splitlines()
    assert all(json.loads(line) for line in progress)
    assert last == "eiftui: interrupted; what was measured is kept"
    assert out == ""
    assert 20 <= measured() < ALL
    assert set(cells().values()) == {1}


def test_a_run_killed_at_any_moment_goes_on_to_what_an_uninterrupted_one_measures(
    running: Command, measure: Command, eiftui: Command, tiny_folder: Path
) -> None:
    moment = random.randrange(1, ALL // 2)
    process = running(moment)
    process.kill()  # type: ignore[attr-defined]
    process.communicate()  # type: ignore[attr-defined]
    before = cells()
    assert moment <= measured()
    assert before.total() < ALL
    assert measure("--quiet").code == 0
    after = cells()
    assert before <= after
    assert set(after.values()) == {1}
    whole = ("--train", "texts.txt", "--draws", DRAWS, "--model", tiny_folder, "--device", "cpu", "--out", "whole.eif")
    assert eiftui("run", "--quiet", *whole).code == 0
    assert after == cells("whole.eif")
    with Session.open(Path("s.eif")) as session, Session.open(Path("whole.eif")) as expected:
        for condition in CONDITIONS:
            np.testing.assert_allclose(session.matrix(condition), expected.matrix(condition), rtol=1e-3, atol=1e-6)
            assert session.floor(condition) == pytest.approx(expected.floor(condition), abs=1e-6)


def test_workers_end_with_whoever_started_them(running: Command) -> None:
    process = running(1, "--workers", "local:1")
    process.kill()  # type: ignore[attr-defined]
    # a worker has our end of standard error too, which therefore ends when it does
    process.communicate(timeout=60)  # type: ignore[attr-defined]
    assert set(cells().values()) == {1}


def test_a_session_that_another_process_writes_can_be_exported_and_not_written(
    running: Command, eiftui: Command
) -> None:
    process = running(1)
    os.kill(process.pid, signal.SIGSTOP)  # type: ignore[attr-defined]
    try:
        answer = eiftui("run", "s.eif")
        assert answer.code == 2
        assert answer.err.count("\n") == 1
        assert str(process.pid) in answer.err  # type: ignore[attr-defined]
        assert answer.out == ""
        assert eiftui("export", "s.eif", "-o", "x.csv", "--layout", "long").code == 0
    finally:
        process.kill()  # type: ignore[attr-defined]
        process.communicate()  # type: ignore[attr-defined]
    assert eiftui("run", "s.eif", "--quiet", "--draws", "1").code == 0


def interrupted(*_: object, **__: object) -> None:
    os.kill(os.getpid(), signal.SIGTERM)


def test_a_run_that_is_interrupted_before_its_model_is_there_leaves_no_session(
    eiftui: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("eiftui.cli.run.load", interrupted)
    answer = eiftui("run", "--train", "texts.txt", "--model", "some/where", "--out", "s.eif", "--quiet")
    assert answer.code == 130
    assert not list(Path().glob("s.eif*"))


def test_a_run_that_is_interrupted_later_can_be_gone_on_with(measure: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as context:
        context.setattr("eiftui.cli.run.run", interrupted)
        assert measure("--quiet").code == 130
    assert measured() == 0
    assert measure("--quiet").code == 0


def test_a_job_that_measures_nothing_does_not_say_that_it_is_kept(
    eiftui: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("eiftui.cli.plan._estimated", interrupted)
    answer = eiftui("plan", "--train", "texts.txt")
    assert (answer.code, answer.err) == (130, "eiftui: interrupted\n")
