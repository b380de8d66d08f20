"""A trajectory as text: a heatmap of steps by probes, and what was retained."""

from __future__ import annotations

from rich.console import Console

from eiftui.analysis.dynamics import Dynamics
from eiftui.analysis.words import retained
from eiftui.cli.console import say
from eiftui.session.readings import Readings
from eiftui.session.safetext import visible
from eiftui.show.session_heatmap import UNITS, known_floor, mean_heatmap


def print_dynamics(console: Console, session: Readings, found: Dynamics) -> None:
    """The mean over draws of EIF after each step, and the share that is retained at the end."""
    rows = [visible(sentence) for sentence in found.trajectory.sentences]
    columns = [visible(text.label) for text in session.probes]
    floor = known_floor(session, "trained")
    console.print(mean_heatmap(found.eif, found.measured, rows, columns, f"after each step: {UNITS}", floor))
    for line in retained(found):
        say(console, line)
