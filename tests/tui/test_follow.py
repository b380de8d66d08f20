"""A session that another process writes: followed while it does, and taken over afterwards."""

from __future__ import annotations

import subprocess
import sys

import pytest

from eiftui.session.session import Session
from eiftui.tui.document import Document
from tests.session.test_lock import HOLD
from tests.tui.conftest import screen_of, until


@pytest.fixture
def other(session):
    """Another process that has the session open for writing."""
    session.close()
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(session.path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "open\n"
    yield process
    process.kill()
    process.communicate()


async def test_it_says_who_writes_and_is_taken_over_when_they_have_ended(session, other, explorer):
    app = explorer(Document.open(session.path))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        app.screen.call_next(app.screen._follow)
        await until(pilot, f"read-only: follows process {other.pid}")
        other.kill()
        other.wait()
        app.screen.call_next(app.screen._follow)
        lines = await until(pilot, "Nobody writes this session")
        assert any("w Take over" in line for line in lines)
        lines = await until(pilot, "nobody writes it any more")
        assert not any("followed live" in line for line in lines)
        app.clear_notifications()
        await pilot.press("e")
        await until(pilot, "w goes on with it")
        await pilot.press("w")
        lines = await until(pilot, "saved")
        assert not app.document.session.read_only
        assert not any("w Take over" in line for line in lines)
    app.document.close()


async def test_it_stays_read_only_as_long_as_it_is_written(session, other, explorer):
    app = explorer(Document.open(session.path))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await pilot.press("w")
        lines = await until(pilot, "read-only")
        assert not any("Take over" in line for line in lines)
        assert app.document.session.read_only


async def test_what_is_followed_grows(session, engine, explorer):
    follower = Document(Session.open(session.path, read_only=True))
    async with explorer(follower).run_test() as pilot:
        await until(pilot, "read-only")
        engine.measure(session)
        pilot.app.screen._follow()
        lines = await until(pilot, "likely")
        assert any(line.endswith("mean of 3 draws") for line in lines)


@pytest.mark.parametrize("key", ["a", "e", "r", "m", "f2", "L", "c", "u"])
async def test_what_cannot_be_done_while_it_is_written_is_not_offered_and_says_how_else(session, other, explorer, key):
    app = explorer(Document.open(session.path))
    async with app.run_test(size=(240, 40), notifications=True) as pilot:
        app.screen._follow()
        lines = await until(pilot, "followed live")
        for title in ("Add", "Edit", "Run", "Settings", "Model", "Generate", "Contrast"):
            assert f" {title} " not in lines[-1]
        main = app.screen
        await pilot.press(key)
        await until(pilot, f"process {other.pid}")
        await until(pilot, "writes this session: S")
        assert app.screen is main


async def test_a_study_is_refused_before_it_asks_anything(session, other, explorer):
    app = explorer(Document.open(session.path))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        app.screen.query_one("FindingsPane").view = "rate"
        await until(pilot, "Rate")
        main = app.screen
        await pilot.press("R")
        await until(pilot, "writes this session: S")
        assert app.screen is main


async def test_a_session_that_cannot_be_written_says_why_and_offers_no_taking_over(session, explorer):
    follower = Document(Session.open(session.path, read_only=True))
    follower.obstacle = "cannot write kinds.eif (Read-only file system)"
    session.close()
    async with explorer(follower).run_test(size=(120, 40), notifications=True) as pilot:
        lines = await until(pilot, "Read-only file system")
        assert any("it cannot be written here" in line for line in lines)
        await pilot.pause(1.2)  # longer than it takes to look again
        assert not any("Nobody writes" in line or "Take over" in line for line in screen_of(pilot))


async def test_a_file_that_is_taken_away_is_told_as_long_as_it_is_away(session, other, explorer):
    path, elsewhere = session.path, session.path.with_name("elsewhere.eif")
    async with explorer(Document.open(path)).run_test(size=(120, 40)) as pilot:
        await until(pilot, f"read-only: follows process {other.pid}")
        path.rename(elsewhere)
        lines = await until(pilot, "no such session file")
        assert not any("followed live" in line or "follows" in line for line in lines)
        elsewhere.rename(path)
        await until(pilot, "followed live")
