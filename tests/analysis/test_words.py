"""What is said of findings in words."""

from __future__ import annotations

import numpy as np

from eiftui.analysis import words
from eiftui.analysis.dynamics import steps
from eiftui.session.records import Trajectory
from eiftui.session.results import Measured
from eiftui.session.written import text_id
from tests.analysis.conftest import MakeSession


def test_of_a_step_only_what_is_measured_is_told(session_of: MakeSession) -> None:
    session = session_of(trained=np.zeros((1, 4, 4)))
    trajectory = Trajectory(sentences=("Something new.", "And more."), learned=2, draws=1)
    session.append(trajectory)
    view = steps(session, trajectory.sentences)
    for row, probes, eif in ((0, (1, 2, 3), (-0.5, np.nan, 0.25)), (1, (3,), (-0.75,))):
        session.append(
            Measured(
                key=view.settings.key("trained", "f00d"),
                condition="trained",
                row=text_id(view.filled(view.rows[row], 0)),
                sentences=view.filled(view.rows[row], 0),
                tokens=((1,),) * (row + 1),
                probes=tuple(text_id(view.filled(view.probes[probe], 0)) for probe in probes),
                eif=np.array(eif),
                changes=None,
                seconds=0.1,
                mechanism="made up",
            )
        )
    told = [line.split(maxsplit=1) for line in words.dynamics(session, "") if line.startswith("   ")]
    assert told == [["−0.50", "{A} is number 1."], ["+0.25", "{A} is number 3."], ["−0.75", "{A} is number 3."]]
