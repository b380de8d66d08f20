"""The report as text: headings, one finding a line, plots in characters."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from rich.console import Console

from eiftui.analysis import words
from eiftui.analysis.cells import NoAnswer
from eiftui.analysis.contrasts import COMPARED
from eiftui.analysis.dynamics import dynamics
from eiftui.analysis.findings import Findings, attempt, pooled
from eiftui.cli import report_lines
from eiftui.cli.console import say, say_plot
from eiftui.cli.report_dynamics import print_dynamics
from eiftui.cli.report_sweep import print_sweep
from eiftui.cli.results import print_heatmap, settings_line
from eiftui.session.readings import Readings
from eiftui.session.safetext import visible
from eiftui.show.encoding import printable
from eiftui.show.session_heatmap import UNITS, session_heatmap
from eiftui.tui.figures import distribution

PLOT_LINES = 16


def print_report(console: Console, session: Readings, findings: Findings) -> None:
    """Everything that was found, section by section."""
    _heading(console, visible(session.sheet.title) or "Report")
    say(console, settings_line(session))
    for line in words.overshot(session, findings.overshot):
        say(console, line)
    _heatmaps(console, session)
    sections = {
        "Desiderata": words.desiderata(findings.desiderata),
        "Symmetry": words.symmetry(session, findings),
        "Sparsity": words.sparsity(findings.sparsity),
        "Semantics": words.semantics(findings.semantics),
        "First order": [*words.first_order(findings.agreement), *words.met_table(session, findings.met)],
    }
    for title, lines in sections.items():
        _heading(console, title)
        for line in lines:
            say(console, line)
    _heading(console, "Distribution of EIF")
    say_plot(console, partial(distribution, findings.histogram), PLOT_LINES)
    _heading(console, "Learning rate")
    if isinstance(findings.sweep, NoAnswer):
        say(console, f"no answer: {findings.sweep}; `eiftui sweep` makes one")
    else:
        print_sweep(console, findings.sweep)
    for trajectory in session.trajectories:
        _heading(console, "Dynamics")
        found = attempt(dynamics, session, trajectory)
        if isinstance(found, NoAnswer):
            say(console, f"no answer: {found}")
        else:
            print_dynamics(console, session, found)
    _heading(console, "How it was measured")
    for line in report_lines.how_measured(session):
        say(console, line)


def print_overall(console: Console, reports: Sequence[tuple[Readings, Findings]]) -> None:
    """What several sessions say together."""
    _heading(console, "All sessions")
    for line in report_lines.overall(reports):
        say(console, line)
    _heading(console, "Desiderata over all")
    for line in report_lines.by_desideratum(reports):
        say(console, line)
    _heading(console, "Distribution of EIF over all")
    say_plot(console, partial(distribution, pooled([session for session, _ in reports])), PLOT_LINES)


def _heading(console: Console, text: str) -> None:
    console.print()
    shown = printable(text, console.encoding)
    console.print(shown, style="bold", markup=False)
    console.print(printable("─" * len(shown), console.encoding), markup=False)


def _heatmaps(console: Console, session: Readings) -> None:
    shown = [which for which in COMPARED if session.measured(which).any()]
    for which in shown:
        console.print()
        print_heatmap(console, session_heatmap(session, which, f"{which}: {UNITS}", legend=which == shown[-1]))
