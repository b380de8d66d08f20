"""The settings form: one schema, reasons beside the fields, presets, and only what changed is measured again."""

from __future__ import annotations

import asyncio

import pytest

from eiftui.models.registry import PRESETS
from eiftui.settings import ModelChoice, Settings
from eiftui.tui.form import FIELDS, PATHS, Invalid, read, written
from eiftui.tui.screens.settings import SettingsScreen
from tests.tui.conftest import until
from tests.tui.golden import assert_screen


@pytest.mark.parametrize("settings", [Settings(), *PRESETS.values()], ids=["defaults", *PRESETS])
def test_what_stands_in_the_fields_is_what_they_come_to(settings):
    assert read(written(settings), settings) == settings


@pytest.mark.parametrize(
    ("path", "text", "reason"),
    [
        ("optimizer.lr", "fast", "number"),
        ("optimizer.lr", "0", "above 0"),
        ("optimizer.lr", "-1", "above 0"),
        ("optimizer.epochs", "0", "greater than or equal to 1"),
        ("optimizer.momentum", "1", "less than 1"),
        ("draws", "two", "whole number"),
        ("conditions", "", "at least one"),
        ("conditions", "trained, learned", "trained"),
        ("model.name", " ", "which model"),
        ("model.name", "/no/such", "no such file or folder"),
        ("model.name", "no/such/model", "no such file or folder"),
        ("model.name", "~/none", "no such file or folder"),
        ("model.name", "none.gguf", "no such file or folder"),
        ("model.name", "models/none.gguf", "no such file or folder"),
        ("model.device", "banana", "cuda:N"),
        ("model.device", "cuda:x", "cuda:N"),
        ("model.device", "", "cuda:N"),
    ],
)
def test_a_reason_stands_beside_the_field_that_it_is_about(path, text, reason):
    with pytest.raises(Invalid) as refused:
        read(written(Settings()) | {path: text}, Settings())
    assert list(refused.value.reasons) == [path]
    assert reason in refused.value.reasons[path]


@pytest.mark.parametrize("name", ["gpt2", "openai-community/gpt2", "HuggingFaceTB/SmolLM2-1.7B-Instruct"])
@pytest.mark.parametrize("device", ["auto", "cpu", "cuda", "cuda:9", "mps"])
def test_whether_a_hub_and_a_machine_have_it_is_not_for_the_form_to_say(name, device):
    choice = read(written(Settings()) | {"model.name": name, "model.device": device}, Settings()).model
    assert (choice.name, choice.device) == (name, device)


def test_a_path_is_taken_where_there_is_something_and_where_it_stood_before(tmp_path):
    (tmp_path / "my.gguf").touch()
    for name in (str(tmp_path), str(tmp_path / "my.gguf")):
        assert read(written(Settings()) | {"model.name": name}, Settings()).model.name == name
    elsewhere = Settings(model=ModelChoice(name="/of/another/machine"))
    assert read(written(elsewhere) | {"draws": "3"}, elsewhere).draws == 3


def test_what_has_no_field_stays_as_it_was():
    before = Settings.model_validate({"method": {"products": "bfloat16"}, "optimizer": {"eps": 1e-6}})
    after = read(written(before) | {"draws": "3"}, before)
    assert after == before.model_copy(update={"draws": 3})


def test_a_model_in_a_folder_is_kept_by_its_absolute_path_from_when_it_is_written(tmp_path, monkeypatch):
    (tmp_path / "tiny").mkdir()
    monkeypatch.chdir(tmp_path)
    after = read(written(Settings()) | {"model.name": "tiny"}, Settings())
    assert after.model.name == str(tmp_path / "tiny")
    elsewhere = Settings.model_validate({"model": {"name": "tiny"}})  # an id that is not of this folder
    assert read(written(elsewhere), elsewhere) == elsewhere


def test_every_field_is_of_the_schema():
    assert set(written(Settings())) == set(PATHS)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
async def test_the_form_is_shown_in_full(measured, explorer, size):
    async with explorer(measured).run_test(size=size) as pilot:
        await until(pilot, "Trained ·")
        await pilot.press("f2")
        await assert_screen(pilot, "its numbers are all here", f"settings-{size[0]}x{size[1]}")


async def test_a_change_is_applied_and_says_what_there_is_to_measure(measured, explorer):
    async with explorer(measured).run_test(size=(120, 40)) as pilot:
        await pilot.press("f2")
        await until(pilot, "its numbers are all here")
        for _ in range(6):
            await pilot.press("down")
        await pilot.press("end", *"x")
        await until(pilot, "a number")
        await pilot.press("enter")
        assert isinstance(pilot.app.screen, SettingsScreen)
        await pilot.press("backspace", "backspace", "4")
        await until(pilot, "54 cells to measure")
        await pilot.press("enter")
        await until(pilot, "54 cells not measured")
        assert measured.session.settings.optimizer.lr == 1e-4


async def test_a_preset_fills_the_form_and_leaving_changes_nothing(measured, explorer):
    async with explorer(measured).run_test(size=(120, 40)) as pilot:
        before = measured.session.settings
        await pilot.press("f2", "right")
        await until(pilot, "adamw")
        await pilot.press("escape")
        assert measured.session.settings == before
        await pilot.press("f2", "right", "enter")
        await pilot.pause()
        assert measured.session.settings.optimizer == PRESETS["paper-adamw"].optimizer


@pytest.mark.parametrize("width", [60, 80])
async def test_values_begin_in_one_column_and_no_hint_is_cut(measured, explorer, width):
    async with explorer(measured).run_test(size=(width, 20)) as pilot:
        await pilot.press("f2", "down")
        titles = {field.title for field in FIELDS}
        lines = [line for line in await until(pilot, "its numbers are all here") if line[2:16].strip() in titles]
        assert len(lines) == len(FIELDS)
        assert [line[2:16].strip() for line in lines if line[16] == " "] == ["Clip norm"]
        assert not any("…" in line for line in lines)


async def test_a_time_that_is_asked_for_at_once_is_not_written_over(measured, explorer):
    asked = asyncio.Event()

    async def cost(settings):
        await asked.wait()
        return "about a minute"

    async with explorer(measured).run_test(size=(120, 40)) as pilot:
        pilot.app.push_screen(SettingsScreen(Settings(), lambda settings: 7, cost))
        await until(pilot, "7 cells to measure")
        await pilot.press("end", "1", "ctrl+t")
        await until(pilot, "measuring a sample")
        await pilot.pause(1.0)  # longer than it takes to count cells after a key
        await until(pilot, "measuring a sample")
        asked.set()
        await until(pilot, "about a minute")
