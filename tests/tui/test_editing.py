"""Writing sentences on the screen: every edit is in the file at once, and refusals lose nothing."""

from __future__ import annotations

import asyncio
import subprocess
import sys

import pytest
from textual.events import Paste
from textual.widgets import Input

from eiftui.engine.protocol import Load
from eiftui.errors import EiftuiError
from eiftui.session.records import Unsaved
from eiftui.session.session import Session
from eiftui.tui.app import Explorer
from eiftui.tui.document import Document
from eiftui.tui.preferences import Preferences
from eiftui.tui.running import Runner
from eiftui.tui.screens.editor import SECONDS_AFTER_A_KEY, EditorScreen, SentenceField, _apart
from eiftui.tui.widgets.heatmap import HeatMap
from eiftui.tui.widgets.matrix import MatrixPane
from eiftui.tui.worker import Worker
from tests.engine.fake import FakeClient
from tests.tui.conftest import until
from tests.tui.golden import assert_screen

SIZES = {"80x24": (80, 24), "120x40": (120, 40)}


def in_file(document: Document) -> list[tuple[str, ...]]:
    """The sentences that somebody else would find in the file now."""
    return [text.sentences for text in Session.open(document.session.path, read_only=True).sheet.texts]


def paste(pilot, pasted: str) -> None:
    pilot.app.post_message(Paste(pasted))


async def write(pilot, sentence: str) -> None:
    """Have the field hold a sentence and nothing else."""
    await pilot.pause()
    pilot.app.screen.query_one(SentenceField).text = sentence
    await pilot.pause()


@pytest.mark.parametrize("first", [[], ["a"]])
async def test_more_lines_than_the_field_could_hold_are_refused_and_change_nothing(measured, explorer, first):
    before = in_file(measured)
    async with explorer(measured).run_test(size=(120, 40), notifications=True) as pilot:
        await pilot.press(*first)
        await pilot.pause()
        paste(pilot, "\n".join(f"Toad {number}." for number in range(1001)))
        await until(pilot, "1001 lines are too many to write at once")
        assert isinstance(pilot.app.screen, EditorScreen) == bool(first)
        paste(pilot, "\n".join(f"Toad {number}." for number in range(1000)))
        await until(pilot, "1000 sentences, a line each")
    assert in_file(measured) == before


async def test_a_sentence_is_typed_and_stands_below_the_chosen_one_in_both_lists(measured, explorer):
    before = measured.table("trained").values.copy()
    async with explorer(measured).run_test(size=(120, 40)) as pilot:
        await pilot.press("a")
        await pilot.press(*"Toads are {D}.")
        await pilot.press("enter")
        await until(pilot, "Training sets · 4")
        assert measured.rows[1].sentences == measured.probes[1].sentences == ("Toads are {D}.",)
        assert ("Toads are {D}.",) in in_file(measured)
        table = measured.table("trained")
        assert not table.measured[:, 1].any()
        assert not table.measured[:, :, 1].any()
        assert table.measured.sum() == before.size
        await until(pilot, "2 learned  Toads are")


async def test_the_cursor_stays_on_its_texts_when_others_come_and_go(measured, explorer):
    async with explorer(measured).run_test(size=(120, 40)) as pilot:
        pane = pilot.app.screen.query_one(MatrixPane)
        await pilot.press("right", "right", "o", "o", "O", "O")
        assert (pane.heatmap.cursor, pane.view.like, pane.view.like_column) == ((0, 2), 0, 2)
        await pilot.press("a")
        await write(pilot, "Toads.")
        await pilot.press("enter")
        await until(pilot, "Training sets · 4")
        assert (pane.heatmap.cursor, pane.view.like, pane.view.like_column) == ((1, 3), 0, 3)
        await pilot.press("u")
        await until(pilot, "Training sets · 3")
        assert (pane.heatmap.cursor[1], pane.view.like_column) == (2, 2)
        await pilot.press("tab", "tab", "home", "delete")
        await until(pilot, "Training sets · 2")
        assert pane.view.like_column == 1


async def test_an_edit_leaves_exactly_its_row_and_column_unmeasured_and_going_back_brings_the_numbers(
    measured, explorer
):
    before = measured.table("trained").values.copy()
    async with explorer(measured).run_test(size=(120, 40)) as pilot:
        await pilot.press("e")
        await write(pilot, "{A} is no {B}.")
        await pilot.press("enter")
        await until(pilot, "reworded from “{A} is a {B}.”")
        measured_now = measured.table("trained").measured
        assert not measured_now[:, 0].any()
        assert not measured_now[:, :, 0].any()
        assert measured_now[:, 1:, 1:].all()
        await pilot.press("e")
        await write(pilot, "{A} is a {B}.")
        await pilot.press("enter")
        await pilot.pause()
        assert (measured.table("trained").values == before).all()


async def test_every_edit_can_be_taken_back_and_done_again(measured, explorer):
    async with explorer(measured).run_test(size=(120, 40), notifications=True) as pilot:
        pilot.app.screen.query_one("#rows").focus()
        texts = lambda: Session.open(measured.session.path, read_only=True).sheet.texts  # noqa: E731
        history = [texts()]
        for keys in (["down", "A"], ["delete"], ["shift+up"], ["b"], ["shift+down"]):
            await pilot.press(*keys)
            await pilot.pause()
            history.append(texts())
        for undo, redo in (("u", "U"), ("ctrl+z", "ctrl+y")):
            for expected in history[-2:0:-1]:
                await pilot.press(undo)
                await pilot.pause()
                assert texts() == expected
            await pilot.press(undo)
            await pilot.pause()
            assert texts() == history[0]
            for expected in history[1:]:
                await pilot.press(redo)
                await pilot.pause()
                assert texts() == expected
        await pilot.press("U")
        await until(pilot, "nothing to redo")


async def test_the_last_probe_is_deleted_where_there_is_no_row_and_the_matrix_has_the_focus(measured, explorer):
    async with explorer(measured).run_test(size=(120, 40)) as pilot:
        for left in range(len(measured.session.sheet.texts), 0, -1):
            assert len(measured.session.sheet.texts) == left
            await pilot.press("delete")
            await pilot.pause()
        assert not measured.session.sheet.texts


async def test_moving_and_copying_measure_nothing_again(measured, explorer):
    async with explorer(measured).run_test(size=(120, 40)) as pilot:
        pilot.app.screen.query_one("#probes").focus()
        await pilot.press("end", "shift+up", "A")
        await until(pilot, "a copy of probe 2")
        assert [text.id for text in measured.probes] == ["ab", "frog", "text:1", "ac"]
        assert measured.table("trained").measured.all()


async def test_the_role_goes_round_and_the_text_leaves_the_list_it_is_not_of(measured, explorer):
    async with explorer(measured).run_test(size=(120, 40)) as pilot:
        pilot.app.screen.query_one("#rows").focus()
        await pilot.press("b")
        await until(pilot, "trained on, not probed")
        assert [text.id for text in measured.probes] == ["ac", "frog"]
        await pilot.press("b")
        await until(pilot, "Training sets · 2")
        assert [text.id for text in measured.probes] == ["ab", "ac", "frog"]
        assert not any(text.id == "ab" for text in measured.rows)


async def test_what_cannot_be_read_is_refused_beside_the_field_and_stays_in_it(measured, explorer):
    async with explorer(measured).run_test(size=(120, 40)) as pilot:
        for written, problem in (
            ("Half a {slot", "not a slot"),
            ("One. || ", "an empty sentence"),
            (" ", "nothing is"),
        ):
            await pilot.press("a")
            await write(pilot, written)
            await pilot.press("enter")
            await until(pilot, problem)
            assert pilot.app.screen.query_one(SentenceField).text == written
            assert len(measured.rows) == 3
            await pilot.press("escape")
        assert not isinstance(pilot.app.screen, EditorScreen)


async def test_a_disk_that_is_full_is_said_and_what_was_typed_stays(measured, explorer, monkeypatch):
    async with explorer(measured).run_test(size=(120, 40)) as pilot:
        await pilot.press("a", *"Toads hop.")

        def full(*entries):
            raise EiftuiError("no space left on the disk")

        with monkeypatch.context() as context:
            context.setattr(measured.session, "append", full)
            await pilot.press("enter")
            await until(pilot, "no space left")
        await pilot.press("enter")
        await until(pilot, "Training sets · 4")


async def test_what_is_half_typed_when_the_screen_ends_is_offered_and_not_committed(measured, explorer):
    before = measured.session.sheet
    async with explorer(measured).run_test(size=(120, 40)) as pilot:
        await pilot.press("e")
        await write(pilot, "{A} is a")
        pilot.app.exit()
    assert measured.session.sheet == before
    assert in_file(measured) == [text.sentences for text in before.texts]
    async with explorer(measured).run_test(size=(120, 40)) as pilot:
        await until(pilot, "not saved yet")
        assert pilot.app.screen.query_one(SentenceField).text == "{A} is a"
        await write(pilot, "{A} is a {D}.")
        await pilot.press("enter")
        await until(pilot, "{A} is a {D}.")
        assert [text.id for text in measured.rows] == [text.id for text in before.rows]
        assert measured.rows[0].label == "{A} is a {D}."
    assert measured.session.unsaved is None


async def test_what_was_half_typed_can_be_dropped(measured, explorer):
    async with explorer(measured).run_test(size=(80, 24)) as pilot:
        await pilot.press("a")
        await write(pilot, "Toads")
        pilot.app.exit()
    before = in_file(measured)
    async with explorer(measured).run_test(size=(80, 24)) as pilot:
        await until(pilot, "not saved yet")
        await pilot.press("escape")
        await pilot.pause()
    assert in_file(measured) == before
    async with explorer(measured).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert not isinstance(pilot.app.screen, EditorScreen)


@pytest.mark.parametrize(
    ("id", "list_id", "line", "title"),
    [("chain", "#rows", 1, "Training set 2"), ("frog", "#probes", 2, "Probe 3"), ("gone", "#rows", 0, "New sentence")],
)
async def test_a_half_typed_edit_says_what_it_is_of_and_the_cursor_is_there(
    measured, explorer, id, list_id, line, title
):
    measured.append(Unsaved(text="Half", id=id))
    async with explorer(measured).run_test(size=(120, 40)) as pilot:
        await until(pilot, f"{title} · not saved yet")
        main = pilot.app.screen_stack[0]
        assert main.query_one(list_id).line == line
        assert line in (main.query_one(HeatMap).cursor or ())
        assert pilot.app.screen.query_one(SentenceField).text == "Half"


async def test_a_text_that_was_only_looked_at_leaves_nothing_to_be_saved(measured, explorer):
    async with explorer(measured).run_test(size=(120, 40)) as pilot:
        await pilot.press("e")
        await pilot.pause()
        pilot.app.exit()
    assert measured.session.unsaved is None


async def test_each_pasted_line_becomes_a_sentence(measured, explorer):
    async with explorer(measured).run_test(size=(120, 40)) as pilot:
        pilot.app.screen.query_one("#rows").focus()
        paste(pilot, "One is {A}.\r\n\r\nTwo\tis here. || And more.\nThree\x1b[31m.\n")
        await until(pilot, "3 sentences, a line each")
        await pilot.press("enter")
        await until(pilot, "Training sets · 6")
        assert [text.sentences for text in measured.rows[1:4]] == [
            ("One is {A}.",),
            ("Two is here.", "And more."),
            ("Three[31m.",),
        ]
        await pilot.press("u")
        await until(pilot, "Training sets · 3")


async def test_what_is_pasted_into_the_field_stands_there_once(measured, explorer):
    async with explorer(measured).run_test(size=(120, 40)) as pilot:
        await pilot.press("a")
        await until(pilot, "New sentence")
        paste(pilot, "One {A}.\nTwo.\nThree.")
        await until(pilot, "3 sentences, a line each")
        assert pilot.app.screen.query_one(SentenceField).text == "One {A}.\nTwo.\nThree."


async def test_a_bad_line_among_many_is_named_and_none_is_added(measured, explorer):
    async with explorer(measured).run_test(size=(120, 40)) as pilot:
        await pilot.press("a")
        await pilot.pause()
        paste(pilot, "One.\n\nTwo {.\nThree.")
        await until(pilot, "line 3: '{.' is not a slot")
        await pilot.press("enter")
        await pilot.pause()
        assert len(measured.rows) == 3


async def test_tokens_are_counted_while_typing_and_words_where_nobody_can(measured, explorer, monkeypatch):
    monkeypatch.setattr("eiftui.tui.screens.editor.SECONDS_BETWEEN_TRIES", 0.05)
    app = explorer(measured)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("a", *"Toads {A} {New} hop.")
        await until(pilot, "4 words")
        await pilot.press("escape")
        fake = FakeClient()
        app.worker = Worker(lambda **options: fake)
        await pilot.press("a", *"Toads {A} {New} hop.")
        await until(pilot, "4 words")
        await fake.start()
        await until(pilot, "4 tokens  Toads")
        asked = fake.requests[-1].texts[0]
        assert asked.split()[1] == measured.session.words(0)["A"]
        assert "{" not in asked
        await fake.die(9)
        await pilot.press(*" Far.")
        await until(pilot, "5 words")
        await pilot.press("escape")
        await fake.close()


def test_tokens_are_told_apart_by_every_second_being_underlined():
    shown = _apart([("To", "ads", " hop"), ("Far",)])
    assert shown.plain == "  Toads hop || Far"
    assert [shown.plain[span.start : span.end] for span in shown.spans if "underline" in str(span.style)] == ["ads"]


async def test_tokens_of_another_text_are_not_shown_and_more_than_have_room_are_cut(measured, explorer):
    app = explorer(measured)
    async with app.run_test(size=(80, 24)) as pilot:
        fake = FakeClient()
        app.worker = Worker(lambda **options: fake)
        await fake.start()
        await pilot.press("a", "x", "backspace")
        await pilot.pause(2 * SECONDS_AFTER_A_KEY)
        await until(pilot, "a slot such as {A}")
        pilot.app.screen.query_one(SentenceField).text = "toad " * 100
        lines = await until(pilot, "100 tokens  toad")
        assert any("toad…" in line or "toad …" in line for line in lines)
        await pilot.press("escape")
        await fake.close()


async def test_help_on_writing_is_there_while_a_sentence_is_written_and_a_question_mark_is_text(measured, explorer):
    async with explorer(measured).run_test(size=(80, 24)) as pilot:
        await until(pilot, "Trained ·")
        await pilot.press("a", *"Is it?")
        assert (await until(pilot, "Is it?"))[-1] == " ⏎ Save  tab Role  f1 Help  esc Leave"
        await pilot.press("f1")
        await until(pilot, "Train on it, probe it, or both")
        await pilot.press("escape")
        await until(pilot, "Is it?")
        await pilot.press("escape")


async def test_a_read_only_session_is_not_edited(session, explorer):
    follower = Document(Session.open(session.path, read_only=True))
    follower.follow()
    async with explorer(follower).run_test(size=(120, 40), notifications=True) as pilot:
        for key in ("a", "e", "A", "delete", "b", "shift+down", "u", "g", "I"):
            await pilot.press(key)
            await until(pilot, "this process writes this session: S, then d, makes")
            pilot.app.clear_notifications()
            await pilot.pause()
        assert follower.session.sheet == session.sheet


ODD = (
    "[bold red]not markup[/] [link=x]{A}[/link]",
    "日本語の文は幅が広い。" * 8,
    "👩‍👩‍👧 emoji ✈️ and e\u0301 combining",
    "עברית מימין לשמאל {A}",
    "\x1b[31mred\x07 bell\u202e reversed ␛",
    "long " * 400,
)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("sentence", ODD, ids=range(len(ODD)))
async def test_sentences_of_any_kind_are_edited_whole(document, explorer, sentence, size):
    document.edit([document.rows[0].model_copy(update={"sentences": (sentence.strip(),)})])
    width, height = SIZES[size]
    async with explorer(document).run_test(size=(width, height)) as pilot:
        await pilot.press("e", "home", "end", "x")
        await pilot.pause()
        strips = pilot.app.screen._compositor.render_strips()
        assert [strip.cell_length for strip in strips] == [width] * height
        text = "".join(segment.text for strip in strips for segment in strip)
        assert not {"\x1b", "\u202e", "\x07"} & set(text)
        await pilot.press("enter")
        await pilot.pause()
    assert document.rows[0].sentences == (sentence.strip() + "x",)


@pytest.mark.parametrize("size", SIZES)
async def test_the_field_lies_over_its_line(measured, explorer, size):
    async with explorer(measured).run_test(size=SIZES[size]) as pilot:
        await until(pilot, "Trained ·")
        await pilot.press("tab", "tab", "down", "e")
        await assert_screen(pilot, "words", f"editing-{size}")


async def test_a_text_file_is_imported_and_one_that_cannot_be_read_is_refused_in_a_line(measured, explorer, tmp_path):
    file = tmp_path / "mine.txt"
    async with explorer(measured).run_test(size=(120, 40)) as pilot:
        await pilot.press("I")
        await pilot.pause()
        field = pilot.app.screen.query_one(Input)
        field.value = str(file)
        await pilot.press("enter")
        await until(pilot, "cannot read")
        file.write_text("# a comment\nOne {A}. || Two.\nThree.\n")
        await pilot.press("enter")
        await until(pilot, "Training sets · 5")
        assert [text.sentences for text in measured.rows[3:]] == [("One {A}.", "Two."), ("Three.",)]
        await until(pilot, "from mine.txt")


async def test_a_domain_file_is_imported_with_its_contrasts_as_often_as_one_likes(measured, explorer, tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text(
        '[[texts]]\nid = "ab"\ntext = "A {B}."\n[[texts]]\nid = "p"\ntext = "P."\nrole = "probe"\n'
        '[[contrasts]]\nname = "c"\ndesideratum = "d"\n'
        'lower = { row = "ab", probe = "ab" }\nhigher = { row = "ab", probe = "p" }\n'
    )
    async with explorer(measured).run_test(size=(120, 40)) as pilot:
        for times in (1, 2):
            await pilot.press("I")
            await pilot.pause()
            pilot.app.screen.query_one(Input).value = str(file)
            await pilot.press("enter")
            await until(pilot, f"Probes · {3 + 2 * times}")
            assert len(measured.session.sheet.live_contrasts) == times
        assert {text.id for text in measured.rows} >= {"ab", "mine/ab", "mine-2/ab"}


async def test_what_is_being_written_is_kept_before_anything_ends_the_program(measured, explorer, monkeypatch):
    monkeypatch.setattr("eiftui.tui.screens.editor.SECONDS_BETWEEN_KEEPS", 0.05)

    def kept() -> str | None:
        unsaved = Session.open(measured.session.path, read_only=True).unsaved
        return unsaved and unsaved.text

    async with explorer(measured).run_test(size=(120, 40)) as pilot:
        await pilot.press("e")
        await write(pilot, "Toads hop.")
        for _ in range(200):
            if kept() == "Toads hop.":
                break
            await pilot.pause(0.05)
        assert kept() == "Toads hop."
        field = pilot.app.screen
        await pilot.press("escape")
        for _ in range(200):
            if kept() is None:
                break
            await pilot.pause(0.05)
        field._keep_written()  # as its clock may have it do, until it has gone
        assert kept() is None


@pytest.mark.parametrize("key", ["a", "e"])
@pytest.mark.parametrize(
    ("written", "unsaved"), [("Toads hop.", "Toads hop."), ("Toads {hop", "Toads {hop"), (" ", None)]
)
async def test_what_is_being_written_is_kept_whatever_ends_the_program(measured, explorer, key, written, unsaved):
    before = in_file(measured)
    async with explorer(measured).run_test(size=(120, 40)) as pilot:
        await pilot.press(key)
        await write(pilot, written)
        pilot.app.exit(None, 130)
    kept = Session.open(measured.session.path, read_only=True)
    assert (kept.unsaved and kept.unsaved.text) == unsaved
    assert in_file(measured) == before


KILLED = """
import os, signal, sys
from pathlib import Path
from eiftui.session.editing import Wording
from eiftui.session.session import Session
from eiftui.tui.app import Explorer
from eiftui.tui.document import Document
from eiftui.tui.preferences import Preferences
from eiftui.tui.running import Runner
from eiftui.tui.edits import Edits

document = Document(Session.open(Path(sys.argv[1])))
Edits(document).add([Wording(("Toads hop.",))])
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_an_edit_survives_the_kill_that_follows_it(session):
    session.close()
    subprocess.run([sys.executable, "-c", KILLED, str(session.path)], check=False)
    with Session.open(session.path) as again:
        assert again.rows[-1].sentences == ("Toads hop.",)
        assert again.undo()


async def test_the_model_of_a_session_that_is_complete_is_loaded_when_a_sentence_is_written(session):
    runner = Runner(Document(session), Worker(FakeClient))
    runner.run()
    while runner.work.busy:
        await asyncio.sleep(0)
    fake = FakeClient()
    app = Explorer(Document(session), Preferences(), hire=lambda **how: fake)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, "everything is measured")
        assert not fake.requests
        await pilot.press("e")
        await pilot.pause()
        assert isinstance(fake.requests[0], Load)
        await pilot.press(*" So.")
        await until(pilot, "5 tokens")
