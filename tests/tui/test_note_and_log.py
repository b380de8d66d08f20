"""Notes on a session, and the log."""

from __future__ import annotations

from eiftui.engine.protocol import Task
from eiftui.errors import EiftuiError
from eiftui.session.editing import Wording
from eiftui.session.records import Notice
from eiftui.session.session import Session
from eiftui.tui.document import Document
from eiftui.tui.edits import Edits
from eiftui.tui.picture import Status
from eiftui.tui.screens.log import TAIL, causes, tail
from eiftui.tui.screens.main import MainScreen
from eiftui.tui.screens.note import NoteScreen
from tests.tui.conftest import until


async def test_a_note_is_kept_when_its_screen_is_left(measured, explorer):
    async with explorer(measured).run_test(size=(80, 24)) as pilot:
        await pilot.press("N")
        await until(pilot, "Note on this session")
        await pilot.press(*"why?", "enter", *"[x]", "escape")
        assert isinstance(pilot.app.screen, MainScreen)
        await pilot.press("N")
        await until(pilot, "[x]")
        await pilot.press("escape")
    measured.close()
    with Session.open(measured.session.path) as again:
        assert again.note == "why?\n[x]"
    assert measured.session.path.read_text().count('"kind":"note"') == 1


async def test_a_note_that_is_being_written_is_kept_whatever_ends_the_program(measured, explorer):
    async with explorer(measured).run_test(size=(80, 24)) as pilot:
        await pilot.press("N")
        await until(pilot, "Note on this session")
        await pilot.press(*"why?")
        pilot.app.exit(None, 130)
    assert Session.open(measured.session.path, read_only=True).note == "why?"


async def test_a_session_that_others_write_keeps_no_note(session, explorer):
    follower = Document(Session.open(session.path, read_only=True))
    async with explorer(follower).run_test(size=(80, 24)) as pilot:
        await pilot.press("N", "a")
        await until(pilot, "read-only")
        await pilot.press("escape")
        assert follower.session.note == ""


async def test_a_note_that_cannot_be_kept_stays_in_its_field_once(measured, explorer, monkeypatch):
    def full(*_):
        raise EiftuiError("the disk is full")

    monkeypatch.setattr(measured, "append", full)
    async with explorer(measured).run_test(size=(80, 24)) as pilot:
        await pilot.press("N", *"why?", "escape")
        await until(pilot, "the note is not kept: the disk is full; once more leaves without it")
        assert isinstance(pilot.app.screen, NoteScreen)
        await pilot.press("escape")
        await pilot.pause()
        assert isinstance(pilot.app.screen, MainScreen)


async def test_a_note_is_kept_before_anything_ends_the_program(measured, explorer, monkeypatch):
    monkeypatch.setattr("eiftui.tui.screens.note.SECONDS_BETWEEN_KEEPS", 0.05)
    async with explorer(measured).run_test(size=(80, 24)) as pilot:
        await pilot.press("N", *"why?")
        for _ in range(200):
            if Session.open(measured.session.path, read_only=True).note == "why?":
                return
            await pilot.pause(0.05)
    raise AssertionError("the note was not kept")


async def test_the_log_tells_what_failed_what_was_said_and_what_is_noted(measured, explorer):
    probes = tuple(probe.sentences for probe in measured.probes)
    task = Task(
        what="trained",
        rows=(measured.session.filled(measured.rows[1], 0),),
        probes=probes,
        settings=measured.session.settings,
    )
    measured.mark(task, Status.FAILED, "out of memory: try a smaller model")
    measured.append(Notice(text="measured by the reference engine"))
    async with explorer(measured).run_test(size=(120, 40)) as pilot:
        pilot.app.notify("a message \x1b[31m")
        await pilot.press("f3")
        lines = "\n".join(await until(pilot, "Cells that failed"))
        assert f"trained, 2 {measured.rows[1].label}: out of memory: try a smaller model" in lines
        assert "a message ␛[31m" in lines
        assert "measured by the reference engine" in lines


async def test_the_log_shows_the_beginning_of_a_long_sentence_that_failed(measured, explorer):
    long = "Toads are " + "very " * 1000 + "green."
    Edits(measured).add([Wording((long,))])
    probes = tuple(probe.sentences for probe in measured.probes)
    task = Task(what="trained", rows=((long,),), probes=probes, settings=measured.session.settings)
    measured.mark(task, Status.FAILED, "out of memory")
    assert causes(measured) == [f"trained, {len(measured.rows)} {long[:59]}…: out of memory"]


async def test_what_is_said_is_shown_as_it_is_whatever_characters_it_has(measured, explorer):
    async with explorer(measured).run_test(size=(120, 40), notifications=True) as pilot:
        pilot.app.notify("[b]no markup[/b] \x1b[31m")
        await until(pilot, "[b]no markup[/b] ␛[31m")


def test_of_a_long_log_whole_lines_at_its_end_are_shown(tmp_path):
    (tmp_path / "log").write_text("".join(f"line {number}\n" for number in range(10_000)))
    lines = tail(tmp_path / "log")
    assert lines[-1] == "line 9999"
    assert all(line.startswith("line ") for line in lines)
    assert sum(len(line) + 1 for line in lines) <= TAIL
    assert tail(tmp_path / "none") == []
