"""A learning-rate sweep as text: a line a rate, a plot, and what follows."""

from __future__ import annotations

from functools import partial

from rich.console import Console

from eiftui.analysis import words
from eiftui.analysis.rates import Sweep
from eiftui.cli.console import say, say_plot
from eiftui.tui.figures import rates

PLOT_LINES = 14


def print_sweep(console: Console, found: Sweep) -> None:
    """The table, the plot and the conclusions of a sweep."""
    for line in words.sweep_table(found):
        say(console, line)
    console.print()
    say_plot(console, partial(rates, found), PLOT_LINES)
    for line in words.sweep_conclusions(found):
        say(console, line)
