"""Keys of somebody's own, with or without vim's."""

from __future__ import annotations

import pytest

from eiftui.tui.actions import ACTIONS
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


@pytest.mark.parametrize("key", ["nokey", "hyper+x", "ctrl+", "x,", ","])
def test_what_is_no_key_is_told(key):
    used, problems = usable({"app.quit": key})
    assert not used
    assert len(problems) == 1


def test_an_empty_key_takes_it_away():
    keys = Keymap({"app.quit": ""}, vim=True)
    assert (keys.of("app.quit"), keys.problems) == ([], [])


def test_a_key_that_is_taken_from_another_action_is_told_with_both():
    keys = Keymap({"matrix.toggle_prompted": "t,f5,e"}, vim=True)
    assert keys.problems == ["matrix.toggle_prompted and sentences.edit have the same key, e"]
    assert len(Keymap({"heatmap.up": "?"}, vim=True).problems) == 1  # help has it, by its name


def test_two_actions_of_somebodys_own_are_told_once():
    keys = Keymap({"matrix.sort_rows": "f5", "app.quit": "f5"}, vim=True)
    assert keys.problems == ["matrix.sort_rows and app.quit have the same key, f5"]


def test_keys_may_be_exchanged_and_be_the_same_in_different_places():
    assert not Keymap({"matrix.toggle_prompted": "e", "sentences.edit": "t"}, vim=True).problems
    assert not Keymap({"sessions.new": "t", "images.zoom_in": "g"}, vim=True).problems
    assert not Keymap({"heatmap.up": "j", "heatmap.down": "k"}, vim=False).problems


def test_a_character_that_could_not_be_written_any_more_is_told():
    (told,) = Keymap({"editor.save": "a"}, vim=True).problems
    assert told == "editor.save has the key a, which can then not be written"
    assert not Keymap({"editor.save": "f6"}, vim=True).problems


@pytest.mark.parametrize("vim", [True, False])
def test_no_key_is_for_two_actions_by_default(vim):
    keys = {action.id: action.all_keys if vim else action.keys for action in ACTIONS if action.keys}
    assert not Keymap(keys, vim).problems
