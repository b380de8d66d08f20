"""A trajectory as text: a heatmap of steps by probes, and what was retained."""

from __future__ import annotations

import numpy as np
from rich.console import Console

from eiftui.analysis.dynamics import Dynamics
from eiftui.analysis.words import retained
from eiftui.cli.console import say
from eiftui.session.safetext import visible
from eiftui.session.session import Session
from eiftui.show.heatmap import heatmap
from eiftui.show.summary import mean_and_interval


def print_dynamics(console: Console, session: Session, found: Dynamics) -> None:
    """The mean over draws of EIF after each step, and the share that is retained at the end."""
    with np.errstate(invalid="ignore"):
        mean, half = mean_and_interval(found.eif)
    shown = np.ma.masked_array(mean, ~found.measured.any(axis=0))
    rows = [visible(sentence) for sentence in found.trajectory.sentences]
    columns = [visible(text.label) for text in session.probes]
    several = len(found.eif) > 1
    title = f"after each step: change of loss, nats per token, mean of {len(found.eif)} draws"
    floor = session.floor("trained") or 0.0
    console.print(heatmap(shown, rows, columns, title, floor=floor, interval=half if several else None))
    for line in retained(found):
        say(console, line)
