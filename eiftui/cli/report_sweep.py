"""A learning-rate sweep as text: a line a rate, a plot, and what follows."""

from __future__ import annotations

import math
from collections.abc import Iterator

from rich.console import Console

from eiftui.analysis.rates import Rate, Sweep
from eiftui.cli.console import say
from eiftui.show.colour import depth
from eiftui.show.numbers import compact, estimate, ratio
from eiftui.tui.plots import curves

PLOT_LINES = 14


def print_sweep(console: Console, found: Sweep) -> None:
    """The table, the plot and the conclusions of a sweep."""
    for line in table(found):
        say(console, line)
    console.print()
    _plot(console, found)
    for line in conclusions(found):
        say(console, line)


def table(found: Sweep) -> Iterator[str]:
    """A heading, then a line for each rate; `*` marks the plateau."""
    yield f"  {'rate':<9} {'own texts':<22} {'other texts, size':<22} {'rank agreement':<15} first-order error"
    low, high = found.plateau or (1, 0)
    agreement = [*(ratio(value) for value in found.agreement), ""]
    for index, one in enumerate(found.rates):
        own = "" if one.own is None else estimate(one.own.mean, one.own.half)
        others = estimate(one.others.mean, one.others.half) if one.finite else "not finite"
        mark = "*" if low <= index <= high else " "
        error = "" if math.isnan(one.error) else f"{one.error:.1%}"
        neighbour = _with_next(agreement[index])
        yield f"{mark} {compact(one.rate):<9} {own:<22} {others:<22} {neighbour:<15} {error}".rstrip()


def conclusions(found: Sweep) -> Iterator[str]:
    """The plateau, the suggestion, and where first order ends, in words."""
    if found.plateau is None:
        yield "No plateau: no rate above the null floor ranks the cells as its neighbours do. Try a finer grid."
    else:
        low, high = (compact(found.rates[index].rate) for index in found.plateau)
        more = "; it reaches the end of the grid and may go on" if found.open_ended else ""
        yield f"Plateau (*) from {low} to {high}: rates that rank the cells as their neighbours do{more}."
        yield f"Suggested learning rate, its geometric middle: {compact(found.suggestion or 0.0)}"
    if found.breakdown is not None:
        yield f"The first-order prediction errs by more than 10 % from {compact(found.breakdown)} on."


def _with_next(agreement: str) -> str:
    return f"{agreement} with next" if agreement else ""


def _plot(console: Console, found: Sweep) -> None:
    """Sizes over rates, both on log scales, whose ticks are written by us: plotext's own are not to be had."""
    series = {"other texts": _points((one, one.others.mean) for one in found.rates)}
    if found.rates[0].own is not None:
        series["own texts"] = _points((one, abs(one.own.mean)) for one in found.rates if one.own is not None)
    ticks = {math.log10(one.rate): compact(one.rate) for one in found.rates[:: max(1, len(found.rates) // 8)]}
    size = (min(console.width, 100), PLOT_LINES)
    console.print(
        curves(series, size, "learning rate", "log10 of abs EIF, nats per token", depth(console) != "none", ticks)
    )


def _points(sizes: Iterator[tuple[Rate, float]]) -> tuple[list[float], list[float]]:
    found = [(math.log10(one.rate), math.log10(size)) for one, size in sizes if 0 < size < math.inf]
    return [x for x, _ in found], [y for _, y in found]
