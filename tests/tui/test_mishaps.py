"""Mistakes of our own: whatever raises, the explorer goes on and says so."""

from __future__ import annotations

from importlib import import_module
from pkgutil import walk_packages

import pytest
from textual.message_pump import MessagePump

import eiftui.tui
from eiftui.tui.mishaps import Surviving
from eiftui.tui.running import Runner
from eiftui.tui.screens.main import MainScreen
from eiftui.tui.screens.prompt import PromptScreen
from eiftui.tui.widgets.heatmap import HeatMap
from eiftui.tui.widgets.inspector import Inspector
from eiftui.tui.widgets.matrix import MatrixPane
from eiftui.tui.work import Phase
from eiftui.tui.worker import Worker
from tests.engine.fake import FakeClient
from tests.tui.conftest import until


def broken(*_):
    raise KeyError("a mistake")


async def test_the_explorer_survives_a_view_that_cannot_be_painted(measured, explorer, monkeypatch, mishaps):
    async with explorer(measured).run_test(size=(120, 40), notifications=True) as pilot:
        await until(pilot, "Trained ·")
        monkeypatch.setattr(Inspector, "paint", broken)
        measured.changed()
        await until(pilot, "eiftui made a mistake")
        assert "in broken" in mishaps.read_text()
        measured.changed()
        pilot.app.clear_notifications()
        await pilot.press("t")
        await until(pilot, "Prompted ·")


@pytest.mark.parametrize(
    ("part", "put"),
    [("eiftui.analysis.findings.desiderata", broken), ("eiftui.tui.findings.VIEWS", {"desiderata": broken})],
)
async def test_the_explorer_survives_an_analysis_that_raises(measured, explorer, monkeypatch, part, put):
    monkeypatch.setattr(part, put)
    async with explorer(measured).run_test(size=(120, 40), notifications=True) as pilot:
        await pilot.press("right_square_bracket")
        await until(pilot, "eiftui made a mistake")
        await pilot.press("left_square_bracket", "f3")
        await until(pilot, "Mistakes of eiftui itself")
        await pilot.press("escape")
        await until(pilot, "Trained ·")


async def test_the_explorer_survives_an_action_that_raises(measured, explorer, monkeypatch):
    monkeypatch.setattr(MatrixPane, "action_normalise", broken)
    async with explorer(measured).run_test(size=(120, 40), notifications=True) as pilot:
        await pilot.press("n")
        await until(pilot, "eiftui made a mistake")
        await pilot.press("t")
        await until(pilot, "Prompted ·")


@pytest.mark.parametrize(
    ("part", "handler"),
    [
        (MainScreen, "on_heat_map_cursor_moved"),  # a message from below
        (MainScreen, "_show_cell"),
        (HeatMap, "action_move"),  # a key
    ],
)
async def test_the_explorer_survives_a_handler_that_raises(measured, explorer, monkeypatch, mishaps, part, handler):
    async with explorer(measured).run_test(size=(120, 40), notifications=True) as pilot:
        await until(pilot, "Trained ·")
        with monkeypatch.context() as patch:
            patch.setattr(part, handler, broken)
            await pilot.press("down")
            await until(pilot, "eiftui made a mistake")
            assert "in broken" in mishaps.read_text()
        pilot.app.clear_notifications()
        await pilot.press("right", "down", "t")
        await until(pilot, "Prompted ·")
        await until(pilot, "2 probed")
        await pilot.press("q")
        await pilot.pause()
    assert pilot.app.return_code == 0


async def test_the_explorer_survives_a_dialogue_whose_handlers_raise(measured, explorer, monkeypatch):
    monkeypatch.setattr(PromptScreen, "on_input_submitted", broken)
    async with explorer(measured).run_test(size=(120, 40), notifications=True) as pilot:
        await pilot.press("colon", "enter")
        await until(pilot, "eiftui made a mistake")


async def test_a_mistake_before_there_is_anything_to_see_ends_the_explorer(measured, explorer, monkeypatch):
    monkeypatch.setattr(MainScreen, "compose", broken)
    with pytest.raises(KeyError, match="a mistake"):
        async with explorer(measured).run_test():
            pass


def test_whatever_has_handlers_survives_them():
    for module in walk_packages(eiftui.tui.__path__, "eiftui.tui."):
        import_module(module.name)
    ours = [kind for kind in every(MessagePump) if kind.__module__.startswith("eiftui.")]
    assert len(ours) > 30
    assert [kind for kind in ours if not issubclass(kind, Surviving)] == []


def every(kind):
    return {below for one in kind.__subclasses__() for below in (one, *every(one))}


async def test_a_run_that_meets_a_mistake_ends_with_a_word(document, monkeypatch):
    monkeypatch.setattr("eiftui.tui.measuring.Measuring.measure", broken)
    worker = Worker(FakeClient)
    runner = Runner(document, worker)
    runner.run()
    await runner.work.end()
    assert runner.work.phase == Phase.FAILED
    assert "a mistake" in runner.work.text
    await worker.close()
