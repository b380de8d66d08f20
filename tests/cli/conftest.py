"""The command line: in this process where only its answer counts, in one of its own where the process does."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from eiftui.cli.main import main

ROOT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-m", "eiftui")
TEXTS = "# what is learned\n{A} is {B}.\n\n{B} is {C}. || {A} is {B}.\nSnow is white.\n"


@dataclass(frozen=True)
class Answer:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


Command = Callable[..., Answer]


@pytest.fixture
def eiftui(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Does a job in this process, in a folder of its own that holds `texts.txt`."""
    import torch

    torch.set_num_threads(1)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "texts.txt").write_text(TEXTS, encoding="utf-8")

    def call(*arguments: str | Path) -> Answer:
        capsys.readouterr()
        code = main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return Answer(code, out, err)

    return call


@pytest.fixture
def measure(eiftui: Command, tiny_folder: Path) -> Command:
    """`eiftui run` on the tiny model; a new session is `s.eif`, on `texts.txt`, with two draws."""

    def call(*arguments: str | Path) -> Answer:
        if Path("s.eif").exists():
            return eiftui("run", "s.eif", *arguments)
        new = ("--train", "texts.txt", "--draws", "2", "--out", "s.eif")
        return eiftui("run", *new, "--model", tiny_folder, "--device", "cpu", *arguments)

    return call


def environment(**changes: str) -> dict[str, str]:
    """Of a process that finds eiftui, and takes one thread."""
    plain = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLUMNS", "FORCE_COLOR")}
    return {**plain, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", **changes}


def interruptible() -> None:
    """What a process does as it begins, to be interrupted: where tests run in the background, that is ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def start(*arguments: str | Path, cwd: Path, **options: Any) -> subprocess.Popen[str]:
    """The command in a process of its own, in a process group of its own, that can be interrupted."""
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "encoding": "utf-8", "env": environment()}
    return subprocess.Popen(
        [*COMMAND, *map(str, arguments)],
        cwd=cwd,
        start_new_session=True,
        preexec_fn=interruptible,
        **{**pipes, **options},
    )
