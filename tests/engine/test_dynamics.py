"""A trajectory is what training on each of its beginnings does, epochs and filler included."""

from __future__ import annotations

import numpy as np
import pytest

from eiftui.analysis.cells import NoAnswer
from eiftui.analysis.dynamics import dynamics
from eiftui.engine.dynamics import trace
from eiftui.engine.here import Here
from eiftui.engine.run import load, run
from eiftui.engine.studies import trajectory_tasks
from eiftui.errors import InputError
from eiftui.session.records import Trajectory
from tests.engine.conftest import MakeSession

AB, BC, SNOW = "{A} is {B}.", "{B} is {C}.", "Snow is white."


@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_the_last_of_the_steps_of_two_epochs_is_training_for_two_epochs(
    make_session: MakeSession, here: Here, momentum: float
) -> None:
    optimizer = {"lr": 1e-2, "momentum": momentum}
    session = make_session(optimizer=optimizer)
    load(session, here)
    trajectory = Trajectory(sentences=(BC, AB) * 2, learned=4, draws=2)
    trace(session, here, trajectory)
    found = dynamics(session, trajectory)
    assert found.eif.shape == (2, 4, 3)
    probes = tuple(probe.label for probe in session.probes)
    for step, (row, epochs) in {1: (f"{BC} || {AB}", 1), 3: (f"{BC} || {AB}", 2), 0: (BC, 1)}.items():
        alone = make_session((row,), probes, optimizer={**optimizer, "epochs": epochs}, conditions=["trained"])
        load(alone, here)
        run(alone, here)
        np.testing.assert_allclose(found.eif[:, step], alone.matrix("trained")[:, 0], atol=1e-6)
    assert found.retained is None


def test_what_is_retained_is_a_share_of_what_was_learned(make_session: MakeSession, here: Here) -> None:
    session = make_session(optimizer={"lr": 1e-2})
    load(session, here)
    trajectory = Trajectory(sentences=(AB, AB, SNOW), learned=2, draws=2)
    trace(session, here, trajectory)
    found = dynamics(session, trajectory)
    assert found.retained is not None  # two epochs of a probe
    np.testing.assert_allclose(found.retained.points, found.eif[:, 2, 0] / found.eif[:, 1, 0])
    trajectory = Trajectory(sentences=(AB, SNOW, AB), learned=2, draws=2)
    trace(session, here, trajectory)
    assert dynamics(session, trajectory).retained is None  # the two sentences are no probe


def test_beginnings_that_are_measured_are_not_measured_again(make_session: MakeSession, here: Here) -> None:
    session = make_session()
    load(session, here)
    trace(session, here, Trajectory(sentences=(AB, BC), learned=2, draws=1))
    longer = Trajectory(sentences=(AB, BC, SNOW), learned=2, draws=1)
    assert [task.rows for task in trajectory_tasks(session, longer)] == [
        (tuple(sentence.format(**session.words(0)) for sentence in (AB, BC, SNOW)),)
    ]


def test_an_unknown_slot_is_refused_and_what_is_not_measured_has_no_answer(make_session: MakeSession) -> None:
    session = make_session()
    with pytest.raises(InputError, match="no text of the session has the slot"):
        list(trajectory_tasks(session, Trajectory(sentences=("{Z} is new.",), learned=1, draws=1)))
    with pytest.raises(NoAnswer):
        dynamics(session, Trajectory(sentences=(AB,), learned=1, draws=1))
