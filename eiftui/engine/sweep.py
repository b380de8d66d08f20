"""A learning-rate sweep: the training sets of a session at many rates, kept as records like any other (M §3.4)."""

from __future__ import annotations

from collections.abc import Sequence

from eiftui.engine.run import Watch, measure
from eiftui.engine.studies import sweep_tasks
from eiftui.engine.team import Team
from eiftui.session.records import Swept
from eiftui.session.session import Session


def sweep(
    session: Session, team: Team, rates: Sequence[float], draws: int, watch: Watch = lambda task, result: None
) -> None:
    """Measure the first draws at each rate, and predict them; each row is on disk before the next is waited for.

    The model must be loaded. A draw's gradients at the base weights do for all its rates: the factor engine keeps them.

    Raises:
        EiftuiError: something failed; what was measured before is kept.
    """
    ask(session, rates, draws)
    measure(session, team, sweep_tasks(session, rates, draws), watch)


def ask(session: Session, rates: Sequence[float], draws: int) -> None:
    """Record which rates and draws are the session's sweep, be they measured already or not."""
    swept = Swept(rates=tuple(rates), draws=draws)
    if swept != session.swept:
        session.append(swept)
