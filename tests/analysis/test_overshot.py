"""Rows whose step overshoots, and what is said of them."""

from __future__ import annotations

import numpy as np

from eiftui.analysis import words
from eiftui.analysis.overshot import overshot
from tests.analysis.conftest import MakeSession, floor, text


def test_a_row_overshoots_where_learning_raises_its_own_loss_in_the_mean_over_draws(session_of: MakeSession) -> None:
    trained = np.zeros((2, 3, 3))
    trained[:, 0, 0] = 0.3, -0.1
    trained[:, 1, 1] = -0.3, 0.1
    trained[:, 2] = 0.5, 0.5, -0.1
    session = session_of(trained=trained)
    assert overshot(session) == [0]
    assert [*words.overshot(session, [0])] == [
        "learning 1 raised its own loss: the step overshoots; try `eiftui sweep SESSION --adopt`"
    ]


def test_a_row_that_is_no_probe_overshoots_where_probes_move_against_the_prediction(session_of: MakeSession) -> None:
    texts = [*(text(index, "row") for index in range(2)), *(text(index, "probe") for index in range(2, 4))]
    trained, predicted = np.array([[[0.5, -0.2], [0.1, -0.2]]]), np.array([[[-1.0, -1.0], [-1.0, -1.0]]])
    session = session_of(texts, trained=trained, predicted=predicted)
    assert overshot(session) == [0]
    assert "learning 1 moved the probes against its prediction" in next(words.overshot(session, [0]))


def test_what_cannot_be_told_from_zero_and_what_is_not_measured_overshoots_nothing(session_of: MakeSession) -> None:
    trained = np.full((1, 2, 2), np.nan)
    trained[0, 0, 0] = 1e-6
    session = session_of(trained=trained)
    floor(session, "trained", 1e-5)
    assert overshot(session) == []
    assert [*words.overshot(session, [])] == []


def test_of_many_rows_the_first_are_named(session_of: MakeSession) -> None:
    session = session_of(trained=np.eye(8)[None])
    told = next(words.overshot(session, overshot(session)))
    assert told.startswith("learning 1, 2, 3, 4, 5 and 3 more raised their own loss:")
