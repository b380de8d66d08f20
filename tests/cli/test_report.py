"""`eiftui report`: the findings of a session, printed or in a file."""

from __future__ import annotations

import re
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from eiftui.analysis.dynamics import dynamics
from eiftui.session.session import Session
from tests.cli.conftest import Command
from tests.cli.pages import Page


def test_the_report_is_printed_with_every_section(measure: Command, eiftui: Command) -> None:
    assert measure("--quiet").code == 0
    answer = eiftui("report", "s.eif")
    assert (answer.code, answer.err) == (0, "")
    for section in ("Desiderata", "Symmetry", "Sparsity", "First order", "Distribution of EIF", "How it was measured"):
        assert section in answer.lines


def test_the_same_goes_to_a_text_file_without_colours(measure: Command, eiftui: Command) -> None:
    assert measure("--quiet").code == 0
    answer = eiftui("report", "s.eif", "-o", "report.txt")
    assert (answer.code, answer.out, answer.err) == (0, "report.txt: the report is written\n", "")
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


def test_a_report_is_of_the_learning_rate_that_is_asked_for(measure: Command, eiftui: Command) -> None:
    assert measure("--quiet", "--lr", "1e-2").code == 0
    at_first = eiftui("report", "s.eif").out
    assert measure("--quiet", "--lr", "1e-4").code == 0
    assert "learning rate 1e-4" in eiftui("report", "s.eif").out
    asked = eiftui("report", "s.eif", "--lr", "1e-2").out
    assert asked.split("First order")[0] == at_first.split("First order")[0]  # there the rates are compared


@pytest.mark.parametrize("rate", ["1e-3", "0", "fast"])
def test_a_learning_rate_without_rows_is_refused(measure: Command, eiftui: Command, rate: str) -> None:
    assert measure("--quiet", "--lr", "1e-2").code == 0
    answer = eiftui("report", "s.eif", "--lr", rate)
    assert (answer.code, answer.out, len(answer.err.splitlines())) == (2, "", 1)
    assert rate in answer.err


def test_another_suffix_is_refused(measure: Command, eiftui: Command) -> None:
    assert measure("--quiet").code == 0
    answer = eiftui("report", "s.eif", "-o", "report.pdf")
    assert answer.code == 2
    assert answer.err == "eiftui: cannot write a report to 'report.pdf': end its name in .txt or .html\n"


def test_what_an_html_report_lacks_is_installed_by_the_command_that_is_told(
    eiftui: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    answer = eiftui("report", "s.eif", "-o", "report.html")
    assert answer.code == 2
    assert f"{sys.executable} -m pip install plotly" in answer.err


def test_an_html_report_is_one_file_that_asks_for_no_other(measure: Command, eiftui: Command) -> None:
    assert measure("--quiet").code == 0
    answer = eiftui("report", "s.eif", "-o", "report.html")
    assert (answer.code, answer.out, answer.err) == (0, "report.html: the report is written\n", "")
    found = Page.of(Path("report.html"))
    assert found.asked_for == []
    assert found.headings == [
        "Influence",
        "Desiderata",
        "Symmetry",
        "Sparsity and distribution",
        "Semantics",
        "First order",
        "Learning rate",
        "How it was measured",
    ]
    assert [figure.kinds for figure in found.figures] == [*4 * [["heatmap"]], 3 * ["bar"], 2 * ["scatter"]]


def test_figures_hold_the_numbers_that_the_session_holds(measure: Command, eiftui: Command) -> None:
    assert measure("--quiet").code == 0
    assert eiftui("report", "s.eif", "-o", "report.html").code == 0
    shown = Page.of(Path("report.html")).figures
    with Session.open(Path("s.eif"), read_only=True) as session:
        for figure, which in zip(shown, ("trained", "prompted", "gap", "predicted"), strict=False):
            np.testing.assert_allclose(figure.array(0, "z"), session.mean(which), rtol=1e-6)
            assert (figure.traces[0]["zmid"], figure.traces[0]["zmin"]) == (0, -figure.traces[0]["zmax"])
            assert np.shape(figure.traces[0]["text"]) == (len(session.rows), len(session.probes))
        assert figure.title.startswith("predicted")
    assert sum(figure.array(trace, "y").sum() for figure in shown[4:5] for trace in (0, 1)) == pytest.approx(2.0)


def test_sweep_steps_and_optimisers_have_figures_too(measure: Command, eiftui: Command) -> None:
    assert measure("--quiet").code == 0
    assert eiftui("sweep", "s.eif", "--grid", "1e-4:1e-2", "--quiet").code == 0
    assert eiftui("dynamics", "s.eif", "--row", "1", "--then", "2", "--quiet").code == 0
    assert measure("--quiet", "--optimizer", "adamw", "--lr", "1e-4").code == 0
    assert measure("--quiet", "--optimizer", "sgd", "--lr", "1e-3").code == 0
    assert eiftui("report", "s.eif", "-o", "report.html").code == 0
    found = Page.of(Path("report.html"))
    assert "Dynamics" in found.headings
    *_, first_order, sweep, steps = found.figures
    assert [trace["name"] for trace in first_order.traces] == ["sgd", "adamw"]
    assert first_order.array(0, "x").tolist() == sweep.array(0, "x").tolist() == [1e-4, 1e-3, 1e-2]
    assert np.isfinite(first_order.array(0, "y")).all()
    with Session.open(Path("s.eif"), read_only=True) as session:
        taken = dynamics(session, session.trajectories[0])
    np.testing.assert_allclose(steps.array(0, "z"), taken.eif.mean(axis=0), rtol=1e-6)


def test_everything_a_page_needs_stands_in_it(measure: Command, eiftui: Command) -> None:
    """No address is asked for: nothing is imported, linked or styled from elsewhere, and no figure names a server."""
    assert measure("--quiet").code == 0
    assert eiftui("report", "s.eif", "-o", "report.html").code == 0
    found = Page.of(Path("report.html"))
    assert found.asked_for == []
    library, *others = sorted(found.scripts, key=len, reverse=True)
    assert "plotly.js v" in library[:500]
    assert not [script for script in others if re.search(r"https?:|import|fetch", script)]
    assert not re.search(r"url\(|@import", found.styles)


def test_a_step_that_overshoots_is_told_in_an_html_report_too(measure: Command, eiftui: Command) -> None:
    assert measure("--quiet", "--lr", "3").code == 0
    assert eiftui("report", "s.eif", "-o", "report.html").code == 0
    assert "own loss: the step overshoots" in Path("report.html").read_text(encoding="utf-8")


def test_sentences_are_text_and_not_markup_in_an_html_report(measure: Command, eiftui: Command) -> None:
    Path("texts.txt").write_text("{A} is <script>alert(1)</script>.\n<b>{A}</b> is \x1b[31mred.\n", encoding="utf-8")
    assert measure("--quiet").code == 0
    assert eiftui("report", "s.eif", "-o", "report.html").code == 0
    found = Page.of(Path("report.html"))
    assert not [script for script in found.scripts if script.startswith("alert")]
    assert "<b>{A}" not in Path("report.html").read_text(encoding="utf-8")
    assert "\x1b" not in Path("report.html").read_text(encoding="utf-8")


def test_several_sessions_are_compared(measure: Command, eiftui: Command) -> None:
    assert measure("--quiet").code == 0
    with Session.open(Path("s.eif"), read_only=True) as session:
        session.save_as(Path("t.eif"))
    answer = eiftui("report", "s.eif", "t.eif")
    assert answer.code == 0
    start = answer.lines.index("All sessions")
    compared = [line.split() for line in answer.lines[start + 3 : start + 7]]
    assert compared[0][-6:] == compared[2][-6:]
    kinds = [line.split() for line in answer.lines[answer.lines.index("Desiderata over all") + 3 :]]
    with Session.open(Path("s.eif"), read_only=True) as session:
        contrasts = Counter(contrast.desideratum for contrast in session.sheet.contrasts)
    for words in kinds[: len(contrasts)]:
        assert int(words[1]) == 2 * contrasts[words[0]]
        assert int(words[2]) % 2 == 0  # each session's, twice
    assert sum(int(words[1]) for words in kinds[: len(contrasts)]) == 2 * contrasts.total()
    assert eiftui("report", "s.eif", "t.eif", "-o", "both.html").code == 0
    assert Page.of(Path("both.html")).headings.count("Symmetry") == 2


def test_a_session_is_not_compared_with_itself(measure: Command, eiftui: Command) -> None:
    assert measure("--quiet").code == 0
    answer = eiftui("report", "s.eif", "./s.eif")
    assert (answer.code, "given twice" in answer.err) == (2, True)
