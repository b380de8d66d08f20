"""Mistakes of our own: whatever raises, the explorer goes on and says so."""

from __future__ import annotations

import pytest

from eiftui.tui.running import Phase, Runner
from eiftui.tui.widgets.inspector import Inspector
from eiftui.tui.widgets.matrix import MatrixPane
from eiftui.tui.worker import Worker
from tests.engine.fake import FakeClient
from tests.tui.conftest import until


def broken(*_):
    raise KeyError("a mistake")


async def test_the_explorer_survives_a_view_that_cannot_be_painted(measured, explorer, monkeypatch, mishaps):
    async with explorer(measured).run_test(size=(120, 40), notifications=True) as pilot:
        monkeypatch.setattr(Inspector, "paint", broken)
        measured.changed()
        await until(pilot, "eiftui made a mistake")
        assert "in broken" in mishaps.read_text()
        measured.changed()
        pilot.app.clear_notifications()
        await pilot.press("t")
        await until(pilot, "Prompted ·")


@pytest.mark.parametrize("thread", ["eiftui.analysis.findings.analyse", "eiftui.tui.findings.desiderata"])
async def test_the_explorer_survives_an_analysis_that_raises(measured, explorer, monkeypatch, thread):
    monkeypatch.setattr(thread, broken)
    monkeypatch.setattr("eiftui.tui.findings.VIEWS", {"desiderata": broken})
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


async def test_a_run_that_meets_a_mistake_ends_with_a_word(document, monkeypatch):
    monkeypatch.setattr("eiftui.tui.measuring.Measuring.measure", broken)
    worker = Worker(FakeClient)
    runner = Runner(document, worker)
    runner.run()
    await runner._work
    assert runner.phase == Phase.FAILED
    assert "a mistake" in runner.text
    await worker.close()
