"""A damaged session file: what is lost is told when it opens, and no lost settings are made up unasked."""

from __future__ import annotations

from pathlib import Path

import pytest

from eiftui.session.records import RunRecord
from eiftui.session.session import Session
from eiftui.tui.app import Explorer
from eiftui.tui.document import Document
from eiftui.tui.preferences import Preferences
from tests.engine.fake import FakeClient
from tests.tui.conftest import until


def damaged(session: Session, *kinds: str) -> Path:
    """The session's file, closed, with the first record of some kinds damaged."""
    session.append(RunRecord(going_on=True))
    session.close()
    assert session.path is not None
    lines = session.path.read_bytes().splitlines(keepends=True)
    for kind in kinds:
        place = next(i for i, line in enumerate(lines) if line.startswith(f'{{"kind":"{kind}"'.encode()))
        lines[place] = b"{]\n"
    session.path.write_bytes(b"".join(lines))
    return session.path


@pytest.fixture
def opened(monkeypatch):
    monkeypatch.setattr(Explorer, "NOTIFICATION_TIMEOUT", 600)
    apps = []

    def open_file(path: Path) -> Explorer:
        apps.append(Explorer(Document.open(path), Preferences(), hire=lambda **how: FakeClient(**how)))
        return apps[-1]

    yield open_file
    for app in apps:
        app.document.close()


async def test_damage_is_told_when_it_opens_and_where_it_is_kept(session, opened):
    app = opened(damaged(session, "model"))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await until(pilot, "is damaged and was left out")
        (told,) = (one for one in app._notifications if "damaged" in one.message)
        assert told.message.endswith("left out: f3 keeps what was said")
        assert told.timeout >= 30


async def test_several_damaged_lines_are_told_at_once(session, opened):
    app = opened(damaged(session, "model", "run"))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await until(pilot, "left out, and 1")


async def test_with_lost_settings_nothing_is_measured_until_they_are_accepted(session, opened):
    app = opened(damaged(session, "settings"))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        lines = await until(pilot, "its settings are lost: f2")
        assert any("settings of this session are lost" in line for line in lines)
        app.clear_notifications()
        for key in ("r", "m", "f", "L"):
            await pilot.press(key)
        await until(pilot, "Learning rate")
        await pilot.press("escape")
        await until(pilot, "settings of this session are lost")
        assert not app.worker.client.requests
        assert app.document.session.lost_settings
        await pilot.press("f2")
        await until(pilot, "Learning rate")
        await pilot.press("enter")
        await until(pilot, "cells not measured")
        assert not app.document.session.lost_settings
        await pilot.press("r")
        await until(pilot, "everything is measured")
        assert app.worker.client.requests
