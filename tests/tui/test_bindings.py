"""Which keys are bound where."""

from __future__ import annotations

from eiftui.tui.bindings import screen_bindings
from eiftui.tui.screens.main import MainScreen


def test_a_screen_binds_the_keys_of_its_parts_that_work_everywhere():
    ids = {binding.id for binding in screen_bindings(MainScreen.PARTS)}
    assert "matrix.toggle_prompted" in ids
    assert "heatmap.down" not in ids
    assert "app.quit" not in ids
