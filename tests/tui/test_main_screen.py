"""The main screen, by its keys and characters."""

from __future__ import annotations

import subprocess
import sys

import pytest
from textual.color import Color
from textual.command import CommandList
from textual.content import Content
from textual.widgets import Input

from eiftui.domains.schema import Text
from eiftui.tui.app import Explorer
from eiftui.tui.document import Document
from eiftui.tui.preferences import Preferences, load
from eiftui.tui.screens.help import HelpScreen
from eiftui.tui.sections import SECTIONS
from eiftui.tui.widgets.heatmap import HeatMap
from eiftui.tui.widgets.matrix import MatrixPane
from eiftui.tui.widgets.part import Words
from tests.engine.fake import FakeClient
from tests.tui.conftest import screen_of, until
from tests.tui.golden import assert_golden, assert_screen

SIZES = {"80x24": (80, 24), "120x40": (120, 40)}


@pytest.mark.parametrize("size", SIZES)
async def test_a_session_is_shown_in_full(measured, explorer, size):
    async with explorer(measured).run_test(size=SIZES[size]) as pilot:
        await pilot.press("down", "right")
        await assert_screen(pilot, " ± ", f"measured-{size}")


async def test_the_footer_has_the_keys_that_matter_where_the_person_is(measured, explorer):
    lines = []
    for size in ((80, 24), (120, 40), (250, 70)):
        async with explorer(measured).run_test(size=size) as pilot:
            for keys in ((), ("z",), ("z", "tab")):
                await pilot.press(*keys)
                await pilot.pause()
                lines.append(f"{size[0]} columns:{screen_of(pilot)[-1]}")
    assert_golden("footer", lines)


@pytest.mark.parametrize("size", SIZES)
async def test_without_colours_everything_is_in_the_text(measured, explorer, size, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    async with explorer(measured).run_test(size=SIZES[size]) as pilot:
        await pilot.press("down", "minus")
        await assert_screen(pilot, " ± ", f"no-colour-{size}")


async def test_one_key_toggles_trained_and_prompted_on_the_same_scale(measured, explorer):
    async with explorer(measured).run_test() as pilot:
        legend = next(line for line in screen_of(pilot) if "likely" in line)
        await pilot.press("t")
        assert legend in await until(pilot, "Prompted ·")
        await pilot.press("t")
        await until(pilot, "Trained ·")


async def test_keys_walk_through_quantities_and_draws(measured, explorer):
    async with explorer(measured).run_test() as pilot:
        view = lambda: pilot.app.screen.query_one(MatrixPane).view  # noqa: E731
        for shown in ("prompted", "predicted", "gap", "baseline", "trained"):
            await pilot.press("v")
            assert view().shown == shown
        await pilot.press("V")
        assert view().shown == "baseline"
        for draw in (0, 1, 2, None):
            await pilot.press("d")
            assert view().draw == draw
        await pilot.press("n", "p", "i", "s")
        assert view().normalised
        assert view().log_probability
        assert view().intervals
        assert view().own_scale


async def test_what_is_not_measured_shows_its_prediction_in_another_way(session, engine, explorer, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    engine.measure(session, "predicted")
    document = Document(session)
    async with explorer(document).run_test() as pilot:
        lines = await until(pilot, "~ predicted")
        assert sum(line.count("~") for line in lines) == 9 + 1
        [(row, columns), *_] = session.missing("trained", 0)
        document.append(engine.row(session, "trained", 0, row, columns))
        await pilot.pause(0.2)
        assert sum(line.count("~") for line in screen_of(pilot)) == 6 + 1


async def test_arrows_and_vims_keys_move_the_cursor_and_it_is_described(measured, explorer):
    async with explorer(measured).run_test() as pilot:
        heatmap = pilot.app.screen.query_one(HeatMap)
        await pilot.press("down", "j", "right", "l", "up")
        assert heatmap.cursor == (1, 2)
        await until(pilot, "3 probed")
        await pilot.press("home", "ctrl+end")
        assert heatmap.cursor == (2, 0)
        await pilot.press("end", "ctrl+home")
        assert heatmap.cursor == (0, 2)


async def test_a_click_moves_the_cursor_to_the_cell(measured, explorer):
    async with explorer(measured).run_test() as pilot:
        heatmap = pilot.app.screen.query_one(HeatMap)
        line = next(y for y, line in enumerate(screen_of(pilot)) if line.startswith("3 "))
        await pilot.click(offset=(screen_of(pilot)[line].rindex(" ") + 2, line))
        assert heatmap.cursor == (2, 2)


async def test_the_cursor_stays_on_its_cell_when_rows_are_ordered(measured, explorer):
    async with explorer(measured).run_test() as pilot:
        heatmap = pilot.app.screen.query_one(HeatMap)
        await pilot.press("down", "o")
        assert heatmap.cursor == (1, 0)
        await pilot.press("o")
        assert heatmap.cursor == (1, 0)


async def test_the_narrow_screen_shows_the_sentences_in_place_of_the_matrix(measured, explorer):
    async with explorer(measured).run_test(size=(80, 24)) as pilot:
        assert not any("Training sets" in line for line in screen_of(pilot))
        await pilot.press("tab")
        await until(pilot, "Training sets · 3")
        await pilot.press("down", "shift+tab")
        await until(pilot, "Trained ·")
        assert pilot.app.screen.query_one(HeatMap).cursor == (1, 0)


async def test_help_lists_every_action_with_the_keys_as_they_are(measured):
    app = Explorer(measured, Preferences(keys={"matrix.toggle_prompted": "x"}, vim_keys=False))
    async with app.run_test(size=(120, 90)) as pilot:
        await pilot.press("f1")
        lines = await until(pilot, "What is shown")
        assert any(line.split()[1:2] == ["x"] and "Trained or prompted" in line for line in lines)
        assert not any(" k " in line and "A row up" in line for line in lines)
        await pilot.press("escape")
        assert not isinstance(app.screen, HelpScreen)
        await pilot.press("x")
        await until(pilot, "Prompted ·")


async def test_a_question_in_one_line_has_help_too(measured, explorer):
    async with explorer(measured).run_test(size=(120, 90)) as pilot:
        await pilot.press("colon", "question_mark", "f1")
        await until(pilot, "What is shown")
        await pilot.press("escape")
        await until(pilot, "Row, column")
        assert pilot.app.screen.query_one(Input).value == "?"


async def test_help_has_each_heading_once(measured, explorer):
    async with explorer(measured).run_test(size=(120, 200)) as pilot:
        await pilot.press("f1")
        lines = await until(pilot, "What is shown")
        headings = [line.strip(" │▊▎") for line in lines if line.strip(" │▊▎") in SECTIONS.values()]
        assert len(headings) == len(set(headings)) > 5


async def test_ctrl_c_says_which_key_leaves(measured):
    async with Explorer(measured, Preferences(keys={"app.quit": "Q"})).run_test(notifications=True) as pilot:
        await pilot.press("ctrl+c")
        await until(pilot, "Q leaves; everything is saved already")


async def test_a_matrix_that_is_pale_beside_the_other_says_what_to_do(measured, explorer, monkeypatch):
    limit = 1e6
    monkeypatch.setattr("eiftui.tui.view._limit", lambda *_: limit)
    async with explorer(measured).run_test(size=(120, 40)) as pilot:
        await until(pilot, "s: a scale of its own")
        await pilot.press("s")
        await pilot.pause()
        assert not any("a scale of its own" in line for line in screen_of(pilot))
        await pilot.press("s")
        limit = 1.0
        await pilot.press("t")
        await until(pilot, "Prompted")
        assert not any("a scale of its own" in line for line in screen_of(pilot))


async def test_the_footer_names_no_key_that_was_taken_away(measured):
    app = Explorer(measured, Preferences(keys={"sentences.add": "", "run.run": "x"}))
    async with app.run_test(size=(250, 40)) as pilot:
        await pilot.pause()
        footer = screen_of(pilot)[-1]
        assert "x Run" in footer
        assert "Add" not in footer


async def test_the_palette_does_any_action(measured, explorer):
    async with explorer(measured).run_test() as pilot:
        await pilot.press("slash")
        await pilot.press(*"toggle")
        await until(pilot, "Trained or prompted")
        await pilot.press("enter")
        await until(pilot, "Prompted ·")


async def test_the_palette_minds_no_key_before_its_list_is_laid_out(measured, explorer, monkeypatch):
    async with explorer(measured).run_test() as pilot:
        await pilot.press("slash", *"toggle")
        await until(pilot, "Trained or prompted")
        pilot.app.screen.query_one(CommandList).highlighted = 0
        monkeypatch.setattr(CommandList, "_index_to_line", {})
        await pilot.press("pageup")
        await pilot.pause()
        assert not pilot.app._mishaps


async def test_one_palette_is_enough(measured, explorer):
    async with explorer(measured).run_test() as pilot:
        pilot.app.action_theme()
        await until(pilot, "Search for themes")
        await pilot.press("ctrl+p")
        await pilot.pause()
        assert len(pilot.app.screen_stack) == 2


async def test_a_choice_of_theme_is_remembered(measured, tmp_path):
    file = tmp_path / "settings.toml"
    async with Explorer(measured, Preferences(), file).run_test() as pilot:
        pilot.app.theme = "nord"
        await pilot.pause()
        assert load(file).theme == "nord"


WEIRD = (
    "[bold red]not markup[/] [link=x]{A}[/link]",
    "日本語の文は幅が広い。" * 8,
    "👩‍👩‍👧 emoji ✈️ and e\u0301 combining",
    "עברית מימין לשמאל {A}",
    "\x1b[31mred\x07 bell\u202e reversed",
    "long " * 400,
)


@pytest.mark.parametrize("size", SIZES)
async def test_sentences_of_any_kind_leave_the_layout_whole(document, explorer, size):
    document.edit([Text(id=str(index), sentences=(sentence,)) for index, sentence in enumerate(WEIRD)])
    width, height = SIZES[size]
    async with explorer(document).run_test(size=(width, height)) as pilot:
        for _ in WEIRD:
            strips = pilot.app.screen._compositor.render_strips()
            assert [strip.cell_length for strip in strips] == [width] * height
            text = "".join(segment.text for strip in strips for segment in strip)
            assert "\x1b" not in text
            assert "\u202e" not in text
            await pilot.press("down", "tab")
        await pilot.press("tab")


async def test_numbers_stand_below_their_columns_beside_wide_characters(measured, explorer):
    wide = Text(id="wide", sentences=("漢字かな混じり文 is wide 🐸.",), role="row")
    measured.edit([wide, *measured.session.sheet.texts])
    async with explorer(measured).run_test(size=(160, 40)) as pilot:
        await until(pilot, "漢字")
        heatmap = pilot.app.screen.query_one(HeatMap)
        labels = [next(iter(heatmap.render_line(line))) for line in (1, 2)]
        assert "🐸" in labels[0].text
        assert labels[0].cell_length == labels[1].cell_length


async def test_a_session_without_sentences_is_no_error(document, explorer):
    document.edit([])
    async with explorer(document).run_test() as pilot:
        await pilot.press("down", "t", "o", "plus", "i", "d", "n", "pagedown", "tab", "down", "tab")
        await until(pilot, "smollm2-135m")


def test_the_screens_process_never_loads_torch():
    code = (
        "import sys, eiftui.cli.main, eiftui.tui.start, eiftui.tui.app, eiftui.tui.beginning\n"
        "print(*{'torch', 'transformers', 'scipy.stats', 'plotext'} & sys.modules.keys())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


async def test_while_an_estimate_is_made_the_status_says_so(document, monkeypatch):
    monkeypatch.setattr(Explorer, "NOTIFICATION_TIMEOUT", 600)  # however slow the machine
    fake = FakeClient(paced=True)
    async with Explorer(document, Preferences(), hire=lambda **how: fake).run_test(notifications=True) as pilot:
        await until(pilot, "starting the worker")
        await fake.let(3)  # its model
        await until(pilot, "cells not measured")
        await pilot.press("T")
        await until(pilot, "estimating what it takes…")
        await fake.let_all()
        await until(pilot, "for 81 cells")
        await until(pilot, "cells not measured")


async def test_the_status_line_is_written_anew_for_another_size(document):
    fake = FakeClient(paced=True)
    async with Explorer(document, Preferences(), hire=lambda **how: fake).run_test(size=(120, 40)) as pilot:
        for width in (120, 80, 120):
            await pilot.resize_terminal(width, 40)
            await pilot.pause()
            lines = await until(pilot, "esc stops")
            assert lines[-2].startswith(" starting the worker…  ")
            assert lines[-2].endswith("esc stops")
            assert len(lines[-2]) == width - 1


async def test_what_is_said_again_is_shown_once_and_hides_neither_status_nor_keys(measured, explorer):
    async with explorer(measured).run_test(size=(80, 24), notifications=True) as pilot:
        before = await until(pilot, "everything is measured")
        await pilot.press("u", "u", "u", "f")
        await until(pilot, "nothing has failed")
        lines = await until(pilot, "There is nothing to undo.")
        assert sum("There is nothing to undo." in line for line in lines) == 1
        assert lines[-2:] == before[-2:]


async def test_in_a_form_messages_are_above_what_is_wrong_with_it(measured, explorer):
    async with explorer(measured).run_test(size=(80, 24), notifications=True) as pilot:
        await pilot.press("f2", "down", "down", *"banana")
        await until(pilot, "Device: auto, cpu")
        pilot.app.notify("It is done.")
        lines = await until(pilot, "It is done.")
        assert "It is done." in lines[0]
        assert any("Device: auto, cpu" in line for line in lines)


@pytest.mark.parametrize(
    ("key", "keys"),
    [
        ("f2", " ⏎ Apply  ^t Time  f1 Help  esc Leave"),
        ("L", " ⏎ Choose  ^t Format  f1 Help  esc Leave"),
        ("g", " space Choose  * All  f1 Help  b Role  esc Leave"),
    ],
)
async def test_below_a_form_are_its_own_keys_and_a_click_does_what_they_do(measured, explorer, key, keys):
    async with explorer(measured).run_test(size=(80, 24)) as pilot:
        await until(pilot, "Trained ·")
        await pilot.press(key)
        assert (await until(pilot, keys))[-1] == keys
        await pilot.click(offset=(keys.index("Leave"), 23))
        await until(pilot, "Trained ·")
        assert len(pilot.app.screen_stack) == 1


@pytest.mark.parametrize("key", ["f3", "I"])
async def test_dialogues_say_in_their_frame_how_they_are_left(measured, explorer, key):
    async with explorer(measured).run_test(size=(80, 24)) as pilot:
        await pilot.press(key)
        lines = await until(pilot, "esc closes ─╯")
        assert not any("…" in line for line in lines if "training set" in line)


async def test_words_without_room_end_in_an_ellipsis(measured, explorer):
    async with explorer(measured).run_test(size=(80, 24)) as pilot:
        words = pilot.app.screen.query_one("MatrixPane Words", Words)
        words.styles.height = 2
        await pilot.pause()
        words.show(Content("long words " * 40))
        lines = await until(pilot, "long words")
        assert [line.endswith("…") for line in lines if "long words" in line] == [False, True]


async def test_the_title_of_what_has_the_focus_is_marked_and_no_other(measured, explorer):
    async with explorer(measured).run_test(size=(120, 40)) as pilot:
        await until(pilot, "Trained ·")

        def marked() -> list[str]:
            here = pilot.app.theme_variables["primary"]
            titles = [title for title in pilot.app.screen.query(".title") if title.display]
            return [title.id or title.parent.id for title in titles if title.styles.color.hex == Color.parse(here).hex]

        for expected in (["matrix"], ["rows-title"], ["probes-title"], [], ["matrix"]):
            assert marked() == expected
            await pilot.press("tab")
            await pilot.pause()
        await pilot.press("right_square_bracket")
        await pilot.pause()
        assert marked() == ["findings"]


@pytest.mark.parametrize(("role", "lacking"), [("row", "No probe"), ("probe", "No training set")])
async def test_a_matrix_without_cells_says_what_it_lacks(document, explorer, role, lacking):
    document.edit([Text(id="one", sentences=("Snow is white.",), role=role)])
    async with explorer(document).run_test(size=(80, 24)) as pilot:
        await until(pilot, f"{lacking}: a writes one · g offers some · I takes a file")
        document.edit([])
        await until(pilot, "No sentences: a writes one")
