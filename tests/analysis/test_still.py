"""A session that is not written meanwhile is looked up once, under each of its settings."""

from __future__ import annotations

import numpy as np

from eiftui.analysis.first_order import at
from eiftui.analysis.still import Still
from tests.analysis.conftest import MakeSession, record, text


def test_numbers_are_looked_up_once_under_any_settings(session_of: MakeSession) -> None:
    eif = np.arange(18.0).reshape(2, 3, 3)
    session = session_of([text(index) for index in range(3)], trained=eif)
    other = at(session, session.settings.optimizer, 0.5)
    record(session, "trained", -eif, other.settings)
    still = Still.of(session)
    assert still.under(session.settings) is still
    for settings, expected in ((session.settings, eif), (other.settings, -eif)):
        np.testing.assert_array_equal(still.under(settings).matrix("trained"), expected)
        assert still.under(settings).matrix("trained") is still.under(settings).matrix("trained")
