"""`eiftui dynamics`: steps by probes, and what stays."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Command


def test_steps_are_shown_and_so_they_are_in_the_report(measure: Command, eiftui: Command) -> None:
    assert measure("--quiet").code == 0
    answer = eiftui("dynamics", "s.eif", "--row", "1", "--then", "3", "--then", "2")
    assert answer.code == 0
    assert "retained after 3 more steps" in answer.out
    again = eiftui("dynamics", "s.eif", "--row", "1", "--then", "3", "--then", "2")
    assert (again.out, again.err) == (answer.out, "")
    report = eiftui("report", "s.eif")
    assert "Dynamics" in report.lines
    assert "retained after 3 more steps" in report.out


def test_one_draw_is_no_mean(measure: Command, eiftui: Command) -> None:
    run = measure("--draws", "1")
    traced = eiftui("dynamics", "s.eif", "--row", "1")
    for out in (run.out, traced.out, eiftui("report", "s.eif").out):
        assert "change of loss, nats per token" in out
        assert "mean of" not in out


@pytest.mark.parametrize(
    "asked", [("--row", "9"), ("--row", "0"), ("--row", "1", "--epochs", "0"), ("--row", "1", "--then", "7"), ()]
)
def test_what_cannot_be_traced_is_one_line(measure: Command, eiftui: Command, asked: tuple[str, ...]) -> None:
    assert measure("--quiet", "--condition", "predicted").code == 0
    answer = eiftui("dynamics", "s.eif", *asked)
    assert (answer.code, len(answer.err.splitlines())) == (2, 1)
