"""A sweep finds the plateau that was built in, its middle, and where the prediction ends."""

from __future__ import annotations

import numpy as np
import pytest

from eiftui.analysis.cells import NoAnswer
from eiftui.analysis.rates import at_rate, sweep
from eiftui.session.records import Swept
from eiftui.session.session import Session
from tests.analysis.conftest import MakeSession, floor, record

RATES = (1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1)
GRADIENTS = 1e4 * (np.random.default_rng(0).normal(size=(3, 5, 5)) - 3 * np.eye(5))
"""At the lowest of the rates, a training set gains some 0.03 nats per token of its own text."""


def swept(session_of: MakeSession, orderly: range, rates: tuple[float, ...] = RATES) -> Session:
    """A session whose EIF is in proportion to those of the rates that are `orderly`, and noise at others."""
    session = session_of(predicted=1e-3 * GRADIENTS)
    session.append(Swept(rates=rates, draws=3))
    for index, rate in enumerate(rates):
        noise = 1e4 * np.random.default_rng(index + 1).normal(size=(3, 5, 5))
        values = GRADIENTS if index in orderly else GRADIENTS * np.eye(5) + noise
        record(session, "trained", rate * values, at_rate(session, rate).settings)
    return session


def test_the_plateau_is_where_neighbours_agree_and_the_suggestion_its_geometric_middle(session_of: MakeSession) -> None:
    found = sweep(swept(session_of, range(1, 5)))
    assert [one.rate for one in found.rates] == list(RATES)
    assert found.plateau == (2, 3)  # those at its ends have a neighbour of noise
    assert found.suggestion == pytest.approx(3.2e-4)
    assert not found.open_ended


def test_a_plateau_that_reaches_the_end_of_the_grid_is_open_ended(session_of: MakeSession) -> None:
    found = sweep(swept(session_of, range(4)))
    assert found.plateau == (0, 2)
    assert found.open_ended


def test_noise_has_no_plateau(session_of: MakeSession) -> None:
    found = sweep(swept(session_of, range(0)))
    assert (found.plateau, found.suggestion) == (None, None)


def test_rates_within_the_null_floor_are_no_plateau(session_of: MakeSession) -> None:
    session = swept(session_of, range(6))
    floor(session, "trained", 0.5)
    found = sweep(session)
    assert [one.above_floor for one in found.rates] == [False, False, True, True, True, True]
    assert found.plateau == (2, 5)


def test_rates_that_teach_next_to_nothing_are_no_plateau_however_exact_the_numbers(session_of: MakeSession) -> None:
    session = session_of(predicted=1e-3 * GRADIENTS)
    session.append(Swept(rates=RATES, draws=3))
    for rate in RATES:
        record(session, "trained", 0.01 * rate * GRADIENTS, at_rate(session, rate).settings)
    found = sweep(session)
    assert [one.teaches for one in found.rates] == [False, False, True, True, True, True]
    assert found.plateau == (2, 5)


def test_a_rate_that_makes_own_texts_less_likely_is_no_plateau(session_of: MakeSession) -> None:
    session = swept(session_of, range(6))
    record(session, "trained", -0.1 * GRADIENTS, at_rate(session, RATES[5]).settings)
    assert not sweep(session).rates[5].teaches


def test_the_prediction_at_another_rate_tells_that_at_all(session_of: MakeSession) -> None:
    session = swept(session_of, range(6))
    session.configure(at_rate(session, 3e-5).settings)
    assert max(one.error for one in sweep(session).rates) < 1e-6


def test_first_order_ends_where_its_error_stays_above_ten_percent(session_of: MakeSession) -> None:
    found = sweep(swept(session_of, range(4)))
    assert [one.error < 1e-6 for one in found.rates] == [True] * 4 + [False] * 2
    assert found.breakdown == 1e-2


def test_numbers_are_those_of_the_cells(session_of: MakeSession) -> None:
    one = sweep(swept(session_of, range(6))).rates[3]
    own = np.eye(5, dtype=bool)
    assert one.own is not None
    assert one.own.mean == pytest.approx(1e-3 * GRADIENTS[:, own].mean(), rel=1e-5)
    assert one.others.mean == pytest.approx(1e-3 * np.abs(GRADIENTS[:, ~own]).mean(), rel=1e-5)


def test_a_rate_that_blew_up_is_told_and_is_no_plateau(session_of: MakeSession) -> None:
    session = swept(session_of, range(6))
    record(session, "trained", np.full((3, 5, 5), np.inf), at_rate(session, RATES[5]).settings)
    found = sweep(session)
    assert not found.rates[5].finite
    assert found.plateau == (0, 3)


def test_rates_that_are_not_measured_do_not_count(session_of: MakeSession) -> None:
    session = swept(session_of, range(6))
    session.append(Swept(rates=(*RATES, 1.0), draws=3))
    assert len(sweep(session).rates) == 6


def test_a_session_without_a_sweep_or_with_another_optimiser_has_no_answer(session_of: MakeSession) -> None:
    with pytest.raises(NoAnswer, match="no sweep"):
        sweep(session_of(trained=GRADIENTS))
    session = swept(session_of, range(6))
    optimizer = session.settings.optimizer.model_copy(update={"clip_norm": 1.0})
    session.configure(session.settings.model_copy(update={"optimizer": optimizer}))
    with pytest.raises(NoAnswer, match="0 of the sweep's 6 rates, and 3 are needed"):
        sweep(session)
