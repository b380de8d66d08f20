"""The settings file: it explains itself, comes back as it was written, and is refused by name where it is wrong."""

from __future__ import annotations

import pytest

from eiftui.errors import InputError
from eiftui.show.colour import contrast
from eiftui.tui.app import Explorer
from eiftui.tui.preferences import Preferences, environment, load, save
from eiftui.tui.themes import THEMES
from tests.tui.conftest import until


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
    ("content", "word"),
    [
        (b"thme = 'x'", "thme"),
        (b"vim_keys = 3", "vim_keys"),
        (b"theme =", "not TOML: Invalid"),
        (b"theme = '\xff'", "line 1: not UTF-8"),
    ],
)
def test_a_wrong_file_is_refused_with_what_is_wrong(tmp_path, content, word):
    (tmp_path / "settings.toml").write_bytes(content)
    with pytest.raises(InputError, match=word):
        load(tmp_path / "settings.toml")


def test_a_folder_in_the_place_of_the_file_is_refused(tmp_path):
    with pytest.raises(InputError, match=f"cannot read {tmp_path}: it is a folder"):
        load(tmp_path)


def test_a_file_that_cannot_be_made_is_refused(tmp_path):
    (tmp_path / "taken").write_text("")
    with pytest.raises(InputError, match="cannot write"):
        save(Preferences(), tmp_path / "taken" / "settings.toml")


def test_over_ssh_nothing_is_animated_unless_asked_for():
    assert environment(Preferences(), {"SSH_CONNECTION": "x"})["TEXTUAL_FPS"] == "15"
    assert "TEXTUAL_FPS" not in environment(Preferences(), {"SSH_CONNECTION": "x", "TEXTUAL_FPS": "30"})
    assert "TEXTUAL_ANIMATIONS" not in environment(Preferences(), {})


def test_colours_are_told_to_textual():
    assert environment(Preferences(colours="none"), {})["NO_COLOR"] == "1"
    assert environment(Preferences(colours="16"), {})["TEXTUAL_COLOR_SYSTEM"] == "standard"


async def test_of_keys_of_ones_own_bad_ones_are_told_and_the_rest_work(measured):
    keys = {"matrix.toggle_prompted": "f5", "matrix.nothing": "x", "app.help": "ctrl+nokey", "app.quit": "ctrl+q,Q"}
    app = Explorer(measured, Preferences(keys=keys, theme="no-theme"))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await until(pilot, "there is no action")
        await until(pilot, "there is no key")
        await until(pilot, "no-theme")
        await pilot.press("f5")
        await until(pilot, "Prompted ·")
        await pilot.press("f1")
        await until(pilot, "What is shown")


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
async def test_text_of_every_theme_can_be_read(measured, theme):
    async with Explorer(measured, Preferences(theme=theme.name)).run_test() as pilot:
        assert pilot.app.theme == theme.name
        for part in ("#title", ".title", "#inspector", "Legend", "KeyBar", "StatusBar"):
            _, _, behind, colour = pilot.app.screen.query_one(part).colors
            assert contrast(behind.blend(colour, colour.a).rgb, behind.rgb) >= 4.5, part


async def test_hints_have_the_keys_that_the_person_chose(measured):
    keys = {"sentences.undo": "f6", "matrix.contrast": "f7", "editor.leave": "f8"}
    app = Explorer(measured, Preferences(keys=keys))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await pilot.press("f7")
        await until(pilot, "f7 marks the other cell")
        await pilot.press("a")
        await until(pilot, "f8 leaves")
        await pilot.press("f8", "delete")
        await until(pilot, "f6 takes that back")
