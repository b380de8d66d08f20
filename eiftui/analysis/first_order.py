"""How far the first-order prediction goes: measured and predicted EIF side by side (METHODS §2, §6)."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass

import numpy as np

from eiftui.analysis.cells import NoAnswer
from eiftui.analysis.estimates import Estimate, Floats, estimate
from eiftui.analysis.ranks import pearson, spearman
from eiftui.session.readings import Readings
from eiftui.settings import Optimizer

LEAST_CELLS = 3
GOOD = 0.1
"""A relative error up to which the prediction is called good."""


@dataclass(frozen=True)
class Agreement:
    """Of trained and predicted EIF over the cells of a draw: a number a draw each."""

    pearson: Estimate
    spearman: Estimate
    error: Estimate
    """‖trained − predicted‖ / ‖trained‖."""


@dataclass(frozen=True)
class Met:
    """How well the prediction meets what an optimiser did, at its learning rate."""

    optimizer: Optimizer
    draws: int
    """That have both."""
    agreement: Agreement


def by_optimizer(session: Readings) -> list[Met]:
    """Every optimiser that the session was set to, at each rate that it has numbers of: rates rising."""
    rates = {*(one.lr for one in session.optimizers), *(session.swept.rates if session.swept else ())} - {0.0}
    met = []
    for rule in dict.fromkeys(one.model_copy(update={"lr": 0.0}) for one in session.optimizers):
        per_rate = prediction_per_rate(session, rule, rates)
        for rate in sorted(rates):
            view = at(session, rule, rate)
            if view.has("trained"):
                with suppress(NoAnswer):
                    found = compare(view.matrix("trained"), per_rate * rate)
                    met.append(Met(view.settings.optimizer, len(found.error.points), found))
    return met


def prediction_per_rate(session: Readings, rule: Optimizer, rates: Iterable[float]) -> Floats:
    """First-order EIF over the learning rate, to which it is in proportion: (draws, rows, columns), NaN if unknown.

    From any of the rates at which it was predicted for an optimiser, whose own rate does not count.
    """
    known = np.full((session.draws, len(session.rows), len(session.probes)), np.nan)
    for rate in rates:
        view = at(session, rule, rate)
        if rate and view.has("predicted"):
            known = np.where(np.isnan(known), view.matrix("predicted") / rate, known)
    return known


def at(session: Readings, optimizer: Optimizer, rate: float) -> Readings:
    """The session as it reads with another optimiser, at a learning rate."""
    chosen = optimizer.model_copy(update={"lr": rate})
    return session.under(session.settings.model_copy(update={"optimizer": chosen}))


def agreement(session: Readings) -> Agreement:
    """How well the prediction meets the measured matrix, from the cells that have both.

    Raises NoAnswer if no draw has three such cells.
    """
    return compare(session.matrix("trained"), session.matrix("predicted"))


def compare(trained: Floats, predicted: Floats, over: Callable[[list[float]], Estimate] = estimate) -> Agreement:
    """Likewise of two arrays (draws, rows, columns), NaN where not measured; `over` makes an estimate of all draws."""
    pairs = [_both(*draw) for draw in zip(trained, predicted, strict=True)]
    enough = [len(pair[0]) >= LEAST_CELLS for pair in pairs]
    if not any(enough):
        raise NoAnswer("too few cells are both trained and predicted")

    def each(statistic: Callable[[Floats, Floats], float]) -> Estimate:
        return over([statistic(*pair) if counts else math.nan for pair, counts in zip(pairs, enough, strict=True)])

    return Agreement(pearson=each(pearson), spearman=each(spearman), error=each(_error))


def _both(trained: Floats, predicted: Floats) -> tuple[Floats, Floats]:
    known = np.isfinite(trained) & np.isfinite(predicted)
    return trained[known], predicted[known]


def _error(trained: Floats, predicted: Floats) -> float:
    norm = float(np.linalg.norm(trained))
    return float(np.linalg.norm(trained - predicted)) / norm if norm else float("nan")
