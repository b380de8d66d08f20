"""`eiftui sweep`, and what `--lr auto` makes of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from eiftui.session.session import Session
from tests.cli.conftest import Command

GRID = ("--grid", "7e-4:1.3e-3:8")


def rate() -> float:
    with Session.open(Path("s.eif"), read_only=True) as session:
        return session.settings.optimizer.lr


def test_a_sweep_tells_every_rate_and_suggests_one_that_auto_takes(measure: Command, eiftui: Command) -> None:
    assert measure("--quiet").code == 0
    answer = eiftui("sweep", "s.eif", *GRID)
    assert answer.code == 0
    assert [line.split()[1] for line in answer.lines[2:5]] == ["7e-4", "9.54e-4", "1.3e-3"]
    assert "Suggested learning rate, its geometric middle: 9.5e-4" in answer.out
    assert rate() == 1e-3
    assert measure("--quiet", "--lr", "auto").code == 0
    assert rate() == 9.5e-4


def test_adopting_is_going_on_with_the_suggestion(measure: Command, eiftui: Command) -> None:
    assert measure("--quiet").code == 0
    assert eiftui("sweep", "s.eif", *GRID, "--adopt", "--quiet").code == 0
    assert rate() == 9.5e-4


def test_the_report_tells_of_the_sweep(measure: Command, eiftui: Command) -> None:
    assert measure("--quiet").code == 0
    assert "no answer: no sweep was made" in eiftui("report", "s.eif").out
    assert eiftui("sweep", "s.eif", *GRID, "--quiet").code == 0
    assert "Suggested learning rate" in eiftui("report", "s.eif").out


@pytest.mark.parametrize(
    "grid", ["1e-3", "a:b", "1:2:3:4", "1e-1:1e-3", "nan:1", "1e-3:1e-2:0", "1e-3:1e-2:x", "1e-3:1e-2", ""]
)
def test_a_grid_that_is_none_is_one_line(measure: Command, eiftui: Command, grid: str) -> None:
    assert measure("--quiet", "--condition", "predicted").code == 0
    answer = eiftui("sweep", "s.eif", "--grid", grid)
    assert (answer.code, len(answer.err.splitlines())) == (2, 1)
    assert answer.err.startswith(f"eiftui: --grid {grid or repr(grid)}: ")
    with Session.open(Path("s.eif"), read_only=True) as session:
        assert session.swept is None


def test_no_session_is_one_line(eiftui: Command) -> None:
    answer = eiftui("sweep", "none.eif")
    assert (answer.code, len(answer.err.splitlines())) == (2, 1)
