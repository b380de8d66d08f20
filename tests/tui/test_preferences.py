"""The settings file: it explains itself, comes back as it was written, and is refused by name where it is wrong."""

from __future__ import annotations

import pytest

from eiftui.errors import InputError
from eiftui.tui.preferences import Preferences, environment, load, save


def test_what_is_saved_comes_back(tmp_path):
    wanted = Preferences(theme="nord", vim_keys=False, keys={"matrix.toggle_prompted": 'x,"'})
    save(wanted, tmp_path / "new" / "settings.toml")
    assert load(tmp_path / "new" / "settings.toml") == wanted


def test_every_setting_is_explained_in_the_file(tmp_path):
    save(Preferences(), tmp_path / "settings.toml")
    lines = (tmp_path / "settings.toml").read_text().splitlines()
    for name in Preferences.model_fields.keys() - {"keys"}:
        place = next(place for place, line in enumerate(lines) if line.startswith(f"{name} ="))
        assert lines[place - 1].startswith("# ")


def test_without_a_file_there_are_defaults(tmp_path):
    assert load(tmp_path / "none.toml") == Preferences()


@pytest.mark.parametrize(
    ("text", "word"), [("thme = 'x'", "thme"), ("vim_keys = 3", "vim_keys"), ("theme =", "Invalid")]
)
def test_a_wrong_file_is_refused_with_what_is_wrong(tmp_path, text, word):
    (tmp_path / "settings.toml").write_text(text)
    with pytest.raises(InputError, match=word):
        load(tmp_path / "settings.toml")


def test_over_ssh_nothing_is_animated_unless_asked_for():
    assert environment(Preferences(), {"SSH_CONNECTION": "x"})["TEXTUAL_FPS"] == "15"
    assert "TEXTUAL_FPS" not in environment(Preferences(), {"SSH_CONNECTION": "x", "TEXTUAL_FPS": "30"})
    assert "TEXTUAL_ANIMATIONS" not in environment(Preferences(), {})


def test_colours_are_told_to_textual():
    assert environment(Preferences(colours="none"), {})["NO_COLOR"] == "1"
    assert environment(Preferences(colours="16"), {})["TEXTUAL_COLOR_SYSTEM"] == "standard"
