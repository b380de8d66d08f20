"""A learning-rate sweep: the training sets of a session at many rates, kept as records like any other (M §3.4)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from eiftui.analysis.rates import at_rate
from eiftui.engine.plan import condition_tasks
from eiftui.engine.protocol import Task
from eiftui.engine.run import Watch
from eiftui.engine.team import Team
from eiftui.errors import InputError
from eiftui.session.records import Swept
from eiftui.session.session import Session
from eiftui.settings import LEAST_RATE

LARGEST = 1000.0
MOST = 400
"""Rates of one sweep."""


def grid(low: float, high: float, per_decade: int = 1) -> tuple[float, ...]:
    """Rates from `low` to `high`, so many in every tenfold, evenly apart on a log scale and of three digits.

    Raises InputError if they are no rising rates, or more than `MOST`.
    """
    if not (LEAST_RATE <= low < high <= LARGEST) or per_decade < 1:
        raise InputError(
            f"a sweep goes from a rate to a higher one, {LEAST_RATE:g} to {LARGEST:g}, by at least one step"
        )
    steps = max(1, round(math.log10(high / low) * per_decade))
    if steps >= MOST:
        raise InputError(f"{steps + 1} rates are too many for a sweep: at most {MOST}")
    return tuple(dict.fromkeys(float(f"{low * (high / low) ** (step / steps):.3g}") for step in range(steps + 1)))


def sweep(
    session: Session, team: Team, rates: Sequence[float], draws: int, watch: Watch = lambda task, result: None
) -> None:
    """Measure the first draws at each rate, and predict them; each row is on disk before the next is waited for.

    The model must be loaded. A draw's gradients at the base weights do for all its rates: the factor engine keeps them.

    Raises:
        EiftuiError: something failed; what was measured before is kept.
    """
    ask(session, rates, draws)
    for task in tasks(session, rates, draws):
        for result in team.measure(task):
            session.append(result)
            watch(task, result)


def ask(session: Session, rates: Sequence[float], draws: int) -> None:
    """Record which rates and draws are the session's sweep, be they measured already or not."""
    swept = Swept(rates=tuple(rates), draws=draws)
    if swept != session.swept:
        session.append(swept)


def tasks(session: Session, rates: Sequence[float], draws: int) -> Iterator[Task]:
    """What is missing of a sweep, draw by draw. The prediction at one rate tells that at any other."""
    for draw in range(draws):
        yield from condition_tasks(session, "predicted", draw)
        for rate in rates:
            yield from condition_tasks(at_rate(session, rate), "trained", draw)
