"""The sessions browser, by its keys and characters."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Input

from eiftui.session.lock import SessionLocked
from eiftui.session.records import Note, RunRecord
from eiftui.session.session import Session
from eiftui.session.shelf import duplicate
from eiftui.settings import Settings
from eiftui.tui.screens.main import MainScreen
from eiftui.tui.screens.sessions import SessionsScreen, _short, age
from tests.tui.conftest import KINDS, until
from tests.tui.test_main_screen import SIZES


@pytest.fixture
def shelf(measured, tmp_path, monkeypatch):
    """`kinds` is open and measured; beside it its copy, an empty session and what is none."""
    monkeypatch.chdir(tmp_path)
    measured.append(Note(text="[b]a hunch[/b]"))
    now = (tmp_path / "kinds.eif").stat().st_mtime
    monkeypatch.setattr("time.time", lambda: now)
    duplicate(tmp_path / "kinds.eif", tmp_path / "copy.eif")
    Session.create(tmp_path / "empty.eif", KINDS, Settings(draws=2)).close()
    (tmp_path / "none.eif").write_bytes(b"what?\n")
    return measured


@pytest.mark.parametrize("size", SIZES)
async def test_what_there_is_is_told(shelf, explorer, size):
    async with explorer(shelf).run_test(size=SIZES[size]) as pilot:
        await pilot.press("S")
        await until(pilot, "unreadable")
        lines = await until(pilot, "[b]a hunch[/b]")
        mine = next(line for line in lines if "│  kinds " in line)
        assert "3×3×3" in mine
        assert "100 %" in mine
        assert any("open here" in line for line in lines)
        assert any("empty" in line and "0 %" in line for line in lines)
        await pilot.press("f1")
        await until(pilot, "In the sessions browser")
        await pilot.press("escape", "escape")
        assert isinstance(pilot.app.screen, MainScreen)


async def test_the_examples_are_listed_too(shelf, explorer, tmp_path):
    (tmp_path / "sessions" / "examples").mkdir(parents=True)
    Session.create(tmp_path / "sessions" / "examples" / "shown.eif", KINDS, Settings(draws=2)).close()
    async with explorer(shelf).run_test(size=(120, 40)) as pilot:
        await go_to(pilot, "shown")
        await until(pilot, "sessions/examples/shown.eif")


@pytest.mark.parametrize(("going_on", "state"), [(True, "running"), (False, "in use")])
async def test_of_a_session_that_another_process_has_open_it_is_told_whether_it_runs(
    shelf, explorer, tmp_path, monkeypatch, going_on, state
):
    with Session.open(tmp_path / "copy.eif") as session:
        session.append(RunRecord(going_on=going_on))
    monkeypatch.setattr(
        "eiftui.tui.screens.sessions.writer_of", lambda path: "process 7" if path.stem == "copy" else None
    )
    async with explorer(shelf).run_test(size=(120, 40)) as pilot:
        await go_to(pilot, "copy")
        lines = await until(pilot, "open in process 7")
        assert any("copy" in line and state in line for line in lines)


async def test_another_session_takes_the_place_of_the_one_before(shelf, explorer):
    app = explorer(shelf)
    async with app.run_test(size=(120, 40)) as pilot:
        await go_to(pilot, "copy")
        await pilot.press("enter")
        await until(pilot, "copy.eif  saved")
        assert isinstance(app.screen, MainScreen)
        assert app.document.session.measured("trained").all()
        assert shelf.session.read_only
    app.document.close()


async def test_renaming_duplicating_deleting_and_getting_back(shelf, explorer, tmp_path):
    async with explorer(shelf).run_test(size=(120, 40), notifications=True) as pilot:
        await go_to(pilot, "copy")
        await pilot.press("r", "end", "2", "enter")
        await until(pilot, "copy2")
        assert names(tmp_path) == {"kinds", "copy2", "empty", "none"}
        await pilot.press("d", "enter")
        await until(pilot, "copy2-copy")
        assert names(tmp_path) == {"kinds", "copy2", "copy2-copy", "empty", "none"}
        await pilot.press("delete")
        await until(pilot, "Deleted copy2-copy.eif; u takes that back.")
        assert names(tmp_path) == {"kinds", "copy2", "empty", "none"}
        await pilot.press("u")
        await until(pilot, "copy2-copy")
        assert names(tmp_path) == {"kinds", "copy2", "copy2-copy", "empty", "none"}


async def test_what_cannot_be_got_back_now_can_be_later(shelf, explorer, tmp_path):
    async with explorer(shelf).run_test(size=(120, 40)) as pilot:
        await go_to(pilot, "copy")
        before = (tmp_path / "copy.eif").read_bytes()
        await pilot.press("delete")
        (tmp_path / "copy.eif").write_text("another")
        await pilot.press("u")
        await until(pilot, "exists")
        (tmp_path / "copy.eif").unlink()
        await pilot.press("u")
        await until(pilot, "copy.eif")
        assert (tmp_path / "copy.eif").read_bytes() == before


async def test_the_open_session_is_renamed_and_written_on(shelf, explorer, tmp_path):
    async with explorer(shelf).run_test(size=(120, 40)) as pilot:
        await go_to(pilot, "kinds")
        await pilot.press("r", "ctrl+u", *"mine", "enter")
        await until(pilot, "mine.eif")
        await pilot.press("escape")
        await until(pilot, "mine.eif  saved")
        shelf.append(Note(text="after"))
        assert names(tmp_path) == {"mine", "copy", "empty", "none"}
        assert not list(tmp_path.glob(".kinds*"))
        with pytest.raises(SessionLocked):
            Session.open(tmp_path / "mine.eif")
        with Session.open(tmp_path / "mine.eif", read_only=True) as again:
            assert again.note == "after"


async def test_what_cannot_be_done_is_said(shelf, explorer, tmp_path):
    async with explorer(shelf).run_test(size=(120, 40)) as pilot:
        await go_to(pilot, "kinds")
        await pilot.press("delete")
        await until(pilot, "it is open: open another one first")
        await pilot.press("d", "ctrl+u", *"copy", "enter")
        await until(pilot, "copy.eif exists")
        assert pilot.app.screen.query_one(Input).value == "copy"
        assert names(tmp_path) == {"kinds", "copy", "empty", "none"}


async def test_a_name_that_cannot_be_stays_in_the_field_to_be_mended(shelf, explorer, tmp_path):
    async with explorer(shelf).run_test(size=(120, 40)) as pilot:
        await go_to(pilot, "copy")
        await pilot.press("r", "ctrl+u", *"../x", "enter")
        await until(pilot, "a name is needed, without /")
        await pilot.press("home", "delete", "delete", "delete", "enter")
        await until(pilot, "│  x ")
        assert names(tmp_path) == {"kinds", "x", "empty", "none"}


async def test_a_new_session_is_made_on_a_domain_and_shown(shelf, explorer, tmp_path):
    app = explorer(shelf)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("S", "n")
        await until(pilot, "belongs_to")
        await pilot.press("down", "enter", "enter")
        await until(pilot, "belongs_to.eif  saved")
        assert (tmp_path / "sessions" / "belongs_to.eif").exists()
    app.document.close()


async def test_a_new_session_may_be_empty(shelf, explorer, tmp_path):
    app = explorer(shelf)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("S", "n")
        await until(pilot, "No sentences yet")
        (tmp_path / "sessions").mkdir(exist_ok=True)
        (tmp_path / "sessions" / "session.eif").touch()
        await pilot.press("enter", "enter")
        await until(pilot, "session-2.eif  saved")
        assert not app.document.rows
        assert not app.document.probes
        await pilot.press("a", *"Toads hop.", "enter")
        await until(pilot, "Training sets · 1")
    app.document.close()
    assert [text.label for text in Session.open(tmp_path / "sessions" / "session-2.eif").rows] == ["Toads hop."]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-5, "now"),
        (0, "now"),
        (59, "59 s ago"),
        (90, "2 min ago"),
        (86_400, "1 day ago"),
        (172_800, "2 days ago"),
    ],
)
def test_ages_are_told_in_words(seconds, text):
    assert age(seconds) == text


async def go_to(pilot, name):
    """Open the browser, with the cursor on a session."""
    await pilot.press("S")
    await until(pilot, name)
    screen = pilot.app.screen
    assert isinstance(screen, SessionsScreen)
    for line, key in enumerate(screen._table.rows):
        if key.value.endswith(f"/{name}.eif"):
            screen._table.move_cursor(row=line)
    await pilot.pause()


def names(folder):
    return {path.stem for path in folder.glob("*.eif")}


@pytest.mark.parametrize(
    ("path", "others", "told"),
    [
        ("/a/s.eif", ["/a/t.eif"], "s"),
        ("/a/s.eif", ["/a/b/s.eif"], "a/s"),
        ("/x/sessions/s.eif", ["/y/sessions/s.eif", "/x/sessions/examples/s.eif"], "x/sessions/s"),
    ],
)
def test_sessions_of_one_name_are_told_apart_by_their_folders(path, others, told):
    assert _short(Path(path), [Path(path), *map(Path, others)]) == told
