"""A sweep measures what a run at each of its rates would, from one backward, and resumes."""

from __future__ import annotations

import numpy as np
import pytest

from eiftui.analysis.rates import at_rate
from eiftui.engine.here import Here
from eiftui.engine.run import load, run
from eiftui.engine.studies import grid, sweep_tasks
from eiftui.engine.sweep import sweep
from eiftui.errors import InputError
from eiftui.influence import gradients
from tests.engine.conftest import MakeSession

RATES = (1e-3, 1e-2, 1e-1)


def test_its_numbers_are_those_of_runs_at_each_rate(make_session: MakeSession, here: Here) -> None:
    session = make_session()
    load(session, here)
    sweep(session, here, RATES, draws=2)
    for rate in RATES:
        alone = make_session(optimizer={"lr": rate}, conditions=["trained"])
        load(alone, here)
        run(alone, here)
        np.testing.assert_allclose(at_rate(session, rate).matrix("trained"), alone.matrix("trained"), atol=1e-6)


def test_gradients_at_the_base_weights_are_recorded_once_for_all_rates(
    make_session: MakeSession, here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded: list[object] = []
    record = gradients.record

    def counting(forward: object, sequences: object, change: object) -> object:
        recorded.extend([] if change else list(sequences))  # type: ignore[call-overload]
        return record(forward, sequences, change)  # type: ignore[arg-type]

    session = make_session()
    load(session, here)
    monkeypatch.setattr(gradients, "record", counting)
    sweep(session, here, RATES, draws=1)
    assert len(recorded) == len(set(recorded))  # type: ignore[arg-type]


def test_what_is_measured_is_not_measured_again(make_session: MakeSession, here: Here) -> None:
    session = make_session()
    load(session, here)
    sweep(session, here, RATES[:2], draws=1)
    left = list(sweep_tasks(session, RATES, 1))
    assert {task.settings.optimizer.lr for task in left} == {RATES[2]}
    sweep(session, here, RATES, draws=1)
    assert not list(sweep_tasks(session, RATES, 1))
    assert session.swept is not None
    assert session.swept.rates == RATES


def test_a_grid_is_even_on_a_log_scale() -> None:
    assert grid(1e-4, 1e-1) == (1e-4, 1e-3, 1e-2, 1e-1)
    assert grid(1e-3, 1e-2, 2) == (1e-3, 3.16e-3, 1e-2)


@pytest.mark.parametrize(
    "asked", [(1e-1, 1e-3), (0.0, 1.0), (float("nan"), 1.0), (1e-3, float("inf")), (1e-3, 1e-1, 0), (1e-30, 1e2, 50)]
)
def test_a_grid_that_is_none_is_refused(asked: tuple[float, ...]) -> None:
    with pytest.raises(InputError):
        grid(*asked)  # type: ignore[arg-type]
