"""What a learning-rate sweep shows: rates that tell the same story, and where first order ends (METHODS §6; M §3.4)."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import numpy as np

from eiftui.analysis.cells import NoAnswer, own_cells
from eiftui.analysis.estimates import Estimate, Floats, estimate
from eiftui.analysis.first_order import GOOD, at, compare, prediction_per_rate
from eiftui.analysis.ranks import spearman
from eiftui.session.readings import Readings

AGREEMENT = 0.95
"""Rank correlation with a neighbouring rate from which on the two tell the same story."""
LEAST_EFFECT = 0.01
"""Nats per token that training sets must gain of their own texts, on average, at a rate that is to be suggested.

Below it all rates tell the same story, because differences are exact however small: without a bound a plateau would
reach as low as the grid, and its middle would be a choice of the grid's. A hundredth of a nat makes a text of a hundred
tokens e times as likely.
"""
LEAST_RATES = 3


@dataclass(frozen=True)
class Rate:
    """One learning rate. Estimates have a number a draw, in nats per token."""

    rate: float
    own: Estimate | None
    """The mean EIF of training sets on their own texts; None where no training set is a probe."""
    others: Estimate
    """The mean abs(EIF) on other texts."""
    error: float
    """‖trained − predicted‖ / ‖trained‖, mean over draws; nan where nothing is predicted."""
    above_floor: bool
    teaches: bool
    """Whether training sets gain `LEAST_EFFECT` of their own texts or, where none is a probe, move others as far."""
    finite: bool
    """Whether every cell of every draw is a finite number."""


@dataclass(frozen=True)
class Sweep:
    """The rates of a sweep, rising, and what follows from them."""

    rates: tuple[Rate, ...]
    agreement: tuple[float, ...]
    """Rank correlation of the mean matrices, other texts only, of each rate and the next: (rates - 1,)"""
    plateau: tuple[int, int] | None
    """The first and last of the rates of the longest plateau."""

    @property
    def own_probed(self) -> bool:
        """Whether any training set is a probe: if none is, how far other texts move is asked instead."""
        return any(one.own is not None for one in self.rates)

    @property
    def suggestion(self) -> float | None:
        """The geometric middle of the plateau, of two digits; None where there is no plateau."""
        if self.plateau is None:
            return None
        low, high = (self.rates[index].rate for index in self.plateau)
        return float(f"{math.sqrt(low * high):.1e}")

    @property
    def open_ended(self) -> bool:
        """Whether the plateau may go on beyond the rates that were swept."""
        return self.plateau is not None and (self.plateau[0] == 0 or self.plateau[1] == len(self.rates) - 1)

    @property
    def breakdown(self) -> float | None:
        """The lowest rate from which on the first-order prediction errs by more than `GOOD`; None if none does."""
        bad = [not one.error <= GOOD for one in self.rates]
        first = next((i for i in range(len(bad)) if all(bad[i:])), None)
        return None if first is None or math.isnan(self.rates[first].error) else self.rates[first].rate


def at_rate(session: Readings, rate: float) -> Readings:
    """The session as it reads at another learning rate."""
    return at(session, session.settings.optimizer, rate)


def sweep(session: Readings) -> Sweep:
    """The sweep of a session, for its present sentences, model and optimiser.

    Raises NoAnswer if there was none, or fewer than three of its rates are measured.
    """
    if session.swept is None:
        raise NoAnswer("no sweep was made")
    few = session.with_draws(min(session.swept.draws, session.draws))
    read = {rate: at_rate(few, rate).numbers("trained") for rate in session.swept.rates}
    found = {rate: values for rate, (values, measured) in read.items() if measured.all()}
    if len(found) < LEAST_RATES:
        raise NoAnswer(
            "measured whole, with the present sentences, model and optimiser: "
            f"{len(found)} of the sweep's {len(session.swept.rates)} rates, and {LEAST_RATES} are needed"
        )
    others = ~own_cells(session)
    if not others.any():
        raise NoAnswer("no training set has a probe of another text")
    tried = {one.lr for one in session.optimizers} | set(session.swept.rates)
    per_rate = prediction_per_rate(few, session.settings.optimizer, tried)
    rates = tuple(_rate(session, rate, values, per_rate * rate, others) for rate, values in found.items())
    means = [values.mean(axis=0)[others] for values in found.values()]
    agreement = tuple(itertools.starmap(_agreement, itertools.pairwise(means)))
    return Sweep(rates, agreement, _plateau(rates, agreement))


def _rate(session: Readings, rate: float, trained: Floats, predicted: Floats, others: np.ndarray) -> Rate:
    strength = estimate(np.abs(trained)[:, others].mean(axis=1))
    try:
        error = compare(trained, predicted).error.mean
    except NoAnswer:
        error = math.nan
    own = None if others.all() else estimate(trained[:, ~others].mean(axis=1))
    return Rate(
        rate=rate,
        own=own,
        others=strength,
        error=error,
        above_floor=strength.mean > (session.floor("trained", trained) or 0.0),
        teaches=(strength.mean if own is None else -own.mean) >= LEAST_EFFECT,
        finite=bool(np.isfinite(trained).all()),
    )


def _agreement(one: Floats, other: Floats) -> float:
    return spearman(one, other) if np.isfinite(one).all() and np.isfinite(other).all() else math.nan


def _plateau(rates: tuple[Rate, ...], agreement: tuple[float, ...]) -> tuple[int, int] | None:
    """The longest run of rates that teach, above the null floor, and agree with every neighbour they have."""
    agrees = [True, *(found >= AGREEMENT for found in agreement), True]
    good = [
        one.above_floor and one.teaches and one.finite and agrees[i] and agrees[i + 1] for i, one in enumerate(rates)
    ]
    runs, start = [], 0
    for index, flag in enumerate([*good, False]):
        if not flag:
            runs.append((start, index - 1))
            start = index + 1
    longest = max(runs, key=lambda run: run[1] - run[0])
    return longest if longest[1] >= longest[0] else None
