"""`eiftui report`: the findings of a session, printed or in a file."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Command


def test_the_report_is_printed_with_every_section(measure: Command, eiftui: Command) -> None:
    assert measure("--quiet").code == 0
    answer = eiftui("report", "s.eif")
    assert (answer.code, answer.err) == (0, "")
    for section in ("Desiderata", "Symmetry", "Sparsity", "First order", "Distribution of EIF", "How it was measured"):
        assert section in answer.lines


def test_the_same_goes_to_a_text_file_without_colours(measure: Command, eiftui: Command) -> None:
    assert measure("--quiet").code == 0
    answer = eiftui("report", "s.eif", "-o", "report.txt")
    assert (answer.code, answer.out, answer.err) == (0, "", "")
    text = Path("report.txt").read_text(encoding="utf-8")
    assert "Symmetry" in text
    assert "\x1b" not in text


def test_refusals_are_reasons_in_the_report(measure: Command, eiftui: Command) -> None:
    Path("probes.txt").write_text("Something else.\nAnd more.\n")
    assert measure("--quiet", "--probe", "probes.txt").code == 0
    assert "trained: no answer: rows and probes differ" in eiftui("report", "s.eif").out


def test_a_session_without_numbers_is_refused(eiftui: Command, measure: Command) -> None:
    assert measure("--quiet", "--condition", "predicted").code == 0
    assert eiftui("report", "s.eif").code == 0
    answer = eiftui("report", "none.eif")
    assert (answer.code, len(answer.err.splitlines())) == (2, 1)


def test_another_suffix_is_refused(measure: Command, eiftui: Command) -> None:
    assert measure("--quiet").code == 0
    answer = eiftui("report", "s.eif", "-o", "report.pdf")
    assert answer.code == 2
    assert answer.err == "eiftui: cannot write a report to 'report.pdf': end its name in .txt or .html\n"
