"""Keys of somebody's own, with or without vim's."""

from __future__ import annotations

import pytest

from eiftui.tui.keymap import Keymap, usable, without_vim


def test_keys_are_shown_as_people_write_them_their_own_in_place_of_the_defaults():
    keys = Keymap({"app.help": "f5, question_mark", "app.nothing": "x"}, vim=False)
    assert keys.of("app.help") == ["f5", "?"]
    assert keys.of("heatmap.page_down") == ["pgdn"]
    assert keys.first("app.palette") == "/"
    assert "in the palette" in keys.first("app.theme")
    assert len(keys.problems) == 1


def test_vims_keys_can_be_taken_away():
    assert without_vim()["heatmap.down"] == "down"
    assert "matrix.toggle_prompted" not in without_vim()


@pytest.mark.parametrize(
    "key", ["x", "G", "f12", "ctrl+x", "question_mark", "?", "+", "shift+up", "alt+enter", "space"]
)
def test_keys_are_known_by_their_names(key):
    assert usable({"app.quit": key}) == ({"app.quit": key}, [])


@pytest.mark.parametrize("key", ["", "nokey", "hyper+x", "ctrl+", "x,"])
def test_what_is_no_key_is_told(key):
    used, problems = usable({"app.quit": key})
    assert not used
    assert len(problems) == 1
