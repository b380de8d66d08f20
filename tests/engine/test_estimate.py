"""What a run will take, told before it."""

from __future__ import annotations

import math

import pytest

from eiftui.engine.calibration import calibrate
from eiftui.engine.estimate import Estimate, sample
from eiftui.engine.here import Here
from eiftui.engine.plan import cells_in_all, cells_missing
from eiftui.engine.run import load, run
from eiftui.influence.memory import LIBRARIES
from eiftui.session.session import Session
from tests.engine.conftest import MakeSession


def estimate(session: Session, here: Here) -> Estimate:
    small = sample(session)
    return small.estimate(calibrate(here.measurer, small.request))


def test_an_estimate_is_positive_for_each_condition_and_changes_nothing(make_session: MakeSession, here: Here) -> None:
    session = make_session()
    load(session, here)
    found = estimate(session, here)
    assert found.cells == cells_missing(session) == cells_in_all(session)
    assert set(found.seconds) == {"trained", "predicted", "prompted"}
    assert all(0 < seconds < 60 for seconds in found.seconds.values())
    assert found.total == pytest.approx(math.fsum(found.seconds.values()))
    assert found.weights == 4 * here.measurer.model.parameters
    assert found.memory > found.weights + LIBRARIES


def test_ten_times_the_draws_take_about_ten_times_as_long(make_session: MakeSession, here: Here) -> None:
    few, many = (make_session(draws=draws, conditions=("trained",)) for draws in (5, 50))
    load(few, here)
    load(many, here)
    estimate(few, here)  # the first measurement of a process pays for what libraries load late
    short, long = (estimate(session, here) for session in (few, many))
    assert (short.cells, long.cells) == (1 + 5 * 8, 1 + 50 * 8)
    assert 2 < long.total / short.total < 50


def test_what_is_measured_takes_no_time(make_session: MakeSession, here: Here) -> None:
    session = make_session()
    load(session, here)
    run(session, here)
    found = estimate(session, here)
    assert (found.cells, found.total) == (0, 0)


def test_only_what_is_missing_is_estimated(make_session: MakeSession, here: Here) -> None:
    session = make_session(draws=1)
    load(session, here)
    run(session, here)
    session.configure(session.settings.model_copy(update={"draws": 2}))
    session.ensure_draws()
    # the cell without slots is known from the first draw
    assert estimate(session, here).cells == 3 * (9 - 1)
