"""A matrix that is larger than the screen: jumping, filters, the overview."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from eiftui.domains.schema import Domain, Text
from eiftui.session.session import Session
from eiftui.settings import Settings
from eiftui.tui.document import Document
from eiftui.tui.picture import Picture, Status
from eiftui.tui.widgets.heatmap import HeatMap
from eiftui.tui.widgets.legend import scale
from eiftui.tui.widgets.matrix import MatrixPane
from eiftui.tui.widgets.overview import Overview
from eiftui.tui.widgets.sentences import SentencesPane
from tests.tui.conftest import screen_of, until
from tests.tui.golden import assert_screen

SIZES = {"80x24": (80, 24), "120x40": (120, 40)}
SIDE = 60


@pytest.fixture
def large(engine) -> Document:
    texts = tuple(Text(id=str(index), sentences=(f"Word {index} is one of {SIDE}.",)) for index in range(1, SIDE + 1))
    session = Session.in_memory(Domain(name="large", title="", source="", texts=texts), Settings(draws=1))
    engine.measure(session, "trained")
    return Document(session)


async def test_a_jump_goes_to_a_cell_by_its_numbers(large, explorer):
    async with explorer(large).run_test(size=(80, 24)) as pilot:
        heatmap = pilot.app.screen.query_one(HeatMap)
        await pilot.press("colon", *"50,40", "enter")
        assert heatmap.cursor == (49, 39)
        await until(pilot, "50 learned")
        await pilot.press("colon", *"7", "enter")
        assert heatmap.cursor == (6, 39)
        await pilot.press("colon", *",9", "enter")
        assert heatmap.cursor == (6, 8)


@pytest.mark.parametrize("width", [80, 81, 82, 83, 84, 85])
async def test_numbers_are_shown_whole_however_many_columns_there_are(large, explorer, width):
    number = re.compile(r"(?:[+−]\d\.\d\d| 0\.00|   ≈0|    ·)")
    async with explorer(large).run_test(size=(width, 24)) as pilot:
        for keys in ((), ("end",), ("left",) * 30, ("home",)):
            await pilot.press(*keys)
            header, *lines = (await until(pilot, "Trained ·"))[2:10]
            columns = header.replace("‹", " ").replace("›", " ").split()
            assert [len(number.findall(line)) for line in lines] == [len(columns)] * len(lines)
            assert ("‹" in header, "›" in header) == (columns[0] != "1", columns[-1] != str(SIDE))


async def test_steps_in_place_of_numbers_are_asked_for_and_called_so(large, explorer):
    async with explorer(large).run_test(size=(80, 24)) as pilot:
        lines = "\n".join(await until(pilot, "Trained ·"))
        assert "steps" not in lines
        await pilot.press("minus")
        lines = await until(pilot, "steps, not values: Trained ·")
        assert any("steps: ±9 is 1.50 or more" in line for line in lines)
        await pilot.press("minus")
        lines = await until(pilot, "steps, not values: Trained ·")
        assert pilot.app.screen.query_one(HeatMap).steps == 2
        assert any("steps: ±9 is 1.50 or more" in line for line in lines)
        await pilot.press("minus")
        assert not any("steps" in line for line in await until(pilot, "more likely"))


def rising() -> Picture:
    values = np.linspace(-1, 1, 50).reshape(5, 10)
    return Picture(
        rows=np.arange(5),
        columns=np.arange(10),
        values=values,
        halves=None,
        status=np.full((5, 10), Status.VALUE),
        running=np.zeros(5, bool),
        limit=0.99,
        floor=0.0,
        warm=1,
        power=1.0,
        measured=1.0,
    )


def test_the_scale_says_where_numbers_are_beyond_it():
    for limit, words in (
        (0.99, " more likely ≤ −0.99 … 0 … ≥ +0.99 less likely"),
        (1.0, "likely −1.00 … 0 … +1.00 less"),
    ):
        assert words in "".join(segment.text for segment in scale(replace(rising(), limit=limit), "none", "ends"))


async def test_a_jump_to_nowhere_is_refused_with_the_reason(large, explorer):
    async with explorer(large).run_test(size=(80, 24)) as pilot:
        await pilot.press("colon", *"99,1", "enter")
        await until(pilot, "Rows are 1 to 60, columns 1 to 60:")
        await pilot.press(*"x", "enter")
        await until(pilot, "as in 12,40:")
        await pilot.press("escape")
        assert pilot.app.screen.query_one(HeatMap).cursor == (0, 0)


async def test_a_filter_shows_while_it_is_typed_and_escape_takes_it_back(large, explorer):
    async with explorer(large).run_test(size=(80, 24)) as pilot:
        await pilot.press("ampersand", *"word 5")
        await until(pilot, "rows with “word 5”")
        heatmap = pilot.app.screen_stack[0].query_one(HeatMap)
        assert [row + 1 for row in heatmap.picture.rows] == [n for n in range(1, SIDE + 1) if "5" in str(n)]
        await pilot.press("enter", "vertical_line", *"60", "escape")
        view = pilot.app.screen.query_one(MatrixPane).view
        assert (view.row_filter, view.column_filter) == ("word 5", "")


async def test_what_is_written_and_does_not_pass_the_filter_is_said_to_be_hidden(measured, explorer):
    async with explorer(measured).run_test(size=(120, 40), notifications=True) as pilot:
        await until(pilot, "Trained ·")
        await pilot.press("ampersand", *"every", "enter", "a", *"Zebras run.", "enter")
        await until(pilot, "The filter hides what you wrote")
        assert ("Zebras run.",) in [text.sentences for text in measured.rows]


async def test_of_two_filters_the_one_is_named_that_hides_what_was_written(measured, explorer):
    async with explorer(measured).run_test(size=(120, 40), notifications=True) as pilot:
        await until(pilot, "Trained ·")
        await pilot.press("ampersand", *"a", "enter", "vertical_line", *"frog", "enter")
        await until(pilot, "columns with “frog”")
        pilot.app.screen.query_one(SentencesPane).post_message(SentencesPane.SentencesEdited(None, 0))
        await until(pilot, "The filter hides what you wrote: |")


async def test_a_filter_that_nothing_passes_is_no_error(large, explorer):
    async with explorer(large).run_test(size=(80, 24)) as pilot:
        await pilot.press("ampersand", *"newt")
        await until(pilot, "no rows with “newt”")
        await pilot.press("enter", "down", "z", "down", "enter", "t", "o")
        assert pilot.app.screen.query_one(HeatMap).cursor is None
        await pilot.press("ampersand", "backspace", "enter", "down")
        assert pilot.app.screen.query_one(HeatMap).cursor == (1, 0)


@pytest.mark.parametrize(("filter_key", "axis", "sign"), [("ampersand", "row", "&"), ("vertical_line", "column", "|")])
async def test_nothing_is_done_to_a_cell_that_a_filter_hides(large, explorer, filter_key, axis, sign):
    said = f"No {axis} passes the filter: {sign} and an empty line shows all"
    before = large.session.sheet
    async with explorer(large).run_test(size=(80, 24)) as pilot:
        await pilot.press(filter_key, *"zz", "enter")
        assert any(line.startswith(said) for line in await until(pilot, said))
        screen = pilot.app.screen
        for key in ("delete", "e", "b", "A", "shift+down", "m", "M", "y", "Y", "c"):
            pilot.app.clear_notifications()
            await pilot.press(key)
            await pilot.pause()
            assert [one.message for one in pilot.app._notifications] == [said], key
            assert pilot.app.screen is screen
        assert large.session.sheet == before
        pilot.app.clear_notifications()
        assert not any("learned" in line for line in screen_of(pilot))
        await pilot.press("z")
        await until(pilot, said)
        await pilot.press("z", filter_key, "backspace", "enter")
        await until(pilot, "1 learned")


async def test_a_sentence_in_its_list_can_be_changed_whatever_the_matrix_shows(large, explorer):
    async with explorer(large).run_test(size=(120, 40)) as pilot:
        await pilot.press("ampersand", *"zz", "enter")
        pilot.app.screen.query_one("#rows").focus()
        await pilot.press("delete")
        await until(pilot, f"Training sets · {SIDE - 1}")


@pytest.mark.parametrize("end", ["escape", "enter"])
async def test_the_cursor_does_not_wander_while_a_filter_is_typed_that_nothing_passes(large, explorer, end):
    async with explorer(large).run_test(size=(120, 40)) as pilot:
        await pilot.press("ampersand", *"5z", end)
        await pilot.pause()
        assert pilot.app.screen.query_one("#rows").line == 0
        await pilot.press("ampersand", "backspace", "enter")
        assert pilot.app.screen.query_one(HeatMap).cursor == (0, 0)


async def test_the_cursor_goes_to_the_first_that_passes_a_filter_where_its_own_does_not(large, explorer):
    async with explorer(large).run_test(size=(80, 24)) as pilot:
        await pilot.press("colon", *"58,40", "enter", "ampersand", *"word 2", "enter")
        assert pilot.app.screen.query_one(HeatMap).cursor == (1, 39)
        await until(pilot, "2 learned")
        await pilot.press("ampersand", *"word 20", "enter", "vertical_line", *"word 4", "enter")
        assert pilot.app.screen.query_one(HeatMap).cursor == (19, 39)
        lines = await until(pilot, "20 learned")
        assert any("40 probed" in line for line in lines)


async def test_the_cursor_stays_in_sight_when_lines_are_ordered(large, explorer):
    async with explorer(large).run_test(size=(80, 24)) as pilot:
        await pilot.press("colon", *"60,60", "enter", "o", "O")
        heatmap = pilot.app.screen.query_one(HeatMap)
        line, place = heatmap.position
        assert line in heatmap.window[0]
        assert place in heatmap.window[1]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("colours", ["colours", "no-colour"])
async def test_the_overview_shows_all_of_it(large, explorer, size, colours, monkeypatch):
    if colours == "no-colour":
        monkeypatch.setenv("NO_COLOR", "1")
    async with explorer(large).run_test(size=SIZES[size]) as pilot:
        await pilot.press("colon", *"30,30", "enter", "z")
        await pilot.press("right", "down")
        await assert_screen(pilot, "━", f"overview-{colours}-{size}")


async def test_the_overview_moves_by_blocks_and_enter_shows_the_cells_there(large, explorer):
    async with explorer(large).run_test(size=(80, 24)) as pilot:
        heatmap, overview = (pilot.app.screen.query_one(part) for part in (HeatMap, Overview))
        await pilot.press("z", "down", "down")
        assert pilot.app.focused is overview
        height = -(-SIDE // (2 * (overview.size.height - 1)))
        assert heatmap.cursor == (2 * height, 0)
        await until(pilot, f"{2 * height + 1} learned")
        await pilot.press("end", "G", "enter")
        assert pilot.app.focused is heatmap
        assert heatmap.cursor == (SIDE - 1, SIDE - 1)
        assert SIDE - 1 in heatmap.window[0]
        assert SIDE - 1 in heatmap.window[1]


async def test_the_legend_names_the_colours_of_the_overview(large, explorer):
    large.edit([*large.session.sheet.texts, Text(id="new", sentences=("Something new.",))])
    async with explorer(large).run_test(size=(80, 24)) as pilot:
        await until(pilot, "· to measure")
        await pilot.press("z")
        await until(pilot, "no colour: to measure")


@pytest.mark.parametrize("theme", ["eiftui", "eiftui-light"])
async def test_a_prediction_in_the_overview_has_its_sign_and_differs_from_what_is_measured(
    session, engine, explorer, theme
):
    async def colours():
        async with explorer(Document(session)).run_test(size=(80, 24)) as pilot:
            pilot.app.theme = theme
            await pilot.press("z", "end", "G")
            return block_colours(pilot)

    engine.measure(session, "predicted")
    predicted, signs = await colours(), np.sign(session.mean("predicted"))
    more, less = ({predicted[place] for place in predicted if signs[place] == sign} for sign in (-1, 1))
    assert more
    assert less
    assert not more & less
    engine.measure(session, "trained")
    assert not (more | less) & set((await colours()).values())


def block_colours(pilot):
    """Of each cell but the cursor's, its colour in the overview of a small matrix."""
    drawing = pilot.app.screen.query_one(Overview)._drawing
    places = np.ndindex(*drawing.blocks.values.shape)
    return {place: drawing._colour(*place) for place in places if place != drawing.cursor}


async def test_a_click_in_the_overview_chooses_a_block(large, explorer):
    async with explorer(large).run_test(size=(80, 24)) as pilot:
        await pilot.press("z")
        overview = pilot.app.screen.query_one(Overview)
        await pilot.click(Overview, offset=(3 + 20, 1 + 5))
        row, column = pilot.app.screen.query_one(HeatMap).cursor
        assert column == 20 * (-(-SIDE // (overview.size.width - 3)))
        assert row == 10 * (-(-SIDE // (2 * (overview.size.height - 1))))


async def test_the_wheel_scrolls_and_the_headers_stay(large, explorer):
    async with explorer(large).run_test(size=(80, 24)) as pilot:
        heatmap = pilot.app.screen.query_one(HeatMap)
        before = screen_of(pilot)
        heatmap.scroll_to(y=20, animate=False)
        await pilot.pause()
        after = screen_of(pilot)
        top = heatmap.region.y
        assert after[top] == before[top]
        assert after[top + 1].split()[0] == "21"


async def test_the_spread_of_draws_is_shown_in_place_of_their_mean(measured, explorer):
    async with explorer(measured).run_test(size=(120, 40)) as pilot:
        await pilot.press("W")
        await until(pilot, "95 % interval, ± loss")
        halves = pilot.app.screen.query_one(HeatMap).picture.values
        assert (halves > 0).all()
        await pilot.press("d")
        await until(pilot, "draw 1 of 3")
        assert (pilot.app.screen.query_one(HeatMap).picture.values == measured.session.matrix("trained")[0]).all()


def test_a_block_shows_its_strongest_cell_and_any_failure():
    from eiftui.tui.blocks import blocks
    from eiftui.tui.picture import Status
    from tests.tui.test_cells import drawn

    values = np.array([[1.0, -3.0, 0.5], [np.nan, 2.0, np.inf], [0.1, 0.2, np.nan]])
    status = np.full((3, 3), Status.VALUE, np.int8)
    status[2, 0], status[2, 2] = Status.FAILED, Status.PENDING
    found = blocks(drawn(values=values, status=status), lines=2, places=2)
    assert (found.height, found.width) == (2, 2)
    assert found.values.tolist()[0] == [-3.0, 0.5]
    assert found.status.tolist() == [[Status.VALUE, Status.VALUE], [Status.FAILED, Status.PENDING]]


def test_the_shortest_scale_is_whole_in_a_narrow_pane():
    text = "".join(segment.text for segment in scale(rising(), "256", "numbers"))
    assert text.split() == ["−0.99", "0", "+0.99"]
    assert len(text) <= 23
